# SPDX-License-Identifier: Apache-2.0
# A user's own actors: dictionaries become tables, lines that cannot be used are told by number and reason, --actors wins over ours.
printf 'ZORVANIA_ [GRC]\n+ZORVANIAN_ ; adjective\n+DEPARTMENT_OF_DEFENSE_\nQUILLAN_VOSS_\n\t[FRAGOV 080101-20101231]\n\t[FRAELI >110101]\n\t[FRAGOV 2004017-20061201]\nLOST_ONE_ [QQQ]\nSTONE_MASON {STONE_MASONS} [~LAB]\n' >actors.txt
$D import actors actors.txt; echo "exit $?"
$D import actors actors.txt -o mine.tsv 2>/dev/null; echo "exit $?"
$D import actors mine.tsv 2>/dev/null | tail -n +2 | cmp - mine.tsv 2>&1 | sed 's/ differ.*/ differs in its first line/'
i=0
while [ $i -lt 8 ]; do echo "LOST_NUMBER_${i}_ [QQQ]"; i=$((i + 1)); done >lost.txt
$D import actors lost.txt -o lost.tsv
$D import actors --verbose lost.txt -o lost.tsv
printf 'personLabel,positionLabel,start,end,country\n"Mara Dell",Prime Minister of Zorvania,2001-04-26T00:00:00Z,2006-09-26T00:00:00Z,JPN\nNo One,minister,,,Atlantis\n' >holders.csv
$D import actors holders.csv
printf 'Quillan Voss met Mara Dell. Zorvania condemned China.\n' >article.txt
$D code --date 2005-05-05 --as jsonl --actors mine.tsv -A holders.csv article.txt | sed 's/.*"actor":\(\[[^]]*\]\).*"why":\(\[[^]]*\]\).*/\1 \2/'
printf 'name\tcode\nJapan\tGRC\n' >over.tsv
printf 'Japan condemned China.\n' >japan.txt
$D code --as csv --actors over.tsv japan.txt | tail -n 1 | grep -o '[^|"]*over.tsv:[0-9]*' | sed 's/,0\.[0-9]*,\(frames\)/,CONFIDENCE,\1/'
$D code --actors actors.txt --as csv japan.txt >/dev/null; echo "exit $?"
$D code --actors nowhere.tsv japan.txt; echo "exit $?"
$D code --actors article.txt japan.txt; echo "exit $?"
$D import actors nowhere.tsv; echo "exit $?"
$D import actors article.txt; echo "exit $?"
$D import; echo "exit $?"
$D import people x; echo "exit $?"
$D import actors; echo "exit $?"
$D import actors a b; echo "exit $?"
$D import actors actors.txt -o /nowhere/x.tsv 2>&1 | head -n 1
