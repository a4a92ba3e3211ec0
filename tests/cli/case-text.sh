# SPDX-License-Identifier: Apache-2.0
# The document text is the file's own, byte for byte, less a BOM.
printf '\357\273\277Caf\303\251 talks.\r\nSecond line.\r\n' >bom.txt
$D text bom.txt | od -An -c
printf '{"id":"x","title":"T","text":"A \\"quoted\\" text.","date":"2020-05-06"}' >one.json
$D text one.json; echo
$D text --as jsonl one.json
$D text --as jsonl one.json >again.json && $D text again.json; echo
