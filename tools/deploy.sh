#!/usr/bin/env bash
# The portal on one Debian machine: PostgreSQL, two web processes, the worker, a timer, and nginx before them.
#
#   tools/deploy.sh install     packages, database and roles, secrets, tables, static files, configuration; again is safe
#   tools/deploy.sh start | stop | restart | status
#   tools/deploy.sh upgrade     with the new code in place: backup, tables, roles, static files, restart
#   tools/deploy.sh backup [FOLDER]       restore FOLDER [--replace]       nightly
#   tools/deploy.sh manage COMMAND …      manage.py as the owner of the tables
#
# Settings are read from the environment at `install` and kept in DEPLOY_DIR/etc/deploy.env; a later `install` changes only
# those it is given. docs/deployment.md explains them.
set -euo pipefail
umask 027
here=$PWD
code=$(cd "$(dirname "$0")/.." && pwd -P)
cd "$code"

say() { echo "$@"; }
die() { echo "$@" >&2; exit 1; }
absolute() { case "$1" in /*) echo "$1" ;; *) echo "$here/$1" ;; esac; }

DEPLOY_DIR=$(absolute "${DEPLOY_DIR:-/srv/portal}")
dir=$DEPLOY_DIR
[ ! -d "$dir/etc" ] || [ -x "$dir/etc" ] || die "$(id -un) may not read $dir/etc. Run this as root (or with sudo)."
for one in DEPLOY_CERTIFICATE DEPLOY_CERTIFICATE_KEY; do
    [ -z "${!one:-}" ] || printf -v "$one" %s "$(absolute "${!one}")"
done
if [ -f "$dir/etc/deploy.env" ]; then
    # `install`: what is said now stands before what was kept. Every other command: what was kept.
    given=$(declare -p ${!DEPLOY_@})
    . "$dir/etc/deploy.env"
    [ "${1:-}" != install ] || eval "$given"
fi
names=${DEPLOY_NAMES:-localhost}
listen=${DEPLOY_LISTEN:-443}
root=$([ "$(id -u)" = 0 ] && echo yes || echo "")
user=${DEPLOY_USER:-$([ "$root" ] && echo portal || id -un)}
mode=${DEPLOY_MODE:-$([ -d /run/systemd/system ] && [ "$root" ] && echo systemd || echo plain)}
certificate=${DEPLOY_CERTIFICATE:-$dir/secrets/self-signed.crt}
certificate_key=${DEPLOY_CERTIFICATE_KEY:-$dir/secrets/self-signed.key}
keep_days=${DEPLOY_KEEP_DAYS:-30}
rate=${DEPLOY_RATE:-50}
load=${DEPLOY_LOAD:-yes}
port=${listen##*:}
address=${listen%"$port"}; address=${address%:}; address=${address:-127.0.0.1}
units="portal-web@1.service portal-web@2.service portal-work.service portal-proxy.service portal-tick.timer portal-nightly.timer"
py=$code/.venv/bin/python

# Which cluster: Debian's own under systemd, one below DEPLOY_DIR otherwise.
if [ "$mode" = systemd ]; then pg_host=127.0.0.1; pg_port=5432; else pg_host=$dir/run/pg; pg_port=5432; fi
pg_user=$([ "$root" ] && echo postgres || id -un)
as_pg() { if [ "$root" ]; then runuser -u postgres -- "$@"; else "$@"; fi; }
pg_bin() { local all=(/usr/lib/postgresql/*/bin); echo "${all[-1]}"; }
admin_sql() { # SQL on standard input, as the cluster's superuser; psql's options as arguments
    if [ "$mode" = systemd ]; then as_pg psql -X -q -v ON_ERROR_STOP=1 "$@"; else as_pg psql -X -q -v ON_ERROR_STOP=1 -h "$pg_host" -U "$pg_user" "$@"; fi
}

manage() { # manage.py as the owner of the tables
    local settings
    mapfile -t settings < <(grep -E '^[A-Z_]+=' "$dir/etc/portal.env" | grep -v '^PORTAL_DATABASE_FILE=')
    # No byte code of root's own: the web processes could not read it. `packages` writes it for everybody.
    env -i PATH="$PATH" HOME="${HOME:-/}" LANG=C.UTF-8 PYTHONDONTWRITEBYTECODE=1 "${settings[@]}" \
        PORTAL_DATABASE_FILE="$dir/secrets/database-owner" "$py" manage.py "$@"
}
# What manage.py wrote belongs to the web processes again (a file may go while this looks).
hand_over() { [ -z "$root" ] || find "$dir/var" "$dir/files" "$dir/anchors" ! -user "$user" -exec chown -h "$user:$user" {} + 2>/dev/null || true; }

secret() { [ -s "$1" ] || (umask 077; "$py" -c "import secrets; print(secrets.token_urlsafe(48), end='')" >"$1"); }

before() { # what else would come out halfway
    local one parent=$dir free
    [[ $names =~ ^[A-Za-z0-9.\ -]+$ ]] || die "DEPLOY_NAMES is '$names'. Please write host names separated by spaces."
    [[ $port =~ ^[0-9]+$ ]] || die "DEPLOY_LISTEN is '$listen'. Please write a port, or address:port."
    [ "$root" ] || [ "$port" -ge "$(cat /proc/sys/net/ipv4/ip_unprivileged_port_start)" ] ||
        die "Only root may listen on port $port. Run this as root (or with sudo), or set DEPLOY_LISTEN=8443 for a trial."
    [ "${DEPLOY_CERTIFICATE:+x}" = "${DEPLOY_CERTIFICATE_KEY:+x}" ] ||
        die "Please set DEPLOY_CERTIFICATE and DEPLOY_CERTIFICATE_KEY, both or neither."
    for one in ${DEPLOY_CERTIFICATE:-} ${DEPLOY_CERTIFICATE_KEY:-}; do
        [ -r "$one" ] || die "There is no file $one. Without DEPLOY_CERTIFICATE and DEPLOY_CERTIFICATE_KEY a certificate is made for a trial."
    done
    while [ ! -d "$parent" ]; do parent=$(dirname "$parent"); done
    [ -w "$parent" ] || die "$(id -un) may not write below $parent. Run this as root (or with sudo), or set DEPLOY_DIR to a folder of your own."
    if [ ! -f "$dir/etc/deploy.env" ]; then
        for one in "$parent" "$code"; do
            free=$(df --output=avail -m "$one" | tail -1)
            [ "$free" -ge 2000 ] || die "Only $((free)) MB are free at $one; 2000 MB are needed to begin with."
        done
    fi
    port_is_ours
}

port_is_ours() { # nobody listens there, or we do
    if [ "$mode" = systemd ]; then ! systemctl is-active -q portal-proxy.service || return 0; else ! running || return 0; fi
    local at=${address#[}
    ! (exec 3<>"/dev/tcp/${at%]}/$port") 2>/dev/null ||
        die "Another program listens on port $port. End it (systemctl disable --now nginx, apache2 …) or set DEPLOY_LISTEN to another port."
}

packages() {
    local wanted="postgresql postgresql-client nginx-light openssl curl python3-venv" missing="" one log
    for one in $wanted; do
        dpkg-query -W -f '${Status}' "$one" 2>/dev/null | grep -q "ok installed" || missing="$missing $one"
    done
    # Any nginx does; the light one is what a clean machine gets.
    [ ! -x /usr/sbin/nginx ] || missing=${missing/ nginx-light/}
    if [ -n "$missing" ]; then
        [ "$root" ] || die "Please have these Debian packages installed:$missing"
        say "Installing Debian packages:$missing"
        log=$(mktemp)
        { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends -o DPkg::Lock::Timeout=300 $missing; } >"$log" 2>&1 </dev/null ||
            { tail -20 "$log" >&2; rm -f "$log"; die "apt-get could not install:$missing. Its own words stand above; is every line of /etc/apt/sources.list* right, and is there a way out?"; }
        rm -f "$log"
        # The portal's proxy runs under its own unit; the nginx that has just come with the package is not asked for.
        if [[ $missing = *nginx* ]] && [ -d /run/systemd/system ]; then systemctl disable --now --quiet nginx.service; fi
    fi
    # Read by the web processes' user too.
    (umask 022; tools/install.sh runtime; "$py" -m compileall -qq -x '/(\.venv|var)/' . || true)
}

folders() {
    if [ "$root" ] && ! id -u "$user" >/dev/null 2>&1; then
        useradd --system --home-dir "$dir" --shell /usr/sbin/nologin "$user"
    fi
    mkdir -p "$dir"/{etc,secrets,var,files,anchors,backups,run/pg,log,tmp}
    chmod 755 "$dir" "$dir/run" "$dir/run/pg"
    chmod 750 "$dir"/{etc,secrets,var,files,anchors,backups,log,tmp}
    if [ "$root" ]; then
        chown "$user:$user" "$dir"/{var,files,anchors,run,log,tmp}
        chown "root:$user" "$dir"/{etc,secrets}
        [ "$mode" = systemd ] || chown postgres "$dir/run/pg"
        runuser -u "$user" -- "$py" -c "import django" 2>/dev/null && runuser -u "$user" -- test -r "$code/manage.py" ||
            die "The user $user cannot read $code or run its Python. Put the code where everybody may read it, /opt/portal for one."
    fi
}

certificate_serves() { # the one of our own: there, for all names, and for ten more days
    local name
    openssl x509 -in "$certificate" -noout -checkend 864000 >/dev/null 2>&1 || return 1
    for name in $names; do openssl x509 -in "$certificate" -noout -checkhost "$name" | grep -q "does match" || return 1; done
}

secrets() {
    secret "$dir/secrets/secret-key"
    secret "$dir/secrets/anchor-key"
    secret "$dir/secrets/password-owner"
    secret "$dir/secrets/password"
    printf 'postgres://portal_owner:%s@/portal?host=%s&port=%s' "$(cat "$dir/secrets/password-owner")" "$pg_host" "$pg_port" >"$dir/secrets/database-owner"
    printf 'postgres://portal:%s@/portal?host=%s&port=%s' "$(cat "$dir/secrets/password")" "$pg_host" "$pg_port" >"$dir/secrets/database"
    chmod 600 "$dir"/secrets/*
    if [ "$root" ]; then
        chown "root:$user" "$dir"/secrets/{secret-key,anchor-key,database}
        chmod 640 "$dir"/secrets/{secret-key,anchor-key,database}
    fi
    if [ -z "${DEPLOY_CERTIFICATE:-}" ] && ! certificate_serves; then
        local alternatives="" name
        for name in $names; do alternatives="$alternatives,DNS:$name"; done
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 90 -subj "/CN=${names%% *}" \
            -addext "subjectAltName=${alternatives#,},IP:127.0.0.1" -keyout "$certificate_key" -out "$certificate" 2>/dev/null
        say "A certificate of the portal's own was made for 90 days; browsers warn of it. Set DEPLOY_CERTIFICATE to a real one."
    fi
}

cluster() { # plain mode: a cluster of our own, reached by its socket alone
    [ "$mode" = plain ] && [ ! -f "$dir/pg/PG_VERSION" ] || return 0
    mkdir -p "$dir/pg"; chmod 700 "$dir/pg"
    [ -z "$root" ] || chown postgres "$dir/pg"
    as_pg "$(pg_bin)/initdb" -D "$dir/pg" -U "$pg_user" -E UTF8 --locale=C.UTF-8 --auth=reject >/dev/null
    printf 'local all %s peer\nlocal all all scram-sha-256\n' "$pg_user" | as_pg tee "$dir/pg/pg_hba.conf" >/dev/null
    printf "listen_addresses = ''\nunix_socket_directories = '%s'\nport = %s\n" "$pg_host" "$pg_port" | as_pg tee -a "$dir/pg/postgresql.conf" >/dev/null
}

# Commands need the database while the supervisor is not running (plain mode).
with_database() {
    if [ "$mode" = plain ] && ! "$(pg_bin)/pg_isready" -q -t 10 -h "$pg_host" -p "$pg_port"; then
        as_pg "$(pg_bin)/pg_ctl" -D "$dir/pg" -w -l "$dir/pg/start.log" start >/dev/null || die "The database does not start; $dir/pg/start.log says why."
        trap without_database EXIT
    fi
}
without_database() { as_pg "$(pg_bin)/pg_ctl" -D "$dir/pg" -m fast -w stop >/dev/null; trap - EXIT; }

roles() {
    admin_sql -d postgres <<SQL
SET log_statement = 'none';
SELECT 'CREATE ROLE portal_owner LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'portal_owner') \gexec
SELECT 'CREATE ROLE portal LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'portal') \gexec
ALTER ROLE portal_owner NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD '$(cat "$dir/secrets/password-owner")';
ALTER ROLE portal NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD '$(cat "$dir/secrets/password")';
SELECT 'CREATE DATABASE portal OWNER portal_owner ENCODING ''UTF8'' LOCALE ''C.UTF-8'' TEMPLATE template0' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'portal') \gexec
REVOKE ALL ON DATABASE portal FROM PUBLIC;
GRANT CONNECT ON DATABASE portal TO portal;
SQL
}

fill_in() { # fill_in TEMPLATE TARGET
    sed -e "s|@DIR@|$dir|g" -e "s|@CODE@|$code|g" -e "s|@FILES@|$dir/files|g" -e "s|@USER@|$user|g" -e "s|@NAMES@|$names|g" \
        -e "s|@LISTEN@|$listen|g" -e "s|@RATE@|$rate|g" -e "s|@CERTIFICATE@|$certificate|g" -e "s|@CERTIFICATE_KEY@|$certificate_key|g" "$1" >"$2"
}

configuration() {
    cat >"$dir/etc/portal.env" <<ENV
PORTAL_MODE=production
PORTAL_ALLOWED_HOSTS=$(echo "$names" | tr ' ' ',')
PORTAL_SECRET_KEY_FILE=$dir/secrets/secret-key
PORTAL_DATABASE_FILE=$dir/secrets/database
PORTAL_VAR=$dir/var
PORTAL_FILES=$dir/files
PORTAL_TRUSTED_PROXIES=1
PORTAL_FILES_BY_PROXY=/private-files/
PORTAL_ANCHOR_KEY_FILE=$dir/secrets/anchor-key
PORTAL_ANCHORS=$dir/anchors/anchors.txt
ENV
    # What a site adds stays where it is: one PORTAL_NAME=value a line.
    [ ! -f "$dir/etc/site.env" ] || cat "$dir/etc/site.env" >>"$dir/etc/portal.env"
    {
        echo "DEPLOY_DIR='$dir' DEPLOY_NAMES='$names' DEPLOY_LISTEN='$listen' DEPLOY_USER='$user' DEPLOY_MODE='$mode'"
        echo "DEPLOY_CERTIFICATE='${DEPLOY_CERTIFICATE:-}' DEPLOY_CERTIFICATE_KEY='${DEPLOY_CERTIFICATE_KEY:-}' DEPLOY_KEEP_DAYS='$keep_days' DEPLOY_RATE='$rate' DEPLOY_LOAD='$load'"
    } >"$dir/etc/deploy.env"
    fill_in tools/deploy/nginx.conf "$dir/etc/nginx.conf"
    [ -z "$root" ] || chown -R "root:$user" "$dir/etc"
    /usr/sbin/nginx -t -q -c "$dir/etc/nginx.conf" 2>"$dir/log/nginx-test.log" || { cat "$dir/log/nginx-test.log" >&2; exit 1; }
    if [ "$mode" = systemd ]; then
        local one
        for one in tools/deploy/*.service tools/deploy/*.timer; do fill_in "$one" "/etc/systemd/system/$(basename "$one")"; done
        systemctl daemon-reload
        systemctl enable --quiet $units
    fi
}

tables() {
    manage migrate --verbosity 0
    [ "$load" = no ] || manage setup_portal
    manage grant_role portal
    manage collectstatic --noinput --verbosity 0
    hand_over
    chmod -R g+rX,o-rwx "$dir/var"
    manage check --deploy --fail-level WARNING --database default
}

start() {
    port_is_ours
    if [ "$mode" = systemd ]; then systemctl start $units; else
        ! running || die "It is running already (process $(cat "$dir/run/supervisor.pid"))."
        setsid nohup "$py" tools/deploy/supervise.py "$dir" "$code" "$user" >>"$dir/log/supervisor.log" 2>&1 </dev/null &
    fi
    local try said
    for try in $(seq 1 240); do
        if said=$(ready 2>&1); then say "The portal answers: https://${names%% *}$([ "$port" = 443 ] || echo ":$port")/"; return; fi
        sleep 0.5
    done
    die "The portal does not answer: ${said%%<!*} Look into $dir/log (or journalctl -u 'portal-*')."
}

running() { # our supervisor, and not whoever has got its number since (a restarted container)
    local pid
    pid=$(cat "$dir/run/supervisor.pid" 2>/dev/null) && tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -qF "tools/deploy/supervise.py $dir "
}

stop() {
    if [ "$mode" = systemd ]; then systemctl stop $units; return; fi
    running || { say "It is not running."; return 0; }
    local pid try
    pid=$(cat "$dir/run/supervisor.pid")
    kill -TERM "$pid"
    for try in $(seq 1 240); do
        if ! running; then
            # Process 1 collects it in a moment; where it collects nobody (`sleep infinity` in a container), the number stays.
            for try in $(seq 1 20); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
            say "Stopped."; return
        fi
        sleep 0.5
    done
    die "Process $pid does not end."
}

ready() { # what the portal says of itself, through the proxy
    curl -sS --fail-with-body --max-time 15 --cacert "$certificate" --connect-to "::$address:$port" "https://${names%% *}:$port/readyz"
}

backup() {
    local to
    to=$(absolute "${1:-$dir/backups/$(date +%Y%m%d-%H%M%S)}")
    manage backup "$to"
    [ -z "$root" ] || chown -R "$user:$user" "$dir/var/last-backup"
}

turn_over() { # the proxy's log: a file a night, for half a year
    [ ! -s "$dir/log/proxy-access.log" ] || mv "$dir/log/proxy-access.log" "$dir/log/proxy-access-$(date +%Y%m%d-%H%M%S).log"
    if [ "$mode" = systemd ]; then systemctl kill --kill-who=main -s USR1 portal-proxy.service || true; elif running; then kill -USR1 "$(cat "$dir/run/proxy.pid")" || true; fi
    find "$dir/log" -name 'proxy-access-*.log' -mtime +180 -delete
}

nightly() {
    local ended=0
    turn_over
    with_database
    backup
    # Only whole backups count; those past their days go, the newest always stays.
    find "$dir/backups" -mindepth 2 -maxdepth 2 -name manifest.json -mtime "+$keep_days" -printf '%T@ %h\n' | sort -n | head -n -1 | cut -d' ' -f2- | xargs -r rm -rf --
    manage sweep_files || ended=1
    manage check_invariants || ended=1
    hand_over
    return "$ended"
}

# Read whole before it begins: the next release may be put in place of this file meanwhile.
{
case "${1:-}" in start | stop | restart | status | upgrade | backup | restore | nightly | manage)
    [ -f "$dir/etc/deploy.env" ] || die "Nothing is installed below $dir. First: tools/deploy.sh install (or set DEPLOY_DIR as it was set then)." ;;
esac

case "${1:-}" in
    install)
        before; packages; folders; secrets; cluster; with_database; roles; configuration; tables
        say "Installed below $dir. Next: tools/deploy.sh start (restart, where it runs)" ;;
    start) start ;;
    stop) stop ;;
    restart) stop; start ;;
    status) if [ "$mode" = systemd ]; then systemctl --no-pager status $units; else running && say "running, process $(cat "$dir/run/supervisor.pid")" || say "not running"; fi; ready && echo ;;
    upgrade)
        ( with_database; backup )
        packages
        stop
        trap 'echo "The upgrade did not come to its end; the portal is stopped. Mend what is said above and run upgrade again, or go back (docs/deployment.md)." >&2' EXIT
        ( with_database; roles; configuration; tables )
        trap - EXIT
        start ;;
    backup) shift; with_database; backup "$@" ;;
    restore)
        shift
        [ $# -ge 1 ] || die "Which folder? tools/deploy.sh restore FOLDER [--replace]"
        folder=$(absolute "$1"); shift
        [ -f "$folder/manifest.json" ] || die "$folder is no whole backup: it has no manifest.json."
        ! running || die "Stop the portal first: tools/deploy.sh stop"
        [ "$mode" != systemd ] || systemctl stop $units
        with_database; manage restore "$folder" "$@"; manage grant_role portal; hand_over
        say "Next: tools/deploy.sh start" ;;
    nightly) nightly ;;
    manage) shift; with_database; ended=0; manage "$@" || ended=$?; hand_over; (exit "$ended") ;;
    *) sed -n '2,11p' "$0"; exit 2 ;;
esac
exit
}
