#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Lists the C files of a folder, for meson.build while the stages land.
for f in "$1"/*.c; do [ -f "$f" ] && echo "$f"; done
exit 0
