#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# web.sh [test]: builds the desk's page into web/dist, where node and npm are there; the build of the program then takes it in. Without them,
# or without a network for npm, the program has a plain page. test: runs the page's own tests; exit 77 where they cannot be run.
cd "$(dirname "$0")/../web" || exit 3
cannot() {
    echo "web: $1; the desk gets its plain page (Debian: apt-get install nodejs npm, then tools/web.sh)"
    [ "${2:-}" = test ] && exit 77
    exit 0
}
node --version >/dev/null 2>&1 && npm --version >/dev/null 2>&1 || cannot "node and npm are not here" "${1:-}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if [ ! -d node_modules ] || [ package-lock.json -nt node_modules ]; then
    # newer npm wants the packages of other systems in the lock file, too
    { npm ci --no-audit --no-fund || npm install --no-save --no-audit --no-fund; } >"$log" 2>&1 || { tail -n 3 "$log"; cannot "npm could not fetch the packages" "${1:-}"; }
fi
if [ ! -f dist/index.html ] || [ -n "$(find src index.html public vite.config.js package-lock.json -newer dist/index.html | head -n 1)" ]; then
    npm run build >"$log" 2>&1 || { cat "$log"; exit 1; }
fi
[ "${1:-}" = test ] || exit 0
if command -v chromium >/dev/null 2>&1; then
    npm test
else # the views need Debian's chromium
    node --test tests/unit.test.js tests/bundle.test.js
fi
