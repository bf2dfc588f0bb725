import os
import sys

os.makedirs(f"{sys.argv[1]}/bin")
os.symlink("/usr/bin/python3", f"{sys.argv[1]}/bin/python")
with open(f"{sys.argv[1]}/bin/pip", "w", encoding="utf-8") as pip:
    pip.write('#!/bin/bash\nexec python3 -m pip "$@"\n')
os.chmod(f"{sys.argv[1]}/bin/pip", 0o755)
