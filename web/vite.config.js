// SPDX-License-Identifier: Apache-2.0
// Build of the desk: relative addresses, no inline script or style, a chunk for each view, so that the first load stays small.
import { defineConfig } from 'vite';
import { svelte } from '@sveltejs/vite-plugin-svelte';

// The `demarche serve` that `npm run dev` passes /api on to.
const server = process.env.DESK_URL ?? 'http://127.0.0.1:8321';

export default defineConfig({
    base: './',
    plugins: [svelte()],
    build: {
        target: 'es2022',
        assetsInlineLimit: 0,
        modulePreload: { polyfill: false },
        chunkSizeWarningLimit: 400,
    },
    server: { host: '127.0.0.1', proxy: { '/api': { target: server, changeOrigin: true } } },
});
