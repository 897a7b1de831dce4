"""hammer.py URL STOP: four clients ask, 20 ms after each answer, until the file STOP is there; prints the answers."""

from __future__ import annotations

import collections
import json
import pathlib
import sys
import threading
import time
import urllib.request

PAUSE = 0.02  # seconds: without one the clients take the cores that the hosts need
LIMIT = 600  # seconds: whoever started them may be gone
url, stop, begun = sys.argv[1], pathlib.Path(sys.argv[2]), time.monotonic()
answers: collections.Counter[str] = collections.Counter()


def ask() -> None:
    """Ask until it is enough."""
    while not stop.exists() and time.monotonic() - begun < LIMIT:
        try:
            with urllib.request.urlopen(url, timeout=15) as answer:
                answers[str(answer.status)] += 1
        except OSError as error:
            answers[repr(error)[:80]] += 1
        time.sleep(PAUSE)


clients = [threading.Thread(target=ask) for _ in range(4)]
for one in clients:
    one.start()
for one in clients:
    one.join()
print(json.dumps(answers))
