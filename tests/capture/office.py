"""A browser in the office, as a member or as staff."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from flask.testing import FlaskClient

from capture.accounts import access

HOST = "https://capture.fern.example"
STAFF = "desk-hand@fern.example.com"

SignIn = Callable[[str], "Browser"]


class Browser:
    """A browser with cookies of its own, over HTTPS."""

    def __init__(self, app: Flask) -> None:
        self.client: FlaskClient = app.test_client()
        self._known: tuple[str, str] = ("", "")

    def get(self, path: str) -> Any:
        return self.client.get(path, base_url=HOST)

    def post(self, path: str, **fields: Any) -> Any:
        """As a person does: the form's own hidden value goes along."""
        return self.client.post(path, base_url=HOST, data={"csrf_token": self._token(), **fields})

    def _token(self) -> str:
        """The hidden value, which is the same in all forms from signing in until signing out; empty outside."""
        cookie = self.client.get_cookie(access.COOKIE, urlsplit(HOST).hostname or "")
        signed_in = cookie.value if cookie else ""
        if not signed_in or self._known[0] != signed_in:
            found = re.search(r'name="csrf_token" value="([^"]+)"', self.get("/office/").text)
            self._known = (signed_in, found[1] if found else "")
        return self._known[1]
