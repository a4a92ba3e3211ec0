#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# completion.sh BUILD: bash's completion, driven as the shell drives it, on this program and on a record made here.
set -u
here=$(cd "$(dirname "$0")/.." && pwd)
build=$(cd "$1" && pwd)
export DEMARCHE_DATA="$build" PATH="$build:$PATH"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 3
mkdir folder && touch article.txt
demarche add record.db "$here"/samples/0*.txt >/dev/null 2>&1 || exit 3
# shellcheck source=/dev/null
. "$here/packaging/completion/demarche"
[ "$(complete -p demarche)" = "complete -F _demarche demarche" ] || exit 3
bad=0

# words A B C: what is offered for the last of them, sorted.
words() {
    COMP_WORDS=(demarche "$@") COMP_CWORD=$# COMPREPLY=()
    _demarche demarche "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}" 2>/dev/null
    printf '%s\n' "${COMPREPLY[@]}" | LC_ALL=C sort | tr '\n' ' ' | sed 's/ $//'
}
is() {
    local want=$1 got
    shift
    got=$(words "$@")
    [ "$got" = "$want" ] || { echo "demarche $*: '$got' is offered, not '$want'" && bad=1; }
}
has() {
    local want=$1 got
    shift
    got=" $(words "$@") "
    [[ $got == *" $want "* ]] || { echo "demarche $*: '$want' is not among '$got'" && bad=1; }
}
for c in $(demarche --help | sed -n 's/^  \([a-z]*\) .*/\1/p'); do
    has "$c" ''
    has --help "$c" -
done
is "stance stats" sta
is '' nosuch
is "--password-file --port" serve --p
is "--recipient" events record.db --recip
is "actors treaties votes" import ''
is "icews" export --as ic
is "csv" events --as=c
is "record.db" events rec
is "folder record.db" stats ''
has "article.txt" code ''
is "article.txt" code art
has CHN events record.db --actor ''
is "JPN" stance record.db JP
is "CHN,JPN" events record.db --actor CHN,JP
is "" events record.db --actor ZZZ
[ $bad = 0 ] && echo "commands, options, values, files and actors are completed"
exit $bad
