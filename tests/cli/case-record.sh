# SPDX-License-Identifier: Apache-2.0
# Questions to a record: events, show, actors, stats, pressure; filters, forms, what is wrong.
cp "$SAMPLES/03-commission-vote.txt" "$SAMPLES/09-apology.txt" .
cat >ask.txt <<'TEXT'
GENEVA, March 26, 1999 - The United States has asked Japan to cosponsor the resolution on China.

China, for its part, has asked Japan not to comply. Tokyo declined to cosponsor the resolution on China, officials said Friday.
TEXT
"$D" add -j 1 "$R" 03-commission-vote.txt 09-apology.txt ask.txt
echo "--- events"
"$D" events "$R" --actor japan
echo "--- pairs, words, status, either, newest"
COLUMNS=90 "$D" events "$R" -A Japanese -R China
COLUMNS=130 "$D" events "$R" -x 'cosponsor*' -s planned
COLUMNS=130 "$D" events "$R" -E JPN/GOV -c 'human rights' -n -l 2 -p 2
COLUMNS=130 "$D" events "$R" -i resolution --subject China --act cosponsor --since 1999 --until 1999-12 -H
echo "--- machines"
"$D" events "$R" -t REQUEST --as jsonl
"$D" events "$R" -t REQUEST --as csv | cut -c1-60
"$D" events "$R" -A MNG; echo "exit $?"
echo "--- show"
id=$("$D" events "$R" -t REQUEST -A USA --as jsonl | sed 's/{"id":"\([0-9a-f]*\).*/\1/' | head -n 1)
COLUMNS=90 "$D" show "$R" "$(echo "$id" | cut -c1-8)"
"$D" show "$R" ask.txt --text
COLUMNS=90 "$D" show "$R" ask.txt | head -n 12
echo "--- actors and stats"
"$D" actors "$R" -l 4
"$D" actors "$R" -l 2 --as jsonl
"$D" actors "$R" -l 2 --as csv -c human_rights
"$D" stats "$R"
COLUMNS=80 "$D" stats "$R" --by type
for by in year actor recipient dyad context status source instrument; do "$D" stats "$R" --by $by -l 2 --as csv; done
"$D" stats "$R" --by dyad -l 1 -A JPN --as jsonl
echo "--- pressure"
COLUMNS=100 "$D" pressure "$R" Japan --about China
"$D" pressure "$R" JPN -A USA --as jsonl | cut -c1-200
echo "--- wrong"
for wrong in "events" "events $R x" "events none.db" "events ask.txt" "events $R -A Jpan" "events $R -c human_right" \
    "events $R -t ASK" "events $R -m vist" "events $R -s done,negated" "events $R -i resolutions" "events $R --act cosponsr" \
    "events $R --as xml" "events $R --since soon" "events $R --since 2000 --until 1999" "events $R -p 0" "show $R" \
    "show $R nothing" "show $R ffffffff" "stats $R --by colour" "actors" "pressure $R" "pressure $R Jpan"; do
    # shellcheck disable=SC2086
    "$D" $wrong
    echo "exit $?"
done 2>&1
