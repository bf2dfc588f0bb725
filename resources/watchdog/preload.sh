#!/usr/bin/env bash
# Has Ollama fetch its model and load it, and then says so by a file: a serverless worker takes requests only after that.
# Nobody can ask a certain worker to fetch, so that it does so by itself (FACTS 2.4, 3.9). Runs beside `ollama serve`.
#
#   RPLM_PRELOAD     name of the model
#   RPLM_FRONT_GATE  the file
#   RPLM_BAKED       1 = the model comes with the image: nothing is fetched
#   RPLM_PACE        seconds between tries, and between words about the download; 5 unless set
#   OLLAMA_HOST      where Ollama listens; OLLAMA_MODELS where its models lie
set -u
model=$RPLM_PRELOAD
gate=$RPLM_FRONT_GATE
pace=${RPLM_PACE:-5}
models=${OLLAMA_MODELS:-${HOME:-/root}/.ollama/models}
# As a client it needs an address that can be dialled.
export OLLAMA_HOST=127.0.0.1:${OLLAMA_HOST##*:}
# Loads of a model that Ollama cannot load ahead, such as one that only embeds, before it is left to the first request.
loads=3

say() { printf 'preload: %s\n' "$*"; }
is_there() { ollama show "$model" >/dev/null 2>&1; }

# Says how much has come, so that a long download is not taken for a worker that hangs.
fetch() {
  local said size
  mkdir -p "$models" 2>/dev/null
  said=$(mktemp)
  ollama pull "$model" >"$said" 2>&1 &
  local pull=$!
  while kill -0 "$pull" 2>/dev/null; do
    sleep "$pace"
    size=$(du -sm "$models" 2>/dev/null | cut -f1)
    say "fetched ${size:-0} MB"
  done
  wait "$pull"
  local status=$?
  [ "$status" = 0 ] || say "cannot fetch $model: $(tr '\r' '\n' <"$said" | grep -v '^[[:space:]]*$' | tail -n 1 | cut -c1-300)"
  rm -f "$said"
  return "$status"
}

# Workers share a volume, and only one of them is to write to it. Where it cannot be locked, each goes on by itself.
locked() {
  mkdir -p "$models" 2>/dev/null
  if command -v flock >/dev/null && (: >>"$models/.rplm-lock") 2>/dev/null; then
    exec 9>>"$models/.rplm-lock"
    flock -w 3600 9
  fi
}

until ollama list >/dev/null 2>&1; do sleep 1; done
if [ "${RPLM_BAKED:-}" != 1 ] && ! is_there; then
  locked
  until is_there || fetch; do sleep "$pace"; done
  exec 9>&-
fi
say 'the weights are there'
until ollama run "$model" '' </dev/null >/dev/null 2>&1; do
  loads=$((loads - 1))
  if [ "$loads" = 0 ]; then
    say "$model is loaded by its first request"
    : >"$gate"
    exit 0
  fi
  sleep "$pace"
done
: >"$gate"
say 'the model is loaded'
