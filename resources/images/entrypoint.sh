#!/usr/bin/env bash
# First process of an image built by the app. Starts what guards and fronts the model server beside it, then becomes the
# server, so that PID 1 and its signals are the server's own. Arguments: the server's program and its arguments.
#
#   RPLM_DEADLINE         set on pods: the watchdog is armed (its variables are in its own header)
#   RPLM_BACKEND          vllm or ollama
#   RPLM_TARGET           pod, queue or load-balancer
#   RPLM_FRONT_KEY        key that clients of Ollama must show, on pods and behind a load balancer (see front.pl)
#   RPLM_BAKED            1 = the weights lie in the image, wherever a volume is mounted
#   RPLM_HEALTH_UPSTREAM  host:port/path that answers 200 once the model is served (load balancers)
#   RPLM_PRELOAD          Ollama model that is loaded before the health check says so (see preload.sh)
#   RPLM_SMOKE            1 = check the image and end
set -u
here=${RPLM_HOME:-/opt/rplm}
say() { printf 'entrypoint: %s\n' "$*"; }

[ "${RPLM_SMOKE:-}" = 1 ] && exec bash "$here/smoke.sh" "$@"

if [ "${RPLM_BACKEND:-}" = ollama ] && [ "${RPLM_BAKED:-}" = 1 ]; then
  # A pod's volume would hide them.
  export OLLAMA_MODELS=/models/ollama
fi

# A volume belongs to root. Where the image runs as another user, caches that were meant for it go home instead.
for name in HF_HOME VLLM_CACHE_ROOT; do
  folder=${!name:-}
  [ -n "$folder" ] || continue
  if ! mkdir -p "$folder" 2>/dev/null || [ ! -w "$folder" ]; then
    export "$name=$HOME/.cache/${name,,}"
    say "$name=$folder cannot be written: using ${!name}"
  fi
done

if [ -n "${RPLM_DEADLINE:-}" ]; then
  (bash "$here/watchdog.sh" &)
fi

if [ "${RPLM_BACKEND:-}" = ollama ] && [ "${RPLM_TARGET:-}" != queue ]; then
  # Its address is public and Ollama asks nobody who he is: it listens on loopback, behind the key check or not at all.
  export OLLAMA_HOST=${RPLM_FRONT_UPSTREAM:-127.0.0.1:11435}
  if [ -n "${RPLM_PRELOAD:-}" ] && [ "${RPLM_TARGET:-}" = load-balancer ]; then
    export RPLM_FRONT_GATE=${RPLM_FRONT_GATE:-/tmp/rplm-loaded}
    rm -f "$RPLM_FRONT_GATE"
    (env -u RPLM_FRONT_KEY bash "$here/preload.sh" &)
  fi
  if [ -n "${RPLM_FRONT_KEY:-}" ]; then
    (perl "$here/front.pl" &)
  else
    say 'RPLM_FRONT_KEY is not set: Ollama answers inside this container only'
  fi
fi
unset RPLM_FRONT_KEY

if [ -n "${RPLM_HEALTH_UPSTREAM:-}" ]; then
  if [ "${PORT_HEALTH:-}" = "${PORT:-}" ]; then
    say 'PORT_HEALTH equals PORT: the server answers health checks itself, once it listens'
  else
    (perl "$here/health.pl" &)
  fi
fi

exec "$@"
