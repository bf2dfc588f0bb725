import os

print("worker-vllm:", os.environ.get("MODEL_NAME"), os.environ.get("VLLM_EXTRA_ARGS"), flush=True)
