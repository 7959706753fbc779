"""Opens one page as a signed-in learner, ten times a second, from a process of its own.

Reads one JSON object (port, cookie) and writes a line of JSON for each answer, until it is stopped:
the instant since 1970 at which it was asked, the seconds it took, and the status.
"""

from __future__ import annotations

import http.client
import json
import sys
import time

from bench.load import HOST

EVERY = 0.1  # seconds between an answer and the next question


def open_page(port: int, cookie: str) -> tuple[float, float, int]:
    """One request on a connection of its own, as `phones.py` makes them."""
    connection = http.client.HTTPConnection(HOST, port, timeout=30)
    asked, begun = time.time(), time.perf_counter()
    connection.request("GET", "/overzicht", headers={"Cookie": cookie, "Connection": "close"})
    answer = connection.getresponse()
    answer.read()
    took = time.perf_counter() - begun
    connection.close()
    return asked, took, answer.status


if __name__ == "__main__":
    task = json.loads(sys.stdin.readline())
    while True:
        print(json.dumps(open_page(task["port"], task["cookie"])), flush=True)
        time.sleep(EVERY)
