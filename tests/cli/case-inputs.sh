# SPDX-License-Identifier: Apache-2.0
# Inputs that cannot be read are named, the others are coded, the exit code tells.
printf 'Japan condemned China on Tuesday.\n' >good.txt
printf 'Nothing happened in the garden.\n' >empty-handed.txt
: >empty.txt
$D code --as csv missing.txt good.txt | cut -d, -f2,13; $D code --as jsonl missing.txt good.txt >/dev/null; echo "exit $?"
$D code --as jsonl empty-handed.txt; echo "exit $?"
$D code empty-handed.txt; echo "exit $?"
$D code --as jsonl empty.txt; echo "exit $?"
mkdir folder && cp good.txt folder/b.txt && cp good.txt folder/a.txt
$D code --as tsv folder | cut -f2
$D code --as tsv - <good.txt | cut -f13
printf '{"id":"one","text":"Japan condemned China."}\n{"id":\n{"id":"three","text":"Japan condemned China."}\n' >bad.jsonl
$D code --as csv bad.jsonl >out.csv; echo "exit $?"
cut -d, -f2 out.csv
