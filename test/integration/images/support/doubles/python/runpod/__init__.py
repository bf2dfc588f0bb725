"""Double of RunPod's SDK: runs the jobs of FAKE_JOBS (JSON list) through the handler and prints what came out."""

import asyncio
import json
import os


async def run(handler):
    for wish in json.loads(os.environ.get("FAKE_JOBS", "[]")):
        parts = [part async for part in handler({"id": "1", "input": wish})]
        print("job:", json.dumps(parts), flush=True)


class serverless:
    @staticmethod
    def start(config):
        asyncio.run(run(config["handler"]))
        print("jobs: done", flush=True)
