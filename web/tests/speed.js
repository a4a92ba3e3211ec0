// SPDX-License-Identifier: Apache-2.0
// How long a user waits on a desk that runs already: speed.js URL [times]. First view from an empty cache until the rows are there and until
// nothing more is asked for (facets), then changes of filters the same way. Milliseconds, median and worst. `make bench-record` makes records.
import { startBrowser } from './browser.js';

const url = (process.argv[2] ?? 'http://127.0.0.1:8321').replace(/\/?$/, '/');
const times = Number(process.argv[3] ?? 5);
const CHANGES = {
    'first view': null,
    'actor CHN': '#/events?actor=CHN',
    'JPN to CHN': '#/events?actor=JPN&recipient=CHN',
    'type SANCTION': '#/events?type=SANCTION',
    'context and year': '#/events?context=human_rights&since=2005&until=2005',
    'status planned': '#/events?status=planned',
    'words': '#/events?text=sanctions',
    'happenings': '#/events?actor=CHN&count=happenings',
    'dyad JPN CHN': '#/dyad?actor=JPN&recipient=CHN',
    'dyad, filtered': '#/dyad?actor=JPN&recipient=CHN&context=human_rights',
    'matrix': '#/matrix',
    'matrix, since 2010': '#/matrix?since=2010',
    'network JPN': '#/ego?who=JPN',
    'map USA': '#/map?who=USA',
    'stance JPN CHN': '#/stance?actor=JPN&recipient=CHN',
    'instruments': '#/instruments',
    'sources': '#/sources',
    'review': '#/review',
};

const browser = await startBrowser();
const waited = Object.fromEntries(Object.keys(CHANGES).map((name) => [name, { shown: [], done: [] }]));

/** What the main list or figure of a view waits for is inside .busy; facets are beside it. */
const shown = (page) => page.waitForFunction(() => document.querySelector('main h1') && !document.querySelector('main .busy') && document.querySelector('main tbody tr, main .plot svg, main svg path, main .sheet, main .nothing, main .head p b'), null, { timeout: 60000, polling: 'raf' });

for (let n = 0; n < times; n += 1) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    const page = await context.newPage();
    let open = 0;
    page.on('request', () => (open += 1));
    for (const end of ['requestfinished', 'requestfailed']) page.on(end, () => (open -= 1));
    const idle = async () => {
        for (let quiet = 0; quiet < 5; quiet = open ? 0 : quiet + 1) await new Promise((soon) => setTimeout(soon, 4));
    };
    for (const [name, hash] of Object.entries(CHANGES)) {
        const began = performance.now();
        if (hash) await page.evaluate((to) => new Promise((drawn) => { location.hash = to; requestAnimationFrame(() => requestAnimationFrame(drawn)); }), hash);
        else await page.goto(url, { waitUntil: 'commit' });
        await shown(page);
        waited[name].shown.push(performance.now() - began);
        await idle();
        waited[name].done.push(performance.now() - began);
    }
    await context.close();
}
await browser.close();

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
console.log(`${'ms, median (worst) of ' + times}`.padEnd(28), 'shown'.padStart(14), 'all there'.padStart(14));
for (const [name, { shown: a, done: b }] of Object.entries(waited)) {
    const cell = (list) => `${median(list).toFixed(0)} (${Math.max(...list).toFixed(0)})`.padStart(14);
    console.log(name.padEnd(28), cell(a), cell(b));
}
