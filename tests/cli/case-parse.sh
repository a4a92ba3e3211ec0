# SPDX-License-Identifier: Apache-2.0
# CoNLL-U: ten columns, one root a sentence, heads inside it, the text given back.
printf 'TOKYO, Feb 3 - Japan condemned China. It is raining, said a man.\n' >a.txt
$D parse a.txt >a.conllu; echo "exit $?"
awk -F'\t' '/^[0-9]/ { if (NF != 10) bad++; n++; if ($7 == 0) roots++; if ($7 !~ /^[0-9]+$/) bad++ } /^# text/ { s++ } END { print (n > 12), roots == s, bad + 0 }' a.conllu
grep -c '^# sent_id = a.txt:' a.conllu
