"""Bas chooses the look of Merendijk: what cannot be read is refused, and a logo only draws."""

from __future__ import annotations

import io
import struct

import pytest
from flask.testing import FlaskClient

from tests.signing import sign_in
from tests.town import Town
from training.people.logo_rules import LARGEST, LogoRefused, read_logo
from training.web.theme import THEMES, style_sheet

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 80 40">%s</svg>'
RECT = b'<rect width="80" height="40" fill="#123456"/>'
PNG = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 120, 60) + bytes(30)


@pytest.fixture
def bas(client: FlaskClient, town: Town) -> FlaskClient:
    return sign_in(client, town, "bas")


@pytest.fixture
def address(town: Town) -> str:
    return f"/instellingen/{town.municipality}/huisstijl"


def fields(**changed: str) -> dict[str, str]:
    return {n.replace("-", "_"): v for n, v in THEMES["bos"].items()} | changed


def sheet_of(client: FlaskClient, town: Town) -> str:
    return client.get(f"/huisstijl/{town.municipality}.css").get_data(as_text=True)


def test_bas_sees_a_look_before_it_is_kept(bas: FlaskClient, address: str, town: Town) -> None:
    page = bas.post(address, data=fields(bekijk="ja")).get_data(as_text=True)
    assert "Dit is een voorbeeld" in page and "/huisstijl/proef.css?color-header=" in page
    assert sheet_of(bas, town) == style_sheet(THEMES["zee"])
    trial = bas.get("/huisstijl/proef.css", query_string=THEMES["stad"])
    assert trial.get_data(as_text=True) == style_sheet(THEMES["stad"])
    assert bas.get("/huisstijl/proef.css?color-header=red").status_code == 400


def test_bas_keeps_a_look_and_everybody_of_merendijk_sees_it(
    bas: FlaskClient, address: str, town: Town
) -> None:
    assert bas.post(address, data=fields(bewaar="ja")).status_code == 303
    assert sheet_of(bas, town) == style_sheet(THEMES["bos"])
    other = bas.get(f"/huisstijl/{town.units['other']}.css").get_data(as_text=True)
    assert other == style_sheet(THEMES["zee"])
    anna = sign_in(bas, town, "anna").get("/overzicht").get_data(as_text=True)
    assert f"/huisstijl/{town.municipality}.css" in anna
    assert '<span class="weerbaar-header__name">Merendijk</span>' in anna


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"color_link": "#dddddd"}, "Links” is niet goed te lezen"),
        ({"color_primary": "blauw"}, "schrijf de kleur als #"),
        ({"font_text": "Arial; } body { display: none"}, "namen van lettertypen"),
        ({"radius": "9rem"}, "kies een maat"),
        ({"color_header": ""}, "Kies een kleur"),
    ],
)
def test_what_cannot_be_read_is_refused_and_nothing_typed_is_lost(
    bas: FlaskClient, address: str, town: Town, changed: dict[str, str], told: str
) -> None:
    response = bas.post(address, data=fields(bewaar="ja", **changed))
    page = response.get_data(as_text=True)
    assert response.status_code == 422
    assert told in page and THEMES["bos"]["color-accent"] in page
    assert sheet_of(bas, town) == style_sheet(THEMES["zee"])


def test_a_logo_stands_above_every_page_until_it_is_taken_away(
    bas: FlaskClient, address: str, town: Town
) -> None:
    to = address.replace("huisstijl", "logo")
    sent = {"logo": (io.BytesIO(SVG % RECT), "logo.svg")}
    assert bas.post(to, data=sent, content_type="multipart/form-data").status_code == 303
    assert "inline-size:min(6.00rem,40vw)" in sheet_of(bas, town)
    picture = bas.get(f"/huisstijl/{town.municipality}/logo")
    assert picture.mimetype == "image/svg+xml" and picture.get_data() == SVG % RECT
    assert "sandbox" in picture.headers["Content-Security-Policy"]
    bas.post(to, data={"weg": "ja"})
    assert sheet_of(bas, town) == style_sheet(THEMES["zee"])
    assert bas.get(f"/huisstijl/{town.municipality}/logo").status_code == 404


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "Kies eerst een bestand"),
        (b"GIF89a", "geen PNG of SVG"),
        (bytes(LARGEST + 1), "groter dan 60 kB"),
        (SVG % b"<script>alert(1)</script>", "meer dan tekenen"),
        (SVG % b'<rect onload="x()"/>', "meer dan tekenen"),
        (SVG % b'<image href="https://elders.example/x.png"/>', "meer dan tekenen"),
        (SVG % b'<use href="https://elders.example/x.svg#a"/>', "meer dan tekenen"),
        (SVG % b"<style>rect{fill:url(https://elders.example/x)}</style>", "meer dan tekenen"),
        (SVG % b"<foreignObject/>", "meer dan tekenen"),
        (b'<!DOCTYPE svg [<!ENTITY a "b">]>' + SVG % b"<text>&a;</text>", "kunnen we niet lezen"),
        (SVG % b"<g>", "kunnen we niet lezen"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "hoe breed en hoog"),
        (b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 900 10"/>', "te lang of te smal"),
    ],
)
def test_what_cannot_be_a_logo_says_what_to_do(
    bas: FlaskClient, address: str, data: bytes, told: str
) -> None:
    sent = {"logo": (io.BytesIO(data), "logo.svg")}
    response = bas.post(
        address.replace("huisstijl", "logo"), data=sent, content_type="multipart/form-data"
    )
    assert response.status_code == 422
    assert told in response.get_data(as_text=True)


def test_a_png_is_read_with_its_proportions() -> None:
    assert read_logo(PNG).ratio == 200
    with pytest.raises(LogoRefused):
        read_logo(PNG[:20])


def test_another_municipality_is_not_there(bas: FlaskClient, town: Town) -> None:
    assert bas.get(f"/instellingen/{town.units['other']}/huisstijl").status_code == 404
    to = f"/instellingen/{town.units['other']}/logo"
    assert bas.post(to, data={"weg": "ja"}).status_code == 404
