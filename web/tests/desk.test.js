// SPDX-License-Identifier: Apache-2.0
// The page in a real chromium on the real server, with a record made for it (tests/record.js). With DESK_URL, on a desk that runs already:
// what needs the made articles is left out then, and what writes unless DESK_WRITE=1.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { readFileSync } from 'node:fs';
import { openPage, settled, shoot, startBrowser, viewsOf, visit } from './browser.js';
import { faint, overflow, unnamed } from './looks.js';
import { HOSTILE, startDesk } from './record.js';
import { number, signed } from '../src/lib/event.js';
import { nameOf } from '../src/lib/names.js';

const foreign = process.env.DESK_URL && 'needs the record of the tests';
const readOnly = process.env.DESK_URL && !process.env.DESK_WRITE && 'DESK_WRITE=1 lets the tests write into the record';
const SIZES = { light: { width: 1280, height: 900 }, dark: { width: 1280, height: 900, dark: true }, narrow: { width: 390, height: 844 } };

let desk;
let browser;

before(async () => {
    desk = await startDesk();
    browser = await startBrowser();
});

after(async () => {
    await browser?.close();
    await desk?.close();
});

const ask = async (path) => {
    const answer = await fetch(`${desk.url}api/${path}`);
    assert.equal(answer.status, 200, `${path}: ${answer.status}`);
    return answer.json();
};

/** Runs `body` on a page, and fails when the page had faults: errors of scripts, breaches of the policy. */
async function on(hash, body, options) {
    const opened = await openPage(browser, desk.url, hash, options);
    try {
        await body(opened.page);
        assert.deepEqual(opened.faults, []);
    } finally {
        await opened.close();
    }
}

/** "a,b" lines as RFC 4180 has them, as objects. */
function fromCsv(text) {
    const rows = [[]];
    for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
        rows.at(-1).push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
        if (end !== ',') rows.push([]);
    }
    const [head, ...body] = rows.filter((row) => row.length > 1 || row[0]);
    return body.map((row) => Object.fromEntries(head.map((key, i) => [key, row[i]])));
}

async function download(page, control) {
    const [file] = await Promise.all([page.waitForEvent('download'), control.click()]);
    return readFileSync(await file.path(), 'utf8');
}

/** Both files that a view saves, as rows. */
async function saved(page, what = 'what is shown') {
    const control = (as) => page.locator(`[aria-label="Save ${what} as ${as}"]`);
    const csv = fromCsv(await download(page, control('CSV')));
    const jsonl = (await download(page, control('JSON lines'))).trim().split('\n').filter(Boolean).map((line) => JSON.parse(line));
    assert.equal(csv.length, jsonl.length, 'CSV and JSON lines hold the same rows');
    return { csv, jsonl };
}

test('each view: no fault, all controls named, nothing too wide, WCAG AA in light and dark', async (t) => {
    const views = await viewsOf(desk.url);
    for (const [size, options] of Object.entries(SIZES)) {
        const { page, faults, close } = await openPage(browser, desk.url, '#/events', options);
        for (const [name, hash] of Object.entries(views)) {
            await t.test(`${name}, ${size}`, async () => {
                await visit(page, hash);
                assert.equal(await page.locator('h1').count(), 1);
                assert.equal(await page.locator('main').count(), 1);
                assert.equal(await page.getByRole('alert').count(), 0, 'a problem is shown');
                assert.equal(await overflow(page), 0, 'pixels wider than the window');
                const { seen, found } = await faint(page);
                assert.ok(seen > 12, `only ${seen} texts seen`);
                assert.deepEqual(found, [], 'too faint');
                if (size !== 'dark') {
                    const { controls, without } = await unnamed(page);
                    assert.ok(controls > 10);
                    assert.deepEqual(without, [], 'controls without a name');
                }
                assert.deepEqual(faults.splice(0), []);
                await shoot(page, `${name}-${size}`);
            });
        }
        await close();
    }
});

/** What a reader sees and has set: the words of the view and the values of its controls. */
const stateOf = (page) =>
    page.evaluate(() => ({
        hash: location.hash,
        words: document.querySelector('main').innerText,
        beside: document.querySelector('aside')?.innerText ?? null,
        fields: [...document.querySelectorAll('main input, main select')].filter((field) => field.type !== 'file').map((field) => `${field.labels?.[0]?.innerText.split('\n')[0]}: ${['checkbox', 'radio'].includes(field.type) ? field.checked : field.value}`),
        pressed: [...document.querySelectorAll('main [aria-pressed]')].map((button) => `${button.innerText}: ${button.getAttribute('aria-pressed')}`),
    }));

async function fill(page, label, value) {
    const field = page.locator('main').getByLabel(label, { exact: true }).first();
    if ((await field.evaluate((element) => element.tagName)) === 'SELECT') await field.selectOption(value);
    else {
        await field.fill(value);
        await field.press('Enter');
    }
    await settled(page);
}

test('permalinks carry everything that was set: a new tab shows the same', async (t) => {
    const { rows } = await ask('events?actor=JPN&recipient=CHN');
    const time = { Since: '1990', Until: '2023' };
    const steps = {
        'events, all filters': ['#/events?either=CHN&speaker=JPN,USA,CHN&mode=disapprove', { 'Words of the sentence': 'rights OR china', Actor: 'Japan, China', Recipient: 'China', ...time, 'Confidence at least': '0.3', Source: 'none' }],
        events: ['#/events', { Actor: 'Japan, United States', ...time, 'Confidence at least': '0.5' }, async (page) => page.getByRole('radio', { name: 'happenings' }).check({ force: true })],
        facets: ['#/events?actor=CHN', {}, async (page) => {
            await page.locator('.facets').getByRole('button', { name: /REJECT/ }).click();
            await settled(page);
            await page.locator('.facets').getByRole('button', { name: /^done/ }).click();
        }],
        stance: ['#/stance', { 'Actors, up to six, with commas': 'Japan, United States, EUR', Toward: 'China', Context: 'human_rights', Since: '1989' }, async (page) => {
            await page.locator('main select').first().selectOption('deeds');
            await settled(page);
            await page.getByRole('radio', { name: 'reports' }).check({ force: true });
        }],
        matrix: ['#/matrix', { Context: 'diplomatic', Status: 'done', Since: '1990' }, async (page) => {
            await page.getByLabel('Lane').selectOption('deeds');
            await page.getByLabel('Rows').selectOption('12');
        }],
        ego: ['#/ego', { 'In the middle': 'China', Type: 'ACCUSE', Until: '2022' }, async (page) => page.getByLabel('Lane').selectOption('words')],
        dyad: ['#/dyad', { One: 'Japan', 'The other': 'China', Status: 'done', Context: 'human_rights' }, async (page) => page.getByRole('button', { name: 'China → Japan' }).click()],
        map: ['#/map', { Actor: 'China', Shown: 'back', Context: 'human_rights', 'Period from': '1995', 'Period to': '2023' }],
        instruments: ['#/instruments', { Kind: 'resolution', 'Aimed at': 'China', Party: 'Japan' }],
        review: ['#/review', { Actor: 'China', Show: 'none', Type: 'REJECT', 'Words of the sentence': 'china' }],
        sources: ['#/sources', { Actor: 'Japan', Since: '1999' }, async (page) => page.getByRole('radio', { name: 'reports' }).check({ force: true })],
        reader: [`#/document/${rows[0].document}?e=${rows[0].id}`, {}, async (page) => {
            await page.getByRole('button', { name: 'reason' }).click();
            await page.getByLabel('of the chosen event only').check();
        }],
    };
    for (const [name, [hash, fields, more]] of Object.entries(steps)) {
        await t.test(name, async () => {
            let first;
            await on(hash, async (page) => {
                for (const [label, value] of Object.entries(fields)) await fill(page, label, value);
                await more?.(page);
                await settled(page);
                assert.equal(await page.getByRole('alert').count(), 0, 'a problem is shown');
                first = await stateOf(page);
                for (const part of Object.keys(fields)) assert.notEqual(first.hash, hash, part);
            });
            await on(first.hash, async (page) => assert.deepEqual(await stateOf(page), first));
        });
    }
});

test('going back takes the last filter away again', async () => {
    await on('#/events', async (page) => {
        await fill(page, 'Actor', 'China');
        await page.waitForFunction(() => location.hash.includes('actor=CHN'));
        await page.goBack();
        await settled(page);
        assert.equal(await page.getByLabel('Actor', { exact: true }).inputValue(), '');
    });
});

/** Rows of a table as words, without what is only drawn. */
const tableOf = (page, selector) => page.locator(`${selector} tbody tr`).evaluateAll((rows) => rows.map((row) => [...row.cells].map((cell) => cell.innerText.replace(/\s+/g, ' ').trim())));
const idsOf = (page) => page.locator('[data-event]').evaluateAll((rows) => rows.map((row) => row.dataset.event));
const sorted = (list) => [...list].sort();

test('downloads hold exactly what is shown', async (t) => {
    await t.test('events, over all pages', async () => {
        for (const [count, total] of [['', 'events'], ['&count=happenings', 'happenings']]) {
            await on(`#/events?context=human_rights${count}`, async (page) => {
                const { csv, jsonl } = await saved(page, 'all these events');
                const shown = await idsOf(page);
                while (await page.getByRole('button', { name: 'Next' }).isEnabled()) {
                    await page.getByRole('button', { name: 'Next' }).click();
                    await settled(page);
                    shown.push(...(await idsOf(page)));
                }
                assert.ok(shown.length > 50);
                assert.equal(shown.length, (await ask('events?context=human_rights')).total[total]);
                assert.deepEqual(jsonl.map((row) => row.id), shown);
                assert.deepEqual(csv.map((row) => row.id), shown);
                assert.deepEqual(csv.map((row) => row.text), jsonl.map((row) => row.text));
            });
        }
    });
    await t.test('matrix', () => on('#/matrix?since=1990&size=12', async (page) => {
        const { jsonl } = await saved(page);
        const words = (row) => `${nameOf(row.actor)} toward ${nameOf(row.recipient)}: ${number(row.events)} events, mean score ${signed(row.scale)}`;
        const shown = await page.locator('td.cell a').evaluateAll((cells) => cells.map((cell) => cell.getAttribute('aria-label')));
        assert.ok(shown.length > 20);
        assert.deepEqual(sorted(jsonl.map(words)), sorted(shown));
    }));
    await t.test('network', () => on('#/ego?who=JPN', async (page) => {
        const { jsonl } = await saved(page);
        const table = await tableOf(page, 'main');
        const shown = table.flatMap(([other, out, outScore, back, backScore]) => [...(out === '–' ? [] : [`JPN ${other.replace(' ◎', '')} ${out} ${outScore}`]), ...(back === '–' ? [] : [`${other.replace(' ◎', '')} JPN ${back} ${backScore}`])]);
        const words = (row) => (row.actor === 'JPN' ? `JPN ${nameOf(row.recipient)}` : `${nameOf(row.actor)} JPN`) + ` ${number(row.events)} ${signed(row.scale)}`;
        assert.deepEqual(sorted(jsonl.map(words)), sorted(shown));
    }));
    await t.test('dyad', () => on('#/dyad?actor=JPN&recipient=CHN', async (page) => {
        const types = await saved(page, 'the figures by type');
        const figure = (n) => (n ? number(n) : '–');
        assert.deepEqual(types.jsonl.map((row) => [row.type, row.lane, figure(row['JPN-CHN']), figure(row['CHN-JPN'])]), await tableOf(page, '.types'));
        const years = await saved(page, 'the figures by year');
        const of = (actor) => years.jsonl.filter((row) => row.actor === actor).reduce((sum, row) => sum + row.events, 0);
        assert.equal(of('JPN'), types.jsonl.reduce((sum, row) => sum + row['JPN-CHN'], 0));
        assert.equal(await page.locator('.plot svg > g > rect').count(), years.jsonl.reduce((sum, row) => sum + (row.words > 0) + (row.deeds > 0), 0), 'a bar for each figure');
        const deeds = types.jsonl.filter((row) => row.lane === 'deed').reduce((sum, row) => sum + row['JPN-CHN'] + row['CHN-JPN'], 0);
        assert.equal(years.jsonl.reduce((sum, row) => sum + row.deeds, 0), deeds);
        const { jsonl } = await saved(page, 'these events');
        assert.deepEqual(jsonl.slice(0, 50).map((row) => row.id), await idsOf(page));
        assert.equal(jsonl.length, (await ask('events?actor=JPN&recipient=CHN')).total.events);
    }));
    await t.test('map', () => on('#/map?who=CHN&way=back&context=human_rights', async (page) => {
        const { jsonl } = await saved(page);
        assert.deepEqual(jsonl.map((row) => [nameOf(row.actor), number(row.events), number(row.words), number(row.deeds), signed(row.scale)]), await tableOf(page, '.list'));
        assert.ok(jsonl.length > 2 && jsonl.every((row) => row.recipient === 'CHN'));
    }));
    await t.test('instruments', () => on('#/instruments', async (page) => {
        const { jsonl, csv } = await saved(page);
        const shown = (await tableOf(page, 'main')).map(([, aim, n, rolls]) => [aim, n, rolls]);
        assert.deepEqual(jsonl.map((row) => [row.subject ? nameOf(row.subject) : '', number(row.events), row.rollcalls ? `${row.rollcalls}` : '']), shown);
        assert.deepEqual(csv.map((row) => row.id), jsonl.map((row) => row.id));
    }));
    await t.test('life of an instrument', () => on('#/instrument/resolution-UNCHR-CHN', async (page) => {
        const { jsonl } = await saved(page);
        const shown = await page.locator('ol.life > li').evaluateAll((years) => years.flatMap((year) => [...year.querySelectorAll('li.act')].map((act) => `${year.querySelector('h2').innerText} ${act.querySelector('b').innerText}`)));
        const party = (code) => nameOf(code.split('/')[0]) + (code.includes('/') ? ` (${code.split('/')[1]})` : '');
        assert.deepEqual(new Set(jsonl.map((row) => `${row.year} ${row.party.map(party).join(', ') || 'not told'}`)), new Set(shown));
        assert.ok(shown.length > 20);
    }));
    await t.test('roll calls', { skip: foreign }, () => on('#/instrument/resolution-UNGA-CHN', async (page) => {
        const { jsonl } = await saved(page);
        const shown = await page.locator('li.roll').evaluateAll((rolls) => rolls.flatMap((roll) => [...roll.querySelectorAll('dd')].map((dd) => `${roll.textContent.match(/\d{4}-\d\d-\d\d/)[0]} ${dd.textContent}`)));
        assert.equal(shown.length, 40);
        assert.deepEqual(sorted(jsonl.map((row) => `${row.date} ${row.party.map(nameOf).join(', ')}`)), sorted(shown));
    }));
    await t.test('sources', () => on('#/sources', async (page) => {
        const { jsonl } = await saved(page);
        const shown = (await tableOf(page, 'main')).map(([, events, , reports]) => [events, reports]);
        assert.deepEqual(jsonl.map((row) => [number(row.events), number(row.documents)]), shown);
    }));
    await t.test('stance', () => on('#/stance?actor=JPN,USA&recipient=CHN&lane=deeds', async (page) => {
        const fitted = await ask('stance?actor=JPN,USA&recipient=CHN');
        const points = await saved(page, 'the points shown');
        assert.deepEqual(points.jsonl.map((row) => row.day), fitted.series.flatMap((one) => one.lanes.deeds.points.map((p) => p.day)));
        assert.ok(points.jsonl.every((row) => row.supported === 'position' in row), 'silence has no position');
        const turns = await saved(page, 'the turning points');
        assert.equal(turns.jsonl.length, (await tableOf(page, '.cards')).length);
        const { jsonl } = await saved(page, 'the evidence');
        const shown = await page.locator('.evidence').first().locator('li').evaluateAll((rows) => rows.map((row) => row.querySelector('button, a.day').innerText + row.querySelector('.serif').innerText));
        assert.ok(shown.length > 10);
        assert.deepEqual(jsonl.map((row) => row.day + row.label.replace(/\s+/g, ' ')), shown);
        const acts = await saved(page, 'the acts with instruments');
        assert.equal(acts.jsonl.length, await page.locator('.acts li').count());
    }));
    for (const [name, hash, what] of [['review', '#/review?actor=CHN', 'the queue shown'], ['reader', `#/document/${(await ask('events?actor=JPN&recipient=CHN')).rows[0].document}`, 'the events of this article']]) {
        await t.test(name, () => on(hash, async (page) => {
            const { csv, jsonl } = await saved(page, what);
            assert.deepEqual(jsonl.map((row) => row.id), await idsOf(page));
            assert.deepEqual(csv.map((row) => row.id), await idsOf(page));
        }));
    }
});

test('the switch says what is counted wherever something is', async (t) => {
    for (const [hash, figures] of Object.entries({
        '#/events?text=diplomats': '.head p',
        '#/matrix?actor=FRA': 'td.cell a',
        '#/ego?who=FRA': 'td.n',
        '#/dyad?actor=FRA&recipient=RUS': '.types .fig',
        '#/map?who=FRA': 'td.n',
        '#/instruments': 'td.n',
        '#/instrument/sanction-CHN': '.head p',
        '#/sources': 'td.n',
        '#/stance?actor=RUS&recipient=FRA': 'h2 .soft',
    })) {
        await t.test(hash, { skip: foreign }, () => on(hash, async (page) => {
            const read = async () => (await page.locator(figures).allInnerTexts()).join(' ');
            const seen = new Set([await read()]);
            const choices = page.locator('.count label');
            for (let i = 1; i < (await choices.count()); i += 1) {
                await choices.nth(i).click();
                await settled(page);
                seen.add(await read());
            }
            assert.ok(seen.size > 1, `the figures stay: ${[...seen]}`);
        }));
    }
});

test('stance: silence is blank, bands, lanes, six actors; a click opens the evidence', async () => {
    const fitted = await ask('stance?actor=JPN&recipient=CHN');
    const gaps = fitted.series[0].lanes.deeds.points.filter((p) => !p.supported).length;
    assert.ok(gaps > 0, 'the sample has no silence to show');
    await on('#/stance?actor=JPN&recipient=CHN', async (page) => {
        const lines = await page.locator('section .plot').first().locator('svg path').evaluateAll((paths) => paths.map((p) => p.getAttribute('d') ?? ''));
        assert.ok(lines.some((d) => (d.match(/M/g) ?? []).length > 1), 'no line is broken where nothing is known');
        assert.ok(lines.every((d) => !d.includes('NaN')));
        assert.equal(await page.locator('svg style').count(), 0);
        assert.equal(await page.locator('.picked').count(), 0, 'nothing is chosen yet');
        await page.locator('.pick circle, .pick path').last().click({ force: true });
        await page.locator('.pick circle, .pick path').first().click({ force: true });
        await page.getByRole('complementary', { name: 'Evidence' }).waitFor();
        assert.match(await page.evaluate(() => location.hash), /e=[0-9a-f]{16}/);
        await page.keyboard.press('Escape');
        await page.waitForFunction(() => !/[?&]e=/.test(location.hash));
        await page.keyboard.press('j');
        await page.waitForFunction(() => /[?&]e=/.test(location.hash));
        await page.locator('main select').first().selectOption('deeds');
        await page.waitForFunction(() => location.hash.includes('lane=deeds'));
        assert.equal(await page.getByText('words', { exact: true }).locator('visible=true').count(), 0);
    });
    const six = await ask('stance?actor=JPN,USA,EUR,CHN,GBR,RUS&recipient=CHN');
    await on('#/stance?actor=JPN,USA,EUR,CHN,GBR,RUS&recipient=CHN', async (page) => {
        const panels = page.locator('section[aria-label^="Stance of"]');
        assert.equal(await panels.count(), six.series.filter((one) => one.evidence_used).length);
        const colors = await page.locator('.swatch').evaluateAll((marks) => marks.map((mark) => getComputedStyle(mark).backgroundColor));
        assert.equal(new Set(colors).size, colors.length);
        const changes = six.series.flatMap((one) => ['words', 'deeds'].flatMap((lane) => one.lanes[lane].turns.filter((turn) => turn.kind === 'change')));
        assert.ok(changes.length > 0, 'no change to draw');
        assert.equal(await page.locator('.plot svg > g > rect').count(), changes.length, 'a band for each change');
        const bands = await panels.first().locator('g[fill-opacity] path, path[fill-opacity]').count();
        assert.ok(bands >= 1, 'no band of uncertainty');
        const lanes = new Set(await page.locator('.acts li bdi').first().evaluate(() => [...document.querySelectorAll('.acts li .small bdi')].map((e) => e.innerText)));
        const drawn = await page.locator('section[aria-label="Instruments"] svg text').allTextContents();
        for (const lane of lanes) assert.ok(drawn.includes(lane), `no lane for ${lane}`);
    });
});

test('roll calls stand in the lanes and open their instrument', { skip: foreign }, async () => {
    await on('#/stance?actor=RUS&recipient=CHN', async (page) => {
        await page.locator('.acts a.day').first().click();
        await page.waitForFunction(() => location.hash === '#/instrument/resolution-UNGA-CHN');
        await settled(page);
        assert.equal(await page.locator('li.roll').count(), 10);
        assert.match(await page.locator('li.roll').first().innerText(), /1995-12-10, A\/RES\/50\/200[\s\S]*yes 7 · no 4 · abstained 4 · absent 2/);
    });
});

test('a stance without evidence says so and draws nothing', async () => {
    await on('#/stance?actor=ISL&recipient=TON', async (page) => {
        await page.locator('.nothing, .problem').first().waitFor();
        assert.equal(await page.locator('section .plot svg').count(), 0);
    });
});

test('matrix and map: cells and countries without evidence are hatched; the atlas is loaded with the map only', async () => {
    await on('#/matrix', async (page) => {
        assert.ok((await page.locator('td.empty').count()) > 0);
        assert.equal(await page.locator('td.empty[class*="b-"]').count(), 0);
        const ground = await page.locator('td.empty').first().evaluate((cell) => getComputedStyle(cell).backgroundImage);
        assert.match(ground, /repeating-linear-gradient/);
        await page.locator('td.cell a').first().click();
        await page.waitForFunction(() => location.hash.startsWith('#/dyad?'));
    });
    const { page, faults, close } = await openPage(browser, desk.url, '#/events');
    const asked = [];
    page.on('request', (request) => asked.push(request.url()));
    await visit(page, '#/sources');
    assert.ok(!asked.some((url) => /countries/.test(url)));
    await page.keyboard.press('g');
    await page.keyboard.press('a');
    await page.waitForSelector('path.land');
    await settled(page);
    assert.ok(asked.some((url) => /countries/.test(url)), 'the atlas is loaded when a map is opened');
    const told = await page.locator('path.told').count();
    const hatched = await page.locator('path.land[fill^="url"]').count();
    assert.ok(told > 0 && hatched > 100, `${told} told, ${hatched} hatched`);
    assert.deepEqual(faults, []);
    await close();
});

test('the first load weighs what it may', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    let bytes = 0;
    page.on('requestfinished', async (request) => {
        if (!request.url().includes('/api/')) bytes += (await request.sizes()).responseBodySize;
    });
    await page.goto(desk.url);
    await settled(page);
    await page.waitForTimeout(200);
    await context.close();
    console.log(`first load over the wire: ${(bytes / 1024).toFixed(1)} KB compressed`);
    assert.ok(bytes > 20 * 1024 && bytes < 450 * 1024, `${bytes} bytes`);
});

test('reader: spans are where the record says, in colours and patterns of their own; the event opens with its trace', async () => {
    const { rows } = await ask('events?actor=JPN&recipient=CHN');
    const event = rows.find((e) => e.recipient[0]?.start > e.trigger.end && e.recipient[0].start - e.trigger.end < 60) ?? rows[0];
    await on(`#/document/${event.document}?e=${event.id}&spans=one`, async (page) => {
        const words = async (role) => (await page.locator(`.text .${role}`).allInnerTexts()).join('');
        assert.equal(await words('action'), event.trigger.text);
        assert.ok((await words('recipient')).includes(event.recipient[0].entity_text));
        const styles = await page.evaluate(() => ['actor', 'recipient', 'time', 'speaker', 'reason', 'action'].map((role) => {
            const style = getComputedStyle(document.querySelector(`.legend .${role}`));
            return [style.color, `${style.textDecorationLine} ${style.textDecorationStyle}`];
        }));
        for (const of of [0, 1]) assert.equal(new Set(styles.map((s) => s[of])).size, 6, 'colours and patterns differ');
        await page.getByText('Why: table lines and steps').click();
        await page.getByText(event.why[0]).first().waitFor();
        assert.ok((await page.locator('.found .badge').count()) > 0, 'status badges');
        await page.getByRole('button', { name: 'reason' }).click();
        await page.waitForFunction(() => location.hash.includes('off=reason'));
    });
});

test('reader: the other reports of a happening, near copies, what a scraper left', { skip: foreign }, async () => {
    const wire = (await ask('events?source=The%20Wire&type=SANCTION')).rows[0];
    await on(`#/document/${wire.document}?e=${wire.id}`, async (page) => {
        await page.getByRole('heading', { name: 'Other reports of it' }).waitFor();
        await page.getByText('1 article near this one').click();
        await page.getByRole('link', { name: 'The Post' }).click();
        await page.waitForFunction((old) => !location.hash.includes(old), wire.document);
        await settled(page);
        assert.equal(await page.locator('h1').innerText(), 'Paris sends Russian envoys home');
    });
    const hostile = (await ask('events?text=Xinjiang')).rows.find((event) => event.cite_info?.title === HOSTILE.title);
    await on(`#/document/${hostile.document}`, async (page) => {
        assert.deepEqual(await page.locator('.text .noise').allInnerTexts(), ['Advertisement', 'Read more: ten things to know', 'Copyright 2022. All rights reserved.']);
        const [noise, text] = await page.evaluate(() => ['.noise', 'p:first-child .piece:not(.span)'].map((s) => getComputedStyle(document.querySelector(`.text ${s}`)).color));
        assert.notEqual(noise, text);
    });
});

test('script and controls of direction in an article stay text, in every view', { skip: foreign }, async () => {
    const hostile = (await ask('events?text=Xinjiang')).rows.find((event) => event.cite_info?.title === HOSTILE.title);
    await on(`#/document/${hostile.document}`, async (page) => {
        assert.equal(await page.evaluate(() => window.broken), undefined);
        assert.equal(await page.locator('.text script, .text img, h1 b, h1 script').count(), 0);
        assert.ok((await page.locator('.text').innerText()).includes('<script>window.broken = 1</script>'));
        assert.ok((await page.locator('h1').innerText()).startsWith('<script>window.broken = 3</script><b onclick'));
        assert.deepEqual(await page.locator('.text .control').allInnerTexts(), ['RLO', 'PDF']);
        assert.deepEqual(await page.locator('h1 .control').allInnerTexts(), ['RLO', 'PDF']);
        const directions = await page.locator('.text p').evaluateAll((all) => all.map((p) => [getComputedStyle(p).direction, /^[\u0600-\u06ff]/.test(p.innerText)]));
        assert.ok(directions.some(([, arabic]) => arabic));
        for (const [direction, arabic] of directions) assert.equal(direction, arabic ? 'rtl' : 'ltr', 'a paragraph in Arabic runs from the right');
        assert.equal(await page.locator('h1 bdi').evaluate((b) => getComputedStyle(b).unicodeBidi), 'isolate');
        await shoot(page, 'hostile-light');
        for (const hash of [`#/events?text=Xinjiang&e=${hostile.id}`, '#/events?source=%22%3E%3Cimg%20src%3Dx%20onerror%3D%22window.broken%20%3D%205%22%3E', '#/sources', '#/dyad?actor=JPN&recipient=CHN', '#/stance?actor=JPN&recipient=CHN', `#/review?e=${hostile.id}`, '#/events?actor=%3Cimg%20src%3Dx%20onerror%3Dwindow.broken%3D6%3E']) {
            await visit(page, hash);
            assert.equal(await page.evaluate(() => window.broken), undefined, hash);
            assert.equal(await page.locator('main img, main script, aside img, aside script').count(), 0, hash);
            const obeyed = await page.evaluate(() => /[\u202a-\u202e\u2066-\u2069]/.test(document.body.innerText));
            assert.equal(obeyed, false, `controls are obeyed in ${hash}`);
        }
    });
});

test('review by key alone: accept, reject, undo, fix of everything; statistics, gold', { skip: readOnly }, async () => {
    const { rows } = await ask('review?verdict=none');
    const before = await ask('review/stats');
    await on('#/review', async (page) => {
        const verdict = async (event) => (await ask(`events/${event.id}`)).event.review?.verdict;
        const { keyboard } = page;
        const type = async (text) => {
            await keyboard.press('Control+a');
            if (text) await keyboard.type(text);
            else await keyboard.press('Delete');
        };
        const next = async (text) => {
            await keyboard.press('Tab');
            await type(text);
        };
        const said = (text) => page.getByText(text, { exact: true }).waitFor({ state: 'attached' });
        await keyboard.press('a');
        await page.getByRole('alert').getByText('Say who reviews first').waitFor();
        assert.equal(await page.evaluate(() => document.activeElement.id), 'reviewer');
        await keyboard.type('Ada');
        await keyboard.press('Enter');
        await keyboard.press('a');
        await said(`accepted: ${rows[0].event[0]}`);
        assert.equal(await verdict(rows[0]), 'accept');
        assert.equal((await ask(`events/${rows[0].id}`)).event.review.by, 'Ada');
        await keyboard.press('x');
        await said(`rejected: ${rows[1].event[0]}`);
        assert.equal(await verdict(rows[1]), 'reject');
        await keyboard.press('u');
        await said(`undone: ${rows[1].event[0]}`);
        assert.equal(await verdict(rows[1]), undefined);
        await keyboard.press('f');
        await page.getByRole('form', { name: 'Fix' }).waitFor();
        await shoot(page, 'review-fix-light');
        await keyboard.type('ACCUSE'); // the focus is on the type
        await next('disapprove');
        const aux = ['negation', 'future', 'hypothetical', 'historical'];
        for (const mark of aux) {
            await keyboard.press('Tab');
            if ((mark === 'future') !== rows[1].aux.includes(mark)) await keyboard.press('Space');
        }
        await next('Japan/gov, CHN');
        await next('United States');
        await next('1999-02-03');
        await next('1999-02-05');
        await keyboard.press('Tab');
        await keyboard.type('resolution');
        await next('cosponsor');
        await next('UNCHR');
        await next('China');
        await keyboard.press('Control+Enter');
        await said(`fixed: ${rows[1].event[0]}`);
        const { event } = await ask(`events/${rows[1].id}`);
        assert.equal(event.review.verdict, 'fix');
        assert.deepEqual(event.review.fix, {
            event: ['ACCUSE'], mode: ['disapprove'], aux: ['future'], actor: [{ code: 'JPN', sector: 'GOV' }, { code: 'CHN' }], recipient: [{ code: 'USA' }],
            date: '1999-02-03', enddate: '1999-02-05', instrument: { type: 'resolution', body: 'UNCHR', subject: 'CHN', act: 'cosponsor' },
        });
        assert.deepEqual(event.event, rows[1].event, 'the coding of the machine stays');
        assert.deepEqual(event.actor, rows[1].actor);
        await keyboard.press('x');
        await said(`rejected: ${rows[2].event[0]}`);
        await page.getByRole('region', { name: 'Statistics' }).waitFor();
        assert.match(await page.locator('.progress').innerText(), /1 accepted, 1 fixed, 1 rejected/);
        const gold = (await (await fetch(`${desk.url}api/review/gold.jsonl`)).text()).trim().split('\n').map((line) => JSON.parse(line));
        assert.equal(gold.length, before.by_verdict.accept + before.by_verdict.fix + 2, 'what is accepted and fixed is gold');
        assert.ok(gold.some((row) => [row.event].flat()[0].startsWith('ACCUSE')));
        const { token } = await ask('record');
        const second = await fetch(`${desk.url}api/review`, { method: 'POST', headers: { 'Content-Type': 'application/json', 'X-Demarche-Token': token }, body: JSON.stringify({ event: rows[0].id, document: rows[0].document, verdict: 'reject', by: 'Ben' }) });
        assert.equal(second.status, 200);
        await page.reload();
        await settled(page);
        const words = await page.getByRole('region', { name: 'Statistics' }).innerText();
        assert.match(words, /Precision\s+\d+% accepted as coded/);
        assert.match(words, /Agreement\s+0% of 1 pair/);
        assert.match(words, /Ben/);
        await shoot(page, 'review-done-light');
        await visit(page, '#/review?verdict=fix');
        await keyboard.press('u');
        await said(`undone: ${rows[1].event[0]}`);
        await page.getByText('No event is fixed under these filters').waitFor();
        assert.equal(await verdict(rows[1]), undefined, 'a verdict of an earlier sitting is taken back, too');
    });
});

test('help tells the keys, single keys can be turned off, the theme is kept', async () => {
    await on('#/events', async (page) => {
        await page.keyboard.press('?');
        const dialog = page.getByRole('dialog', { name: 'Keys and signs' });
        await dialog.waitFor();
        assert.ok((await dialog.innerText()).includes('next row'));
        await shoot(page, 'help-light');
        assert.deepEqual((await unnamed(page)).without, []);
        await dialog.getByLabel('Single keys are shortcuts').uncheck();
        await page.keyboard.press('Escape');
        await dialog.waitFor({ state: 'hidden' });
        await page.keyboard.press('?');
        await page.waitForTimeout(150);
        assert.equal(await page.locator('dialog[open]').count(), 0);
        await page.getByRole('button', { name: 'Help and keys' }).click();
        await dialog.getByLabel('Single keys are shortcuts').check();
        await dialog.getByRole('button', { name: 'Close' }).click();
        await page.keyboard.press('t');
        await page.keyboard.press('t');
        assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark');
        await page.reload();
        await settled(page);
        assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme), 'dark');
    });
});

test('by key: search, rows, every view; the focus can be seen', async () => {
    const found = await ask('events?text=resolution');
    await on('#/events', async (page) => {
        await page.keyboard.press('/');
        await page.keyboard.type('resolution');
        await page.keyboard.press('Enter');
        await page.waitForFunction(() => location.hash.includes('text=resolution'));
        await settled(page);
        await page.locator('.head').getByText(`${found.total.events}`).first().waitFor();
        await page.evaluate(() => document.activeElement.blur());
        await page.keyboard.press('j');
        await page.keyboard.press('j');
        await page.waitForTimeout(50);
        const row = await page.evaluate(() => [...document.querySelectorAll('.open')].indexOf(document.activeElement));
        assert.equal(row, 1);
        assert.notEqual(await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle), 'none');
        await page.keyboard.press('Enter');
        await page.getByRole('complementary', { name: 'Evidence' }).waitFor();
        await page.evaluate(() => document.activeElement.blur());
        for (const [key, view] of Object.entries({ s: 'stance', m: 'matrix', n: 'ego', d: 'dyad', a: 'map', i: 'instruments', r: 'review', o: 'sources', e: 'events' })) {
            await page.keyboard.press('g');
            await page.keyboard.press(key);
            await page.waitForFunction((to) => location.hash.startsWith(`#/${to}`), view);
            await settled(page);
            assert.ok(view === 'review' || (await page.evaluate(() => location.hash)).includes('text=resolution'), 'filters go along');
        }
    });
});

test('errors are told in words, with what is known', async () => {
    await on('#/document/0000', async (page) => {
        await page.getByRole('alert').waitFor();
        assert.ok((await page.getByRole('alert').innerText()).length > 10);
    });
});

test('an empty record offers to drop articles; they are coded with progress and appear', async () => {
    const empty = await startDesk({ empty: true });
    const { page, faults, close } = await openPage(browser, empty.url, '');
    try {
        await page.getByRole('heading', { name: 'This record is empty' }).waitFor();
        await shoot(page, 'first-start-light');
        await page.evaluate(() => {
            window.told = [];
            new MutationObserver(() => {
                const now = document.querySelector('progress')?.parentElement.innerText ?? '';
                if (window.told.at(-1) !== now) window.told.push(now);
            }).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
            const data = new DataTransfer();
            const article = (name, text) => data.items.add(new File([text], name, { type: 'text/plain' }));
            article('one.txt', 'TOKYO, 4 February 2022 (WIRE) - Japan condemned China on Friday over Xinjiang.');
            article('two.txt', 'PARIS, 5 March 2021 - France expelled two Russian diplomats on Monday.');
            article('three.html', '<html><body><article><h1>Talks</h1><p>ANKARA, 6 March 2021 - Turkey and Greece held talks on Saturday.</p></article></body></html>');
            article('two again.txt', 'PARIS, 5 March 2021 - France expelled two Russian diplomats on Monday.');
            document.body.dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: data }));
        });
        await page.getByText('4 of 4 files').waitFor();
        const told = await page.evaluate(() => window.told.filter((text) => / of 4 files/.test(text)));
        assert.ok(told.some((text) => /^[0-3] of/.test(text.trim())), `no progress was told: ${told}`);
        assert.equal(await page.locator('li.added').count(), 3);
        await page.getByText('in the record already').waitFor();
        await shoot(page, 'first-start-done-light');
        await page.getByRole('button', { name: 'Show the events' }).click();
        await settled(page);
        assert.ok((await page.locator('tbody tr').count()) >= 3);
        assert.match(await page.locator('.facts').innerText(), /3 reports/);
        assert.deepEqual(faults, []);
    } finally {
        await close();
        await empty.close();
    }
});
