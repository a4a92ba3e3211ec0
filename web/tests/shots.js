// SPDX-License-Identifier: Apache-2.0
// Screenshots of every view, light and dark, wide and narrow, into the folder that is named (default shots/): to be looked at.
import { openPage, shoot, startBrowser, viewsOf } from './browser.js';
import { startDesk } from './record.js';

process.env.SHOTS = process.argv[2] ?? 'shots';
const only = process.argv.slice(3);
const SIZES = { light: { width: 1280, height: 900 }, dark: { width: 1280, height: 900, dark: true }, narrow: { width: 390, height: 844 } };
const desk = await startDesk();
const browser = await startBrowser();
try {
    for (const [name, hash] of Object.entries(await viewsOf(desk.url))) {
        if (only.length && !only.includes(name)) continue;
        for (const [size, options] of Object.entries(SIZES)) {
            const { page, faults, close } = await openPage(browser, desk.url, hash, options);
            await page.waitForTimeout(150);
            await shoot(page, `${name}-${size}`);
            if (faults.length) console.log(`${name} ${size}: ${faults.join('; ')}`);
            await close();
        }
    }
} finally {
    await browser.close();
    await desk.close();
}
