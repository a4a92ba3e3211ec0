// SPDX-License-Identifier: Apache-2.0
// Debian's chromium on the desk: against the mock, or against the server that DESK_URL names.
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { startMock } from '../mock/server.js';

const PROGRAMS = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
export const real = process.env.DESK_URL || false;

/** { url, mock, close } of a desk to test. The mock is null where a real server is tested. */
export async function startDesk(options) {
    if (real) return { url: real.endsWith('/') ? real : `${real}/`, mock: null, close: async () => {} };
    const mock = await startMock(options);
    return { url: mock.url, mock, close: mock.close };
}

export async function startBrowser() {
    const executablePath = PROGRAMS.find((path) => path && existsSync(path));
    if (!executablePath) throw new Error('no chromium: apt-get install chromium, or name it in CHROMIUM');
    return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--lang=en-GB'] });
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

/** Waits until a view is there and asks for nothing more. */
export async function settled(page) {
    await page.waitForSelector('main h1', { timeout: 10000 });
    await page.waitForLoadState('networkidle');
    await page.waitForFunction(() => !document.querySelector('.busy'), null, { timeout: 10000 });
}
