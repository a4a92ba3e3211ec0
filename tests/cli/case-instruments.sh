# SPDX-License-Identifier: Apache-2.0
# Votes and treaties of files, and the instruments they make together with what articles tell: the list, lives, filters, ideal points.
cp "$VOTES"/* .
printf 'GENEVA, April 9, 1999 - Canada has asked Norway to cosponsor a U.N. resolution that would condemn human rights abuses in Burma, diplomats said.\n\nIndia has asked Norway not to comply.\n\nNorway will not cosponsor the resolution, its foreign minister said.\n\nCanada presented similar resolutions every year from 1993 through 1996. Norway cosponsored all such resolutions through 1995.\n' >burma.txt
printf 'TOKYO, May 3, 2010 - Japan has not signed the Genocide Convention. China signed the convention in 1949.\n' >genocide.txt
$D add "$R" burma.txt genocide.txt 2>/dev/null; echo "exit $?"
$D instruments "$R"; echo "exit $?"
$D instruments "$R" Burma; echo "exit $?"
$D instruments "$R" --subject Burma --party Norway --since 1995 --as csv | cut -d, -f 2-12; echo "exit $?"
$D instruments "$R" --subject Burma --until 1993 --as jsonl | sed 's/"confidence":[0-9.]*/"confidence":C/'
$D import votes "$R" undl.csv; echo "exit $?"
$D import votes "$R" undl.csv; echo "exit $?"
$D import votes "$R" voeten.tsv; echo "exit $?"
$D import votes "$R" voeten_short.csv; echo "exit $?"
$D import votes --source faulty "$R" broken.csv; echo "exit $?"
$D import treaties "$R" treaties.csv; echo "exit $?"
$D import treaties "$R" treaties_wide.csv; echo "exit $?"
$D import treaties --treaty 'Kyoto treaty' "$R" treaties_wide.csv; echo "exit $?"
COLUMNS=80 $D instruments "$R"; echo "exit $?"
$D instruments "$R" 'UN Genocide Convention'; echo "exit $?"
$D instruments "$R" Iran
$D instruments "$R" Iran --party US --as csv | cut -d, -f 1-6
$D instruments "$R" --type treaty --party CAN --as jsonl
$D ideal "$R" --as csv --until 2000; echo "exit $?"
$D ideal "$R" --source Voeten --period session --actor Japan; echo "exit $?"
i=0
while [ $i -lt 25 ]; do echo "$i,XXX,Y,1990-01-01"; i=$((i + 1)); done | { echo undl_id,ms_code,ms_vote,date; cat; } >many.csv
$D import votes "$R" many.csv 2>&1 | tail -n 4
{ echo 'undl_id,ms_code,ms_vote,date'; echo '77,USA,Y,1990-01-01'; printf '78,USA,"Y'; head -c 1100000 /dev/zero | tr '\0' x; } >open.csv
$D import votes "$R" open.csv; echo "exit $?"
$D instruments "$R" --as csv | grep -c ,77,
printf '\377\376u\0n\0' >utf16.csv
: >empty.csv
for f in utf16.csv empty.csv burma.txt nowhere.csv; do $D import votes "$R" $f; echo "exit $?"; done
$D import treaties "$R" burma.txt; echo "exit $?"
$D import votes "$R"; echo "exit $?"
$D import votes burma.txt many.csv; echo "exit $?"
$D instruments; echo "exit $?"
$D instruments nowhere.db; echo "exit $?"
$D instruments "$R" --type letter; echo "exit $?"
$D instruments "$R" --subject Atlantis; echo "exit $?"
$D instruments "$R" zzz; echo "exit $?"
$D instruments "$R" UNGA; echo "exit $?"
$D instruments "$R" --as xml; echo "exit $?"
$D instruments "$R" --subject Norway; echo "exit $?"
$D ideal; echo "exit $?"
$D ideal "$R" --period month; echo "exit $?"
$D ideal "$R" --source nobody; echo "exit $?"
$D import --help | head -n 1
