// SPDX-License-Identifier: Apache-2.0
// Expressions of time in a sentence, to show where an event's date may come from. Only for the eye: the dates are the coder's.

const MONTH = '(?:January|February|March|April|May|June|July|August|September|October|November|December|Jan\\.|Feb\\.|Aug\\.|Sept?\\.|Oct\\.|Nov\\.|Dec\\.)';
const DAY = '(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day';
const YEAR = '(?:1[89]|20)\\d\\d';
const PART = '(?:morning|afternoon|evening|night)';
const UNIT = '(?:day|week|month|year|decade)';
const PATTERNS = [
    `(?:\\d{1,2}(?:st|nd|rd|th)? )?${MONTH}(?: \\d{1,2}(?:st|nd|rd|th)?(?!\\d))?(?:,? ${YEAR})?`,
    `${YEAR}-\\d\\d-\\d\\d`,
    `(?<=(?:since|in|through|by|until|from|of|before|after|early|late|mid) |mid-)${YEAR}s?(?![\\d,-])`,
    `(?:last |next |this )?${DAY}(?: ${PART})?`,
    `(?:last|next|this|previous|past|coming) (?:${UNIT}|spring|summer|autumn|winter|fall|weekend|${PART})s?`,
    `(?:\\d+|an?|one|two|three|four|five|six|seven|eight|nine|ten|several|few) ${UNIT}s? (?:ago|earlier|later|before|after|ahead)`,
    '(?:today|yesterday|tomorrow|tonight|overnight)',
    `every ${UNIT}`,
];
// "May" and "March" are verbs too: a month alone has to be followed by a number or preceded by one, or by a word that takes a month.
const BARE = /^(?:May|March)$/;
const BEFORE_MONTH = /(?:in|since|until|by|from|of|last|next|early|late|mid) $/i;
const EXPRESSION = new RegExp(`(?<![\\p{L}\\d])(?:${PATTERNS.join('|')})(?![\\p{L}])`, 'gu');

/** { start, end } in code points of each expression of time in points[from, to). */
export function timesIn(points, from, to) {
    const text = points.slice(from, to).join('');
    const found = [];
    for (const match of text.matchAll(EXPRESSION)) {
        if (BARE.test(match[0]) && !BEFORE_MONTH.test(text.slice(0, match.index))) continue;
        const start = from + Array.from(text.slice(0, match.index)).length;
        found.push({ start, end: start + Array.from(match[0]).length });
    }
    return found;
}
