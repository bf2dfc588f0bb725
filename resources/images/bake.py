"""Fetches weights into an image layer. Arguments: part (from 1) and number of parts.

Reads /opt/rplm/bake.json: {"model", "revision", "worker"}. The Hugging Face token comes from the build secret
/run/secrets/hf where there is one, and is written nowhere. Parts let a big model become several layers, which
registries bound in size and a broken push resumes by.
"""

import json
import os
import shutil
import sys

# Before the library reads it: what it caches by itself must not stay in the layer.
CACHE = os.environ["HF_HOME"] = "/tmp/rplm-hf"

from huggingface_hub import HfApi, hf_hub_download  # noqa: E402

HOME = os.environ.get("RPLM_HOME", "/opt/rplm")
TARGET = "/models/weights"
# Formats that neither vLLM nor its tokenizers read, beside the one they do.
UNUSED = (".bin", ".pt", ".pth", ".h5", ".msgpack", ".onnx", ".ot", ".gguf")


def token():
    try:
        with open("/run/secrets/hf", encoding="utf-8") as file:
            return file.read().strip() or None
    except FileNotFoundError:
        return None


def part_of(files, part, parts):
    """Files of one part: biggest first, each to the part that has least; the same files always give the same parts."""
    shares = [[0, []] for _ in range(parts)]
    for size, name in sorted(files, key=lambda file: (-file[0], file[1])):
        share = min(shares, key=lambda each: each[0])
        share[0] += size
        share[1].append(name)
    return sorted(shares[part - 1][1])


def wanted(siblings):
    files = [(file.size or 0, file.rfilename) for file in siblings]
    has_safetensors = any(name.endswith(".safetensors") for _, name in files)
    return [file for file in files if not (has_safetensors and file[1].endswith(UNUSED))]


def main():
    part, parts = int(sys.argv[1]), int(sys.argv[2])
    with open(f"{HOME}/bake.json", encoding="utf-8") as file:
        wish = json.load(file)
    secret = token()
    info = HfApi(token=secret).model_info(wish["model"], revision=wish["revision"], files_metadata=True)
    for name in part_of(wanted(info.siblings), part, parts):
        print(f"fetching {name}", flush=True)
        hf_hub_download(wish["model"], name, revision=info.sha, local_dir=TARGET, token=secret)
    for leftover in (f"{TARGET}/.cache", CACHE):
        shutil.rmtree(leftover, ignore_errors=True)
    if wish["worker"] and part == parts:
        with open("/local_model_args.json", "w", encoding="utf-8") as file:
            json.dump({"MODEL_NAME": TARGET, "TOKENIZER_NAME": TARGET}, file)


main()
