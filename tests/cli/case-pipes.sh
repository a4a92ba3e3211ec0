# SPDX-License-Identifier: Apache-2.0
# A reader that goes away ends the work without a word; no colour and no progress into pipes; the data folder can be elsewhere.
i=0
while [ $i -lt 3000 ]; do printf '{"id":"%d","text":"Japan condemned China on Tuesday."}\n' $i; i=$((i + 1)); done >many.jsonl
$D code --as jsonl many.jsonl | head -n 1 | cut -c1-7
$D code many.jsonl | head -n 1 | tr -d '\033' | cut -c1-1
$D code --as jsonl many.jsonl >/dev/full; echo "exit $?"
DEMARCHE_DATA=/nowhere $D code many.jsonl; echo "exit $?"
mkdir data && echo "no tables" >data/demarche.tables
DEMARCHE_DATA=data $D code many.jsonl >/dev/null 2>broken.txt; echo "exit $?, $(wc -l <broken.txt) line"
$D code -j 1 --as csv many.jsonl >one.csv && $D code -j 3 --as csv many.jsonl >three.csv && cmp one.csv three.csv && wc -l <one.csv
