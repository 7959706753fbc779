"""Sends requests to one address of this machine, from a process of its own: see `send`."""

from __future__ import annotations

import http.client
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field

HOST = "127.0.0.1"  # never another machine
MOST = 100_000  # requests in one call


@dataclass(frozen=True, slots=True)
class Load:
    """So many equal requests, over so many kept-alive connections."""

    port: int
    path: str
    count: int
    connections: int = 4
    method: str = "GET"
    headers: dict[str, str] = field(default_factory=dict)
    body: str | None = None
    expected: int = 200


@dataclass(frozen=True, slots=True)
class Sent:
    """What came back: seconds on the clock, bytes of one answer."""

    seconds: float
    size: int


def send(load: Load) -> Sent:
    """Sends a load. Raises `RuntimeError` at the first answer with another status."""
    if load.count > MOST:
        raise ValueError(f"at most {MOST} requests in one call")
    share = load.count // load.connections
    begun = time.perf_counter()
    with ThreadPoolExecutor(load.connections) as pool:
        sizes = list(pool.map(lambda _: _over_one_connection(load, share), range(load.connections)))
    return Sent(time.perf_counter() - begun, sizes[0])


def _over_one_connection(load: Load, count: int) -> int:
    connection = http.client.HTTPConnection(HOST, load.port, timeout=30)
    size = 0
    for _ in range(count):
        connection.request(load.method, load.path, load.body, load.headers)
        answer = connection.getresponse()
        size = len(answer.read())
        if answer.status != load.expected:
            raise RuntimeError(f"{load.method} {load.path}: {answer.status}")
    connection.close()
    return size


if __name__ == "__main__":
    print(json.dumps(asdict(send(Load(**json.load(sys.stdin))))))
