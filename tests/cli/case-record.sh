# SPDX-License-Identifier: Apache-2.0
# Questions to a record: events, show, actors, stats, pressure; filters, forms, what is wrong.
cp "$SAMPLES/03-commission-vote.txt" "$SAMPLES/09-apology.txt" .
cat >ask.txt <<'TEXT'
GENEVA, March 26, 1999 - The United States has asked Japan to cosponsor the resolution on China.

China, for its part, has asked Japan not to comply. Tokyo declined to cosponsor the resolution on China, officials said Friday.
TEXT
"$D" add -j 1 r.db 03-commission-vote.txt 09-apology.txt ask.txt
echo "--- events"
"$D" events r.db --actor japan
echo "--- pairs, words, status, either, newest"
COLUMNS=90 "$D" events r.db -A Japanese -R China
COLUMNS=130 "$D" events r.db -x 'cosponsor*' -s planned
COLUMNS=130 "$D" events r.db -E JPN/GOV -c 'human rights' -n -l 2 -p 2
COLUMNS=130 "$D" events r.db -i resolution --subject China --act cosponsor --since 1999 --until 1999-12 -H
echo "--- machines"
"$D" events r.db -t REQUEST --as jsonl
"$D" events r.db -t REQUEST --as csv | cut -c1-60
"$D" events r.db -A MNG; echo "exit $?"
echo "--- show"
id=$("$D" events r.db -t REQUEST -A USA --as jsonl | sed 's/{"id":"\([0-9a-f]*\).*/\1/' | head -n 1)
COLUMNS=90 "$D" show r.db "$(echo "$id" | cut -c1-8)"
"$D" show r.db ask.txt --text
COLUMNS=90 "$D" show r.db ask.txt | head -n 12
echo "--- actors and stats"
"$D" actors r.db -l 4
"$D" actors r.db -l 2 --as jsonl
"$D" actors r.db -l 2 --as csv -c human_rights
"$D" stats r.db
COLUMNS=80 "$D" stats r.db --by type
for by in year actor recipient dyad context status source instrument; do "$D" stats r.db --by $by -l 2 --as csv; done
"$D" stats r.db --by dyad -l 1 -A JPN --as jsonl
echo "--- pressure"
COLUMNS=100 "$D" pressure r.db Japan --about China
"$D" pressure r.db JPN -A USA --as jsonl | cut -c1-200
echo "--- wrong"
for wrong in "events" "events r.db x" "events none.db" "events ask.txt" "events r.db -A Jpan" "events r.db -c human_right" \
    "events r.db -t ASK" "events r.db -m vist" "events r.db -s done,negated" "events r.db -i resolutions" "events r.db --act cosponsr" \
    "events r.db --as xml" "events r.db --since soon" "events r.db --since 2000 --until 1999" "events r.db -p 0" "show r.db" \
    "show r.db nothing" "show r.db ffffffff" "stats r.db --by colour" "actors" "pressure r.db" "pressure r.db Jpan"; do
    # shellcheck disable=SC2086
    "$D" $wrong
    echo "exit $?"
done 2>&1
