import sys
import time

if any(word.endswith("+slow") for word in sys.argv):
    print("Collecting, slowly", flush=True)
    time.sleep(600)
if "fails==1.0" in sys.argv:
    print("Collecting fails==1.0", flush=True)
    sys.exit("ERROR: No matching distribution found for fails==1.0")
with open("/pip.log", "a", encoding="utf-8") as log:
    log.write(" ".join(sys.argv[1:]) + "\n")
