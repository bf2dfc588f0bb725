"""Double of Hugging Face's library: a repository of three files; what it was given is written down, the token as a hash."""

import hashlib
import json
import os


class File:
    def __init__(self, rfilename, size):
        self.rfilename = rfilename
        self.size = size


class Info:
    sha = "0123456789abcdef0123456789abcdef01234567"
    siblings = [File("config.json", 10), File("model-1.safetensors", 3000), File("model-2.safetensors", 2000), File("old.bin", 9000)]


class HfApi:
    def __init__(self, token=None):
        self.token = token

    def model_info(self, model, revision=None, files_metadata=False):
        return Info()


def hf_hub_download(model, name, revision=None, local_dir=None, token=None):
    os.makedirs(f"{local_dir}/.cache", exist_ok=True)
    seen = None if token is None else hashlib.sha256(token.encode()).hexdigest()
    with open(f"{local_dir}/{name}", "w", encoding="utf-8") as file:
        json.dump({"model": model, "revision": revision, "token_sha256": seen}, file)
