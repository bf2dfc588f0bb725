#!/usr/bin/env bash
# Checks an image without a GPU: everything it needs is there and can be read. Prints one line a check; ends with 1 when
# any failed. Arguments: those of the server.
set -u
here=${RPLM_HOME:-/opt/rplm}
failed=0
check() {
  local what=$1 text
  shift
  if text=$("$@" 2>&1); then
    printf 'smoke: ok: %s\n' "$what"
  else
    failed=1
    printf 'smoke: FAILED: %s: %s\n' "$what" "${text##*$'\n'}"
  fi
}
not_empty() { [ -n "$(ls -A "$1" 2>/dev/null)" ]; }
ollama_answers() {
  local try
  OLLAMA_HOST=127.0.0.1:11435 ollama serve >/tmp/rplm-smoke.log 2>&1 &
  for try in $(seq 1 100); do
    OLLAMA_HOST=127.0.0.1:11435 ollama list >/dev/null 2>&1 && return 0
    sleep 0.1
  done
  tail -n 1 /tmp/rplm-smoke.log
  return 1
}

check "the server's program $1" command -v "$1"
check 'the watchdog' bash -n "$here/watchdog.sh"
[ -e "$here/front.pl" ] && check 'the key check' perl -c "$here/front.pl"
[ -e "$here/preload.sh" ] && check 'the loader of the model' bash -n "$here/preload.sh"
[ -e "$here/health.pl" ] && check 'the health front' perl -c "$here/health.pl"
[ -e "$here/worker.py" ] && check 'the queue worker' "${RPLM_PYTHON:-python3}" -m py_compile "$here/worker.py"
if [ "${RPLM_BAKED:-}" = 1 ]; then
  [ "${RPLM_BACKEND:-}" = vllm ] && check 'the weights' not_empty /models/weights
  [ "${RPLM_BACKEND:-}" = ollama ] && check 'the weights' not_empty /models/ollama
fi
[ "${RPLM_BACKEND:-}" = ollama ] && check 'Ollama answers' ollama_answers
exit "$failed"
