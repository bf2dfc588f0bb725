#!/usr/bin/env bash
# Pulls an Ollama model into an image layer. The model's name is read from a file, so that no shell ever parses it.
set -eu
export OLLAMA_MODELS=/models/ollama OLLAMA_HOST=127.0.0.1:11436
model=$(cat "${RPLM_HOME:-/opt/rplm}/model")
ollama serve >/tmp/rplm-bake.log 2>&1 &
server=$!
for try in $(seq 1 300); do
  ollama list >/dev/null 2>&1 && break
  if ! kill -0 "$server" 2>/dev/null || [ "$try" = 300 ]; then
    tail -n 20 /tmp/rplm-bake.log >&2
    exit 1
  fi
  sleep 0.1
done
ollama pull "$model"
kill "$server"
wait "$server" || true
rm -f /tmp/rplm-bake.log
