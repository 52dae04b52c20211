"""The sign-up form as browsers and clients of the proof of work send it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html import unescape

JSON = {"Accept": "application/json"}


def form_of(page: str) -> dict[str, str]:
    """What a browser would send from the form of an answer."""
    fields = {}
    for tag in re.findall(r"<input [^>]*>", page):
        attributes = {name: unescape(value) for name, value in re.findall(r'(\w+)="([^"]*)"', tag)}
        if attributes.get("type") not in ("radio", "checkbox") or tag.rstrip("> ").endswith(" checked"):
            fields[attributes["name"]] = attributes.get("value", "")
        elif " checked" in tag:
            fields[attributes["name"]] = attributes["value"]
    return fields


def solve(challenge: dict) -> str:
    """What a client of the ALTCHA protocol does (version 2, PBKDF2)."""
    return _payload(challenge, fits=True)


def solve_wrongly(challenge: dict) -> str:
    """The same with a counter that does not fit."""
    return _payload(challenge, fits=False)


def _payload(challenge: dict, fits: bool) -> str:
    told = challenge["parameters"]
    nonce, salt = bytes.fromhex(told["nonce"]), bytes.fromhex(told["salt"])
    for counter in range(100_000):
        password = nonce + counter.to_bytes(4, "big")
        key = hashlib.pbkdf2_hmac("sha256", password, salt, told["cost"], told["keyLength"]).hex()
        if key.startswith(told["keyPrefix"]) == fits:
            break
    payload = {"challenge": challenge, "solution": {"counter": counter, "derivedKey": key}}
    return base64.b64encode(json.dumps(payload).encode()).decode()
