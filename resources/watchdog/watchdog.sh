#!/usr/bin/env bash
# Ends its own pod when nobody needs it any more, from inside, with the pod-scoped key that RunPod injects. Runs beside
# the model server in vLLM's image, Ollama's image and plain Debian: bash, sleep, stat, timeout and one HTTP client.
#
#   RPLM_API         address of REST v2, e.g. https://api.runpod.io/v2
#   RPLM_ACTION      stop (keep the disk) or terminate
#   RPLM_DEADLINE    epoch seconds; the pod ends then, idle or not
#   RPLM_MOST        seconds that the container may run, whatever its clock says of the deadline; 0 = no such limit
#   RPLM_IDLE        seconds without a request until it ends; 0 = only the deadline counts
#   RPLM_BOOT_GRACE  seconds a model server may take to answer for the first time
#   RPLM_SOURCE      http://…/metrics (vLLM), or front: front.pl touches a file while requests are served (Ollama)
#   RPLM_INTERVAL    seconds between looks; RPLM_PAUSE: longest pause between tries to end the pod
#   RPLM_STATE       folder for what must survive a crash of the container; shared with front.pl
set -u

API=${RPLM_API:-https://api.runpod.io/v2}
ACTION=${RPLM_ACTION:-terminate}
DEADLINE=${RPLM_DEADLINE:-0}
MOST=${RPLM_MOST:-0}
IDLE=${RPLM_IDLE:-0}
BOOT_GRACE=${RPLM_BOOT_GRACE:-2700}
SOURCE=${RPLM_SOURCE:-}
INTERVAL=${RPLM_INTERVAL:-30}
STATE=${RPLM_STATE:-${HOME:-/tmp}}
LONGEST_PAUSE=${RPLM_PAUSE:-60}
POD=${RUNPOD_POD_ID:-}
KEY=${RUNPOD_API_KEY:-}

say() { printf 'watchdog: %s\n' "$*"; }
now() { printf '%(%s)T' -1; }
# Seconds that go on evenly while the clock is set, where the system tells them.
steady() {
  local up _
  if read -r up _ 2>/dev/null </proc/uptime; then printf '%s' "${up%%.*}"; else now; fi
}
have() { command -v "$1" >/dev/null 2>&1; }

# --- telling RunPod -----------------------------------------------------------------------------------------------

CLIENTS=()
find_clients() {
  local name
  for name in curl python3 wget; do have "$name" && CLIENTS+=("$name"); done
  case $API in
    https://*) have openssl && CLIENTS+=(openssl) ;;
    http://*) CLIENTS+=(devtcp) ;;
  esac
}

# Each prints the status of one POST, or 000. The key goes through standard input or the environment, never through an
# argument that a process list would show.
post_curl() {
  printf 'header = "Authorization: Bearer %s"\n' "$KEY" |
    curl -sS -m 20 -o /dev/null -w '%{http_code}' -K - -X POST -H 'Content-Type: application/json' -d "$2" "$1"
}

post_python3() {
  RPLM_URL=$1 RPLM_BODY=$2 RUNPOD_API_KEY=$KEY timeout 25 python3 -c '
import os, urllib.error, urllib.request
request = urllib.request.Request(os.environ["RPLM_URL"], os.environ["RPLM_BODY"].encode(), {
    "Authorization": "Bearer " + os.environ["RUNPOD_API_KEY"],
    "Content-Type": "application/json",
    "User-Agent": "rplm-watchdog/1",
})
try:
    print(urllib.request.urlopen(request, timeout=20).status)
except urllib.error.HTTPError as error:
    print(error.code)
except Exception:
    print("000")
'
}

post_wget() {
  local config=$STATE/rplm-wgetrc.$$ status
  (umask 077 && : >"$config")
  (
    printf 'header = Authorization: Bearer %s\n' "$KEY"
    # GnuTLS, unlike the others, does not read this by itself.
    [ -z "${SSL_CERT_FILE:-}" ] || printf 'ca_certificate = %s\n' "$SSL_CERT_FILE"
  ) >"$config"
  status=$(WGETRC=$config wget -T 20 -t 1 -S -O /dev/null --header='Content-Type: application/json' \
    --post-data="$2" "$1" 2>&1 | sed -n 's/^ *HTTP\/[0-9.]* \([0-9][0-9]*\).*/\1/p' | tail -n 1)
  rm -f "$config"
  printf '%s' "${status:-000}"
}

request_text() {
  printf 'POST %s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\n' "$1" "$2" "$KEY"
  printf 'User-Agent: rplm-watchdog/1\r\nContent-Length: %s\r\nConnection: close\r\n\r\n%s' "${#3}" "$3"
}

status_of() {
  local version status _
  read -r version status _ || true
  case ${version:-} in HTTP/*) printf '%s' "${status:-000}" ;; *) printf '000' ;; esac
}

post_openssl() {
  local rest=${1#https://} host path
  host=${rest%%/*} path=/${rest#*/}
  request_text "$path" "$host" "$2" | timeout 25 openssl s_client -quiet -verify_return_error \
    -verify_hostname "${host%%:*}" -servername "${host%%:*}" \
    -connect "$(case $host in *:*) printf '%s' "$host" ;; *) printf '%s:443' "$host" ;; esac)" 2>/dev/null | status_of
}

post_devtcp() {
  local rest=${1#http://} host path
  host=${rest%%/*} path=/${rest#*/}
  case $host in *:*) ;; *) host=$host:80 ;; esac
  (
    exec 3<>"/dev/tcp/${host%:*}/${host##*:}" || exit 1
    request_text "$path" "$host" "$2" >&3
    IFS= read -r -t 20 line <&3 && printf '%s\n' "$line"
  ) 2>/dev/null | status_of
}

# A client that gets no answer at all (no CA certificates, a broken build) gives way to the next one.
client=0
post() {
  local status
  status=$("post_${CLIENTS[client]}" "$1" "$2" 2>/dev/null)
  case $status in
    [1-9][0-9][0-9]) ;;
    *) status=000 client=$(((client + 1) % ${#CLIENTS[@]})) ;;
  esac
  printf -v STATUS '%s' "$status"
}

# Where the disk was to be kept, terminating is the last resort: after this many failures of stop.
KEEP_TRIES=20

end_pod() {
  local why=$1 tries=0 action=$ACTION other pause
  [ "$ACTION" = stop ] && other=terminate || other=stop
  say "ending the pod: $why"
  for (( ; ; )); do
    post "$API/pods/$POD/action" "{\"action\":\"$action\"}"
    tries=$((tries + 1))
    case $STATUS in
      2?? | 404) say "$action accepted (status $STATUS)"; pause=60 ;;
      *) say "$action failed (status $STATUS), trying again"; pause=$((tries < 6 ? tries * 5 : 60)) ;;
    esac
    # Still alive after an accepted stop: it did nothing. Both ways are tried in turn, for ever.
    if [ "$ACTION" = terminate ] || [ "$tries" -ge "$KEEP_TRIES" ]; then
      [ "$action" = "$ACTION" ] && action=$other || action=$ACTION
    fi
    sleep $((pause < LONGEST_PAUSE ? pause : LONGEST_PAUSE))
  done
}

# --- seeing work --------------------------------------------------------------------------------------------------

# Prints the lines of a plain-HTTP page on loopback; fails when there is none.
page() {
  local rest=${1#http://} host path line
  host=${rest%%/*} path=/${rest#*/}
  (
    exec 3<>"/dev/tcp/${host%:*}/${host##*:}" || exit 1
    printf 'GET %s HTTP/1.0\r\nHost: %s\r\n\r\n' "$path" "$host" >&3
    IFS= read -r -t 10 line <&3 || exit 1
    case $line in HTTP/*' 200'*) ;; *) exit 1 ;; esac
    while IFS= read -r -t 10 line <&3 || [ -n "$line" ]; do
      printf '%s\n' "$line"
      line=
    done
  ) 2>/dev/null
}

# Sets `answers` (the server is up) and `active` (work since the last look).
signature=
look_metrics() {
  local text line name value busy=0 sum=
  answers=0 active=0
  text=$(page "$SOURCE") || return
  answers=1
  while IFS= read -r line; do
    name=${line%%[\{ ]*} value=${line##* } value=${value%$'\r'}
    case $name in
      vllm:num_requests_running | vllm:num_requests_waiting)
        case $value in 0 | 0.0) ;; *) busy=1 ;; esac ;;
      vllm:request_success_total | vllm:prompt_tokens_total | vllm:generation_tokens_total)
        sum+=" $value" ;;
    esac
  done <<<"$text"
  [ "$busy" = 1 ] && active=1
  [ -n "$signature" ] && [ "$sum" != "$signature" ] && active=1
  signature=$sum
}

touched=
look_front() {
  local at
  answers=0 active=0
  at=$(stat -c %Y "$STATE/rplm-activity" 2>/dev/null) || return
  answers=1
  [ -n "$touched" ] && [ "$at" != "$touched" ] && active=1
  touched=$at
}

look() {
  case $SOURCE in
    http://*) look_metrics ;;
    front) look_front ;;
    *) answers=1 active=0 ;;
  esac
}

# A number kept in a file, so that a crash loop cannot begin its grace anew; RunPod's own restart wipes it.
recall() {
  local value
  value=$(cat "$STATE/$1" 2>/dev/null)
  case $value in '' | *[!0-9]*) printf '%s' "$2" ;; *) printf '%s' "$value" ;; esac
}
remember() { printf '%s' "$2" 2>/dev/null >"$STATE/$1" || true; }

# --- the watch ----------------------------------------------------------------------------------------------------

find_clients
for missing in POD KEY; do
  if [ -z "${!missing}" ]; then
    say "unarmed: RunPod gave the pod no $([ "$missing" = POD ] && echo RUNPOD_POD_ID || echo RUNPOD_API_KEY)"
    exit 1
  fi
done
if [ ${#CLIENTS[@]} -eq 0 ]; then
  say 'unarmed: the image has no HTTP client (curl, python3, wget or openssl)'
  exit 1
fi

began=$(recall rplm-began "$(now)")
remember rplm-began "$began"
served=$(recall rplm-served "$began")
# A count that is ahead is of a machine that was started anew since.
began_steady=$(recall rplm-began-steady "$(steady)")
[ "$began_steady" -le "$(steady)" ] || began_steady=$(steady)
remember rplm-began-steady "$began_steady"
say "armed deadline=$DEADLINE idle=$IDLE boot_grace=$BOOT_GRACE action=$ACTION client=${CLIENTS[0]}"

up=0 last=$(now)
for (( ; ; )); do
  look
  at=$(now)
  if [ "$answers" = 1 ]; then
    [ "$up" = 0 ] && last=$at
    [ "$active" = 1 ] && last=$at
    up=1 served=$at
    remember rplm-served "$served"
  fi
  if [ "$DEADLINE" -gt 0 ] && [ "$at" -ge "$DEADLINE" ]; then
    end_pod 'its deadline is reached'
  elif [ "$MOST" -gt 0 ] && [ $(($(steady) - began_steady)) -ge "$MOST" ]; then
    end_pod "it has run for $MOST seconds"
  elif [ "$IDLE" -gt 0 ] && [ "$up" = 1 ] && [ $((at - last)) -ge "$IDLE" ]; then
    end_pod "no request for $((at - last)) seconds"
  elif [ "$IDLE" -gt 0 ] && [ "$up" = 0 ] && [ $((at - served)) -ge "$BOOT_GRACE" ]; then
    end_pod "the model server has not answered for $((at - served)) seconds"
  fi
  sleep "$INTERVAL"
done
