// SPDX-License-Identifier: Apache-2.0
// Records for the tests, made by the program itself (DEMARCHE, else build/demarche): the samples, the seeds of ../shared where they are,
// articles that try to break the page, two reports of one happening, roll calls of a made-up assembly. Served by the real server.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const program = resolve(process.env.DEMARCHE ?? join(root, 'build/demarche'));
const shared = process.env.SHARED ?? join(root, '../shared');

/** Script in the title and the body, controls of direction, Arabic, and what a scraper leaves behind. */
export const HOSTILE = {
    id: 'hostile',
    title: '<script>window.broken = 3</script><b onclick="window.broken = 4">Bold</b> \u202eturned\u202c title',
    publication: '"><img src=x onerror="window.broken = 5">',
    date: '2022-02-05',
    text: [
        'TOKYO, 4 February 2022 (WIRE) - Japan condemned China <script>window.broken = 1</script> on Friday over Xinjiang.',
        'Advertisement',
        '<img src=x onerror="window.broken = 2"> China rejected the statement of Japan on Saturday, its spokesman said.',
        'The minister \u202egnirts desrever\u202c of Japan urged China to release the prisoners.',
        'قالت اليابان إن الصين رفضت الطلب. Japan accused China of torture in 2021.',
        'Read more: ten things to know',
        'Copyright 2022. All rights reserved.',
    ].join('\n\n'),
};

/** The same happening in the words of two publications, and a near copy of the first. */
const REPORTS = [
    { id: 'wire', title: 'France expels six Russian diplomats', publication: 'The Wire', date: '2021-03-05', text: 'PARIS, 5 March 2021 - France expelled six Russian diplomats on Friday, the Foreign Ministry said.\n\nIt accused them of spying on the defence industry. Russia condemned the expulsion and threatened to retaliate.' },
    { id: 'post', title: 'Paris sends Russian envoys home', publication: 'The Post', date: '2021-03-06', text: 'MOSCOW, 6 March 2021 - Russia will answer in kind after France expelled six Russian diplomats on Friday, its foreign minister said.\n\nHe met the French ambassador to Moscow on Saturday.' },
    { id: 'copy', title: 'France expels six Russian diplomats', publication: 'The Herald', date: '2021-03-05', text: 'PARIS, 5 March 2021 - France expelled six Russian diplomats on Friday, the Foreign Ministry said.\n\nIt accused them of spying on the defence industry. Russia condemned the expulsion and threatened to retaliate. The Kremlin had no comment.' },
];

const STATES = ['AUS', 'BRA', 'CHN', 'CUB', 'DEU', 'EGY', 'FRA', 'GBR', 'IND', 'JPN', 'KEN', 'MEX', 'NGA', 'PAK', 'RUS', 'USA', 'ZAF'];
const WEST = new Set(['AUS', 'DEU', 'FRA', 'GBR', 'JPN', 'USA']);

/** Roll calls in the form of the UN Digital Library: two blocs, those between them by turns. All made up. */
function votes() {
    const rows = ['undl_id,ms_code,ms_name,ms_vote,date,session,resolution,draft,committee_report,meeting,title,agenda_title,subjects,vote_note,total_yes,total_no,total_abstentions,total_non_voting,total_ms,undl_link'];
    const SUBJECTS = ['Situation of human rights in China', 'Situation of human rights in the Islamic Republic of Iran', 'Situation of human rights in Myanmar'];
    for (let year = 1995; year <= 2004; year += 1) {
        for (const [s, subject] of SUBJECTS.entries()) {
            STATES.forEach((state, i) => {
                const vote = WEST.has(state) ? 'Y' : ['CHN', 'CUB', 'PAK', 'RUS'].includes(state) ? 'N' : (i + year + s) % 4 === 0 ? 'X' : (i + year + s) % 2 ? 'A' : 'Y';
                rows.push(`${year}${s},${state},${state},${vote},${year}-12-1${s},${year - 1945},A/RES/${year - 1945}/${200 + s},,,A/PV.1,${subject} : resolution / adopted by the General Assembly,HUMAN RIGHTS QUESTIONS,MADE UP FOR TESTS,,,,,,${STATES.length},https://example.org/${year}${s}`);
            });
        }
    }
    return `${rows.join('\n')}\n`;
}

function run(...args) {
    const done = spawnSync(program, args, { encoding: 'utf8' });
    if (done.status !== 0) throw new Error(`demarche ${args[0]}: ${done.error ?? done.stderr}`);
    return done.stdout;
}

const texts = (folder) => (existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.txt')).sort().map((name) => join(folder, name)) : []);

/** { url, record, close } of a desk on a record of its own, or of the one that DESK_URL names. */
export async function startDesk({ empty = false } = {}) {
    if (!empty && process.env.DESK_URL) return { url: process.env.DESK_URL.replace(/\/?$/, '/'), close: async () => {} };
    if (!existsSync(program)) throw new Error(`'${program}' is not there: build it, or name it in DEMARCHE`);
    const folder = mkdtempSync(join(tmpdir(), 'desk-'));
    const record = join(folder, 'desk.db');
    if (!empty) {
        const made = join(folder, 'made.jsonl');
        writeFileSync(made, [HOSTILE, ...REPORTS].map((doc) => `${JSON.stringify(doc)}\n`).join(''));
        run('add', record, ...texts(join(root, 'samples')), ...texts(join(shared, 'seeds')), made);
        const rolls = join(folder, 'votes.csv');
        writeFileSync(rolls, votes());
        run('import', 'votes', record, rolls);
    }
    const server = spawn(program, ['serve', record, '--port', '0'], { stdio: ['ignore', 'pipe', 'pipe'] });
    const url = await new Promise((resolved, refused) => {
        let out = '';
        let said = '';
        server.stdout.on('data', (part) => {
            out += part;
            if (out.includes('\n')) resolved(out.split('\n')[0].trim());
        });
        server.stderr.on('data', (part) => (said += part));
        server.on('exit', (code) => refused(new Error(`demarche serve ended with ${code}: ${said}`)));
    });
    return {
        url: url.replace(/\/?$/, '/'),
        record,
        close: async () => {
            const ended = new Promise((resolved) => server.once('exit', resolved));
            server.kill('SIGTERM');
            await ended;
            rmSync(folder, { recursive: true, force: true });
        },
    };
}
