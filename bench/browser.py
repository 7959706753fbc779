"""Signs in and walks through a served application, so that a load can repeat its requests."""

from __future__ import annotations

import http.client
import re
import time
import uuid
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from flask import Flask

from bench.load import HOST
from training.identity import gate

ACCEPTS = "gzip, deflate, br"
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class Browser:
    """One signed-in visitor: keeps cookies and the last page."""

    def __init__(self, port: int, app: Flask, account_id: str) -> None:
        self.port = port
        self.page = ""
        client = app.test_client()
        with client.session_transaction() as session:
            session["_user_id"] = gate.session_id(uuid.UUID(account_id), 0)
            session[gate.SIGNED_IN_AT] = int(time.time())
        name = app.config["SESSION_COOKIE_NAME"]
        cookie = client.get_cookie(name)
        assert cookie is not None
        self.cookies = {name: cookie.value}

    def headers(self) -> dict[str, str]:
        """What this browser sends with each request."""
        jar = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return {"Cookie": jar, "Accept-Encoding": ACCEPTS, "Host": HOST}

    def form(self, **values: str) -> str:
        """The body of a form on the last page, with its token."""
        found = TOKEN.search(self.page)
        assert found, "the last page has no form"
        return urlencode({"csrf_token": found.group(1), **values})

    def open(self, path: str, body: str | None = None) -> tuple[int, str]:
        """Opens a page, or sends a form; gives the status and where it leads."""
        headers = {**self.headers(), "Accept-Encoding": "identity"}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection = http.client.HTTPConnection(HOST, self.port, timeout=30)
        connection.request("GET" if body is None else "POST", path, body, headers)
        answer = connection.getresponse()
        self.page = answer.read().decode()
        for header, value in answer.getheaders():
            if header.lower() == "set-cookie":
                cookies: SimpleCookie = SimpleCookie(value)
                self.cookies |= {name: morsel.value for name, morsel in cookies.items()}
        connection.close()
        return answer.status, answer.getheader("Location") or path
