# SPDX-License-Identifier: Apache-2.0
# Events of a record in every form that goes to the terminal, filtered and by content; forms that need a file; what is wrong.
cat >events.jsonl <<'TEXT'
{"id":"7","date":"2001-05-04","actor":[{"code":"JPN","sector":"GOV","entity_text":"Tokyo"}],"recipient":[{"code":"CHN","entity_text":"Beijing"}],"event":["ACCUSE"],"cameo":"111","goldstein":-2.0,"mode":["disapprove"],"context":["human_rights"],"event_text":"criticised","text":"Tokyo criticised Beijing over prisons.","reason":[{"kind":"cause","text":"over prisons"}],"cite_info":{"url":"http://example.org/a","title":"Prisons","publication":"Ledger"}}
{"id":"8","date":"2001-05-05","actor":[{"code":"CHN"}],"recipient":[{"code":"JPN"}],"event":["REJECT"],"cameo":"120","goldstein":-4.0,"aux":["future"],"mode":[],"context":[],"text":"Beijing rejected the charge.","cite_info":{"url":"http://example.org/a","title":"Prisons","publication":"Ledger"}}
{"id":"9","date":"1999-04-01","actor":{"code":"FRA"},"recipient":[{"code":"PER"}],"event":"SUPPORT","cameo":"051","instrument":{"type":"resolution","body":"UNCHR","subject":"PER","act":"cosponsor","polarity":-1},"text":"Paris cosponsored the \"resolution\", ça va."}
TEXT
$D add --events "$R" events.jsonl; echo "exit $?"
$D add --events "$R" events.jsonl; echo "exit $?"
for form in plover csv icews gdelt gdelt1 polecat; do echo "--- $form" && $D export "$R" --as $form; done | sed "s/demarche [0-9.]\{3,\}/demarche VERSION/"
echo "--- all"
$D export --all "$R" --as icews | wc -l
echo "--- some"
$D export "$R" --as csv --since 2001 --actor Japan | cut -d, -f 1-8
$D export "$R" --as csv --by-content | cut -d, -f 1-8
echo "--- files"
$D export "$R" --as dta -o a.dta && wc -c <a.dta
$D export "$R" --as plover -o a.jsonl && $D export "$R" --as plover 2>/dev/null | cmp - a.jsonl && echo same
mkfifo pipe
for wrong in "$R --as csv -o pipe" "$R --as xml" "$R" "none.db --as csv" "events.jsonl --as csv" "$R --as csv --since soon"; do
    # shellcheck disable=SC2086
    $D export $wrong
    echo "exit $?"
done 2>&1
