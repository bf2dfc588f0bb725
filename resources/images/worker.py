"""Serves jobs of a RunPod QUEUE endpoint with a local OpenAI-compatible server. Arguments: the server's command.

Accepts what RunPod's own vLLM worker accepts (FACTS 3.5): {"openai_route", "openai_input"} and {"route", "body",
"method"}. Streams come out as raw server-sent events, other answers as one JSON value.

    RPLM_WORKER_UPSTREAM  host:port of the server
    RPLM_WORKER_HEALTH    path that answers 200 once the model is served
    RPLM_PRELOAD          Ollama model that is loaded before jobs are taken
    MAX_CONCURRENCY       jobs at a time
"""

import asyncio
import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time

UPSTREAM = os.environ.get("RPLM_WORKER_UPSTREAM", "127.0.0.1:8000")
HEALTH = os.environ.get("RPLM_WORKER_HEALTH", "/health")
STARTUP_SECONDS = int(os.environ.get("VLLM_STARTUP_TIMEOUT", "1200"))
REQUEST_SECONDS = float(os.environ.get("REQUEST_TIMEOUT", "3600"))
CONCURRENCY = int(os.environ.get("MAX_CONCURRENCY", "30"))


def ask(method, route, body, timeout):
    connection = http.client.HTTPConnection(UPSTREAM, timeout=timeout)
    payload = None if body is None else json.dumps(body)
    connection.request(method, route, payload, {"Content-Type": "application/json"})
    return connection, connection.getresponse()


def is_served():
    try:
        connection, answer = ask("GET", HEALTH, None, 5)
        connection.close()
        return answer.status == 200
    except OSError:
        return False


def wait_until_served(server):
    until = time.monotonic() + STARTUP_SECONDS
    while time.monotonic() < until:
        if server.poll() is not None:
            sys.exit(f"worker: the model server ended with code {server.returncode}")
        if is_served():
            return
        time.sleep(1)
    sys.exit(f"worker: the model server was not ready after {STARTUP_SECONDS} seconds")


def preload():
    model = os.environ.get("RPLM_PRELOAD", "")
    if model == "":
        return
    steps = [] if os.environ.get("RPLM_BAKED") == "1" else [("/api/pull", {"model": model, "stream": False})]
    for route, body in [*steps, ("/api/generate", {"model": model, "keep_alive": -1})]:
        connection, answer = ask("POST", route, body, REQUEST_SECONDS)
        text = answer.read().decode("utf-8", "replace")
        connection.close()
        if answer.status != 200:
            sys.exit(f"worker: {route} answered {answer.status}: {text[:500]}")


def request_of(wish):
    """(method, route, body) of a job; ValueError when it is neither form."""
    if wish.get("openai_route") is not None or wish.get("openai_input") is not None:
        body = wish.get("openai_input")
        return "GET" if body is None else "POST", wish.get("openai_route") or "/v1/chat/completions", body
    if wish.get("route") is not None:
        body = wish.get("body")
        return (wish.get("method") or ("GET" if body is None else "POST")).upper(), wish["route"], body
    raise ValueError("the job must hold openai_route with openai_input, or route with body")


def failure(message):
    return {"error": {"message": message, "type": "worker_error", "code": None}}


def read_into(put, method, route, body, left):
    """Runs in a thread of its own: the answer's parts, then None."""
    try:
        connection, answer = ask(method, route, body, REQUEST_SECONDS)
        try:
            if answer.status >= 400:
                text = answer.read().decode("utf-8", "replace")
                put(failure(f"The model server returned HTTP {answer.status}: {text}"))
            elif isinstance(body, dict) and body.get("stream") is True:
                while not left.is_set() and (chunk := answer.read1(65536)):
                    put(chunk.decode("utf-8", "replace"))
            else:
                put(json.loads(answer.read()))
        finally:
            connection.close()
    except (OSError, http.client.HTTPException, ValueError) as error:
        put(failure(f"The request to the model server failed: {error}"))
    finally:
        put(None)


async def handler(job):
    try:
        method, route, body = request_of(job.get("input") or {})
    except ValueError as error:
        yield failure(str(error))
        return
    parts, loop, left = asyncio.Queue(), asyncio.get_running_loop(), threading.Event()
    put = lambda part: loop.call_soon_threadsafe(parts.put_nowait, part)  # noqa: E731
    threading.Thread(target=read_into, args=(put, method, route, body, left), daemon=True).start()
    try:
        while (part := await parts.get()) is not None:
            yield part
    finally:
        left.set()


def main():
    server = subprocess.Popen(sys.argv[1:])
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda which, _frame: (server.send_signal(which), sys.exit(128 + which)))
    wait_until_served(server)
    preload()
    print("worker: the model is served, taking jobs", flush=True)
    import runpod

    runpod.serverless.start(
        {
            "handler": handler,
            "return_aggregate_stream": True,
            "concurrency_modifier": lambda _current: CONCURRENCY,
        }
    )


if __name__ == "__main__":
    main()
