// SPDX-License-Identifier: Apache-2.0
// Debian's chromium on the desk.
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const PROGRAMS = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
export async function startBrowser() {
    const executablePath = PROGRAMS.find((path) => path && existsSync(path));
    if (!executablePath) throw new Error('no chromium: apt-get install chromium, or name it in CHROMIUM');
    return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--lang=en-GB'] });
}

/** A page at `hash`, with what went wrong in it: errors of scripts, breaches of the policy, answers of 500 and more. */
export async function openPage(browser, url, hash, { width = 1280, height = 900, dark = false } = {}) {
    const context = await browser.newContext({ viewport: { width, height }, colorScheme: dark ? 'dark' : 'light', locale: 'en-GB', acceptDownloads: true });
    const page = await context.newPage();
    const faults = [];
    page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
    page.on('console', (message) => {
        if (message.type() === 'error' && !/status of 4\d\d/.test(message.text())) faults.push(`console: ${message.text()}`);
    });
    page.on('response', (response) => {
        if (response.status() >= 500) faults.push(`${response.status()} ${response.url()}`);
    });
    await page.goto(url + hash);
    await settled(page);
    return { page, context, faults, close: () => context.close() };
}

const PATIENCE = 30000;

/** Waits until a view is there and asks for nothing more. A change of the address shows in the page within two frames. */
export async function settled(page) {
    await page.evaluate(() => new Promise((shown) => requestAnimationFrame(() => requestAnimationFrame(shown))));
    await page.waitForFunction(() => document.querySelector('main h1') && !document.querySelector('.busy'), null, { timeout: PATIENCE });
    await page.waitForLoadState('networkidle');
    await page.waitForFunction(() => document.querySelector('main h1') && !document.querySelector('.busy'), null, { timeout: PATIENCE });
}

/** Goes to another address within the page, as a click on a link does. */
export async function visit(page, hash) {
    await page.evaluate((to) => { location.hash = to; }, hash);
    await page.waitForFunction((to) => location.hash === to, hash);
    await settled(page);
}

/** A picture of the whole page into the folder that SHOTS names, if it names one; long pages are cut. */
export async function shoot(page, name) {
    const folder = process.env.SHOTS;
    if (!folder) return;
    mkdirSync(folder, { recursive: true });
    const { width, height } = await page.evaluate(() => ({ width: innerWidth, height: Math.max(innerHeight, Math.min(document.documentElement.scrollHeight, 2200)) }));
    await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true, clip: { x: 0, y: 0, width, height } });
}

/** Addresses of every view, with something to see in each, from what the record of `url` holds. */
export async function viewsOf(url) {
    const ask = async (path) => (await fetch(`${url}api/${path}`)).json();
    const { rows } = await ask('events?actor=JPN&recipient=CHN');
    const spoken = rows.find((event) => event.attribution?.length && event.recipient?.length) ?? rows[0];
    const wire = (await ask('events?source=The%20Wire')).rows[0];
    return {
        events: '#/events',
        evidence: `#/events?actor=JPN&e=${rows[0].id}`,
        happenings: '#/events?count=happenings&text=resolution',
        stance: '#/stance?actor=JPN&recipient=CHN',
        'stance-six': '#/stance?actor=JPN,USA,EUR,CHN,GBR,RUS&recipient=CHN&since=1985',
        reader: `#/document/${spoken.document}?e=${spoken.id}`,
        reports: `#/document/${wire.document}?e=${wire.id}&spans=one`,
        review: '#/review',
        matrix: '#/matrix',
        ego: '#/ego?who=JPN',
        dyad: '#/dyad?actor=JPN&recipient=CHN',
        map: '#/map?who=USA',
        'map-context': '#/map?who=CHN&way=back&context=human_rights&since=1995&until=2023',
        instruments: '#/instruments',
        instrument: '#/instrument/resolution-UNCHR-CHN',
        rollcalls: '#/instrument/resolution-UNGA-CHN',
        sources: '#/sources',
        add: '#/add',
    };
}
