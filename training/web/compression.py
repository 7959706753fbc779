"""Decides what goes over the wire compressed: text of some length, to a browser that takes gzip."""

from __future__ import annotations

import zlib
from functools import lru_cache

from flask import Flask, Response, request
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header

TYPES = frozenset({"text/html", "text/css", "text/javascript", "image/svg+xml"})
LEAST = 500  # bytes; below it the headers outweigh what is won
LEVEL, GZIP = 6, 16
# As powers of two: how far gzip looks back, and what it keeps in hand. Its own choice of 15 and 8
# clears 256 kB of memory for every page, and makes a page no smaller than these.
PAGE, WINDOW, MEMORY = 32_768, 13, 6


def install(app: Flask) -> None:
    """Compresses the answers of `app`."""
    app.after_request(_compress)


def _compress(response: Response) -> Response:
    if response.mimetype not in TYPES:
        return response
    response.headers.add("Vary", "Accept-Encoding")
    if (
        response.status_code == 206  # a part of a file: its bytes are counted
        or "Content-Encoding" in response.headers
        or not _takes_gzip(request.headers.get("Accept-Encoding", ""))
    ):
        return response
    response.direct_passthrough = False
    body = response.get_data()
    if len(body) < LEAST:
        return response
    response.set_data(_squeezed(body))
    response.headers["Content-Encoding"] = "gzip"
    etag, weak = response.get_etag()
    if etag and not weak:  # the same file, but not the same bytes
        response.set_etag(etag, weak=True)
    return response


def _squeezed(body: bytes) -> bytes:
    if len(body) > PAGE:
        return zlib.compress(body, LEVEL, GZIP + zlib.MAX_WBITS)
    squeeze = zlib.compressobj(LEVEL, zlib.DEFLATED, GZIP + WINDOW, MEMORY)
    return squeeze.compress(body) + squeeze.flush()


@lru_cache(maxsize=128)
def _takes_gzip(accepts: str) -> bool:
    return parse_accept_header(accepts, Accept).quality("gzip") > 0
