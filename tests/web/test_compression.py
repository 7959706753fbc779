"""Decides that text goes compressed to a browser that takes it, and only then."""

from __future__ import annotations

import gzip

import pytest
from flask.testing import FlaskClient

PAGE, SHEET = "/onderdelen", "/static/weerbaar.css"


@pytest.mark.parametrize("path", [PAGE, SHEET])
def test_text_goes_as_gzip_to_who_takes_it(client: FlaskClient, path: str) -> None:
    plain = client.get(path)
    squeezed = client.get(path, headers={"Accept-Encoding": "gzip, deflate, br"})
    assert "Content-Encoding" not in plain.headers
    assert squeezed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(squeezed.data) == plain.data
    assert int(squeezed.headers["Content-Length"]) == len(squeezed.data) < len(plain.data) / 2
    assert "Accept-Encoding" in plain.headers["Vary"]
    assert "Accept-Encoding" in squeezed.headers["Vary"]


@pytest.mark.parametrize("accepts", ["", "br", "identity", "gzip;q=0", "gzip; q=0.0, br"])
def test_it_goes_plain_to_who_does_not(client: FlaskClient, accepts: str) -> None:
    answer = client.get(PAGE, headers={"Accept-Encoding": accepts})
    assert "Content-Encoding" not in answer.headers
    assert answer.text.startswith("<!DOCTYPE html>")


def test_what_would_not_become_smaller_is_left_as_it_is(client: FlaskClient) -> None:
    for path in ("/livez", "/static/vendor/noto-sans-regular.woff2"):
        answer = client.get(path, headers={"Accept-Encoding": "gzip"})
        assert "Content-Encoding" not in answer.headers, path


def test_a_file_that_the_browser_has_is_not_sent_again(client: FlaskClient) -> None:
    takes = {"Accept-Encoding": "gzip"}
    first = client.get(SHEET, headers=takes)
    again = client.get(SHEET, headers={**takes, "If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_a_part_of_a_file_is_never_compressed(client: FlaskClient) -> None:
    part = client.get(SHEET, headers={"Accept-Encoding": "gzip", "Range": "bytes=0-9"})
    if part.status_code == 206:
        assert "Content-Encoding" not in part.headers
        assert len(part.data) == 10
