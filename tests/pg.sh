#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A throw-away cluster of PostgreSQL for tests: a socket in its folder, loopback TCP on a free port with TLS of its own making.
# usage: pg.sh start FOLDER [--fast]   prints lines NAME=VALUE: PG_SOCKET, PG_PORT, PG_URL (socket), PG_TCP (loopback, TLS verified)
#        pg.sh stop FOLDER [--kill]    stops it (--kill: at once, as a crash) and leaves the folder
#        pg.sh again FOLDER            starts a stopped one
#        pg.sh database FOLDER NAME    makes a database there, anew, and prints its URL
# --fast: no fsync, for measuring only; tests that kill do without it. A server refuses to run as root: then it runs as postgres or nobody.
set -eu
what=${1:-} folder=${2:-}
[ -n "$folder" ] || { sed -n '4,8s/^# //p' "$0" >&2; exit 2; }
bin=$(pg_config --bindir 2>/dev/null || true)
for b in /usr/lib/postgresql/15/bin "$bin"; do [ -x "$b/initdb" ] && bin=$b && break; done
[ -x "$bin/initdb" ] || { echo "pg.sh: no server of PostgreSQL here; install postgresql-15 (tools/deps.sh)" >&2; exit 3; }
owner=
if [ "$(id -u)" = 0 ]; then
    owner=$(getent passwd postgres >/dev/null && echo postgres || echo nobody)
fi
as() { if [ -n "$owner" ]; then (cd / && setpriv --reuid "$owner" --regid "$(id -g "$owner")" --clear-groups env HOME="$folder" "$@"); else "$@"; fi; }
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
port() { cat "$folder/port"; }
url() { echo "postgres://owner@/$1?host=$folder&port=$(port)"; }

pick() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])' >"$folder/port"; }

# A port that was free may be somebody's a moment later. A new cluster takes another one (start pick); one that comes back has to wait for its own.
start() { # the log says why it does not
    for try in 1 2 3; do
        as "$bin/pg_ctl" -D "$folder/data" -l "$folder/log" -o "-p $(port)" -w -t 60 start >/dev/null && return
        sleep 1
        ${1:-:}
    done
    tail -5 "$folder/log" >&2
    exit 3
}

case $what in
start)
    chmod 711 "$folder"
    pick
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 \
        -keyout "$folder/server.key" -out "$folder/server.crt" 2>/dev/null
    chmod 600 "$folder/server.key"
    mkdir -p "$folder/data" && chmod 700 "$folder/data"
    if [ -n "$owner" ]; then chown -R "$owner" "$folder"; fi
    as "$bin/initdb" -D "$folder/data" -U owner -A trust -E UTF8 --locale=C.UTF-8 --no-instructions >"$folder/initdb.log" 2>&1 ||
        { tail -5 "$folder/initdb.log" >&2; exit 3; }
    cat >>"$folder/data/postgresql.conf" <<EOF
unix_socket_directories = '$folder'
listen_addresses = '127.0.0.1'
ssl = on
ssl_cert_file = '$folder/server.crt'
ssl_key_file = '$folder/server.key'
shared_buffers = 128MB
max_connections = 40
logging_collector = off
EOF
    # through the socket anybody is who they say; through TCP only with TLS and a password, but for the owner's tests
    cat >"$folder/data/pg_hba.conf" <<EOF
local all all trust
hostssl all owner 127.0.0.1/32 trust
hostssl all all 127.0.0.1/32 scram-sha-256
EOF
    [ "${3:-}" = --fast ] && printf 'fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n' >>"$folder/data/postgresql.conf"
    start pick
    echo "PG_SOCKET=$folder"
    echo "PG_PORT=$(port)"
    echo "PG_URL='$(url postgres)'"
    echo "PG_TCP='postgres://owner@localhost:$(port)/postgres?sslmode=verify-full&sslrootcert=$folder/server.crt'"
    ;;
again) start ;;
stop)
    mode=fast
    [ "${3:-}" = --kill ] && mode=immediate
    as "$bin/pg_ctl" -D "$folder/data" -w -t 60 -m $mode stop >/dev/null
    ;;
database)
    as "$bin/psql" -q -h "$folder" -p "$(port)" -U owner -d postgres -c "DROP DATABASE IF EXISTS \"$3\" WITH (FORCE)" -c "CREATE DATABASE \"$3\"" >/dev/null 2>&1
    url "$3"
    ;;
*) echo "pg.sh: start, stop, again or database, not '$what'" >&2; exit 2 ;;
esac
