"""A browser in the office, as a member or as staff."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

HOST = "https://capture.fern.example"
STAFF = "desk-hand@fern.example.com"

SignIn = Callable[[str], "Browser"]


class Browser:
    """A browser with cookies of its own, over HTTPS."""

    def __init__(self, app: Flask) -> None:
        self.client: FlaskClient = app.test_client()

    def get(self, path: str) -> Any:
        return self.client.get(path, base_url=HOST)

    def post(self, path: str, **fields: Any) -> Any:
        """As a person does: the form's own hidden value goes along."""
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.get("/office/").text)
        return self.client.post(path, base_url=HOST, data={"csrf_token": token[1] if token else "", **fields})
