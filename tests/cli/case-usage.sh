# SPDX-License-Identifier: Apache-2.0
# Help and usage errors: where they go and with which exit code.
$D >/dev/null 2>none.txt; echo "no command: exit $?, $(wc -l <none.txt) lines on stderr"
$D --help | head -n 3
$D frobnicate; echo "exit $?"
$D code; echo "exit $?"
$D code --frobnicate x; echo "exit $?"
$D code --as xml x; echo "exit $?"
$D code --date 2022-13-01 x; echo "exit $?"
$D code --home Japan x; echo "exit $?"
$D code --read guesses x; echo "exit $?"
$D code -j 9999 x; echo "exit $?"
$D text --as csv x; echo "exit $?"
for c in code text parse; do $D $c --help | head -n 1; done
$D --version | sed 's/[0-9.]*$/VERSION/'
