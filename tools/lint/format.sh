#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The C files are as clang-format leaves them (`make format` writes them so).
set -u
cd "$(dirname "$0")/../.." || exit 3
tools/files.sh '*.c' '*.h' | xargs clang-format --dry-run --Werror
