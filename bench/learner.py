"""Measures what a learner's pages weigh on the wire, and a search against a section page."""

from __future__ import annotations

import http.client
import re
from collections.abc import Iterator
from urllib.parse import quote, urljoin, urlsplit

from bench.browser import ACCEPTS, Browser
from bench.load import HOST, Load
from bench.measure import Measure, paired
from bench.pages import MODULE, Stand, cost, served, walked
from bench.stand import KINDS, Server

HEAVIEST, MOST_REQUESTS, MOST_SCRIPT = 60_000, 8, 10_000  # bytes, requests, bytes
SEARCHES = ("vergunningen", "contant+geld", "hennep")
ASSET = re.compile(
    r'<(?:link[^>]*rel="(?:stylesheet|preload|icon)"[^>]*href|(?:script|img)[^>]*\ssrc)="([^"]+)"'
)
FACE = re.compile(r"@font-face \{[^}]*url\(\"?([^)\"]+)\"?\)[^}]*unicode-range: U\+0020")


def learner(quick: bool) -> Iterator[Measure]:
    """Weight, requests and own script of each main page; the CPU of searching all text."""
    for kind in KINDS if not quick else KINDS[:1]:
        with served(kind) as one:
            if kind == KINDS[0]:
                yield from _weights(one)
            yield _search(one, kind, quick)


def _weights(one: Stand) -> Iterator[Measure]:
    addresses, browser = walked(one)
    public = one.town.library.public_modules[0]
    pages = addresses | {"catalogue": "/leren", "open module": f"/openbaar/{public.id}"}
    for name, path in pages.items():
        files = dict(_files(one.ours, browser, path))
        script = sum(size for address, size in files.items() if ".js" in address)
        yield Measure(f"{name}: weight", sum(files.values()), HEAVIEST, "bytes", 1)
        yield Measure(f"{name}: requests", len(files), MOST_REQUESTS, "requests", 1)
        yield Measure(f"{name}: own script", script, MOST_SCRIPT, "bytes", 1)


def _files(server: Server, browser: Browser, path: str) -> Iterator[tuple[str, int]]:
    """Everything that a browser fetches for this page with an empty cache: address, and bytes of
    its body as they were sent. Raises `AssertionError` for anything of another host."""
    body, size = _fetch(server, browser, path)
    yield path, size
    waiting = [urljoin(path, found) for found in ASSET.findall(body) if found[:5] != "data:"]
    seen = {path}
    while waiting:
        address = waiting.pop()
        if address in seen:
            continue
        seen.add(address)
        assert not urlsplit(address).netloc, f"{address} is of another host"
        body, size = _fetch(server, browser, address)
        yield address, size
        if address.split("?")[0].endswith(".css"):
            waiting += [urljoin(address, found) for found in FACE.findall(body)]


def _fetch(server: Server, browser: Browser, path: str) -> tuple[str, int]:
    plain, sent = (
        _get(server, browser.headers() | {"Accept-Encoding": accepts}, path)
        for accepts in ("identity", ACCEPTS)
    )
    return plain.decode("utf-8", "replace"), len(sent)


def _get(server: Server, headers: dict[str, str], path: str) -> bytes:
    connection = http.client.HTTPConnection(HOST, server.port, timeout=30)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    assert answer.status == 200, f"{path}: {answer.status}"
    return body


def _search(one: Stand, kind: str, quick: bool) -> Measure:
    """Searching all text, and showing what was found, against the sections of one module."""
    rounds, count = (3, 180) if quick else (8, 360)
    _addresses, browser = walked(one)
    sections = [
        f"/modules/{MODULE}/{section.id}" for section in one.town.library.modules[MODULE].sections
    ]
    ours = [_load(one, browser, f"/leren?zoek={words}", count) for words in SEARCHES]
    theirs = [_load(one, browser, path, count * len(ours) // len(sections)) for path in sections]
    for load in (*ours, *theirs):
        cost(one.ours, load, warm=True)
    pairs = [
        (_mean(one.ours, ours), _mean(one.ours, theirs))
        if number % 2
        else (_mean(one.ours, theirs), _mean(one.ours, ours))[::-1]
        for number in range(rounds)
    ]
    return paired(f"search against a section: CPU, {kind}", pairs, "ms a request", 1)


def _load(one: Stand, browser: Browser, path: str, count: int) -> Load:
    return Load(one.ours.port, quote(path, safe="/?=+"), count, headers=browser.headers())


def _mean(server: Server, loads: list[Load]) -> float:
    return sum(cost(server, load).cpu for load in loads) / len(loads)
