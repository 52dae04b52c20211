"""Distinguishes people from machines at a sign-up, without a third party.

Where JavaScript runs, the page solves a small proof of work by the ALTCHA protocol (version 2, PBKDF2/SHA-256): it
searches for a counter whose derived key begins with a given prefix. Where JavaScript does not run, the visitor sees a
page with a button between the form and the sign-up. The page contains a signed time: the button may be pressed some
seconds later, not at once and not much later. A solved proof is accepted once; a signed time only for the sign-up for
which it was made.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from capture.base.prepared import Driver
from capture.base.tokens import LIFETIMES, BadLink, Links, Purpose
from capture.limits import single_use

ALGORITHM = "PBKDF2/SHA-256"
COST = 2_000
"""Rounds of PBKDF2 for one counter of the proof of work; checking a solution takes about a millisecond."""

PREFIX = "00"
"""How a solution's derived key must begin, in hexadecimal. One counter in 256 fits, which a phone's browser finds in
some tenths of a second."""

KEY_LENGTH = 32
QUICKEST = timedelta(seconds=2)
"""The shortest time in which a person fills in a form, or reads a sentence and presses the button below it."""

LONGEST_PAYLOAD = 2048
LARGEST_COUNTER = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Proof:
    """Evidence that a person, and not a machine, sent a sign-up.

    ``nonce``: the random number by which the evidence is accepted only once; None where using it again does no harm.
    ``until``: when it expires.
    """

    nonce: str | None
    until: datetime


def challenge(keys: Sequence[bytes], now: datetime) -> dict[str, Any]:
    """Returns a proof-of-work challenge for the page to solve, signed with the newest key, as the ALTCHA protocol
    defines it. Nothing is stored for it."""
    parameters = {
        "algorithm": ALGORITHM,
        "cost": COST,
        "data": {"issued": int(now.timestamp())},
        "expiresAt": int((now + _lifetime(Purpose.CHALLENGE)).timestamp()),
        "keyLength": KEY_LENGTH,
        "keyPrefix": PREFIX,
        "nonce": secrets.token_hex(16),
        "salt": secrets.token_hex(16),
    }
    return {"parameters": parameters, "signature": _sign(keys[0], parameters)}


def read_solution(keys: Sequence[bytes], payload: str, now: datetime) -> Proof | None:
    """Checks a page's solution of an ALTCHA challenge. Returns the proof; None if the solution is wrong, too old or too
    quick, or the challenge was not signed by one of the keys."""
    try:
        told = json.loads(base64.b64decode(payload[:LONGEST_PAYLOAD], validate=True))
        parameters, signature = told["challenge"]["parameters"], str(told["challenge"]["signature"])
        counter = told["solution"]["counter"]
        if not any(hmac.compare_digest(_sign(key, parameters), signature) for key in keys):
            return None
        # From here on the parameters are our own.
        issued = datetime.fromtimestamp(parameters["data"]["issued"], UTC)
        until = datetime.fromtimestamp(parameters["expiresAt"], UTC)
        if not issued + QUICKEST <= now < until or type(counter) is not int or not 0 <= counter <= LARGEST_COUNTER:
            return None
        return Proof(parameters["nonce"], until) if _fits(parameters, counter) else None
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def sign_pause(links: Links, fields: Mapping[str, str], now: datetime) -> str:
    """Returns a signed time for the page that visitors without JavaScript see between the form and the sign-up.

    ``fields``: the form's fields, for which alone it is valid.
    """
    return links.sign(Purpose.PAUSE, _of(fields), now)


def read_pause(links: Links, fields: Mapping[str, str], now: datetime) -> Proof | None:
    """Checks the signed time of the page that visitors without JavaScript see between the form and the sign-up.

    Returns the proof that a person pressed the button there; None if the time was not signed for this sign-up, or is
    less than QUICKEST or more than an hour ago.
    """
    try:
        read = links.read(Purpose.PAUSE, fields.get("pause", ""), now)
    except BadLink:
        return None
    if read.value != _of(fields) or read.expired or now < read.issued + QUICKEST:
        return None
    return Proof(None, read.issued + _lifetime(Purpose.PAUSE))


def use_up(driver: Driver, proof: Proof) -> bool:
    """Marks the proof that a person sent a sign-up as used. Returns False if it was used before."""
    return proof.nonce is None or single_use.use_up(driver, proof.nonce, proof.until)


def budget_weight(origin: str | None, agent: str | None) -> int:
    """Returns for how many sign-ups a sign-up counts in the limits by the hour: 1, and more if its headers are unusual.

    ``origin``, ``agent``: the headers ``Origin`` and ``User-Agent``. Pages without a referrer, local files and
    sandboxed frames send ``Origin: null``, so that is no reason to refuse. No browser leaves out ``User-Agent``.
    """
    return 1 + (origin == "null") + (not agent)


def _of(fields: Mapping[str, str]) -> str:
    """Returns a digest of what identifies a sign-up: the page where it was made and the e-mail address."""
    told = json.dumps([fields.get(name, "").strip() for name in ("token", "page", "email")])
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _fits(parameters: Mapping[str, Any], counter: int) -> bool:
    password = bytes.fromhex(parameters["nonce"]) + counter.to_bytes(4, "big")
    salt = bytes.fromhex(parameters["salt"])
    key = hashlib.pbkdf2_hmac("sha256", password, salt, parameters["cost"], parameters["keyLength"])
    return key.hex().startswith(parameters["keyPrefix"])


def _sign(key: bytes, parameters: Mapping[str, Any]) -> str:
    text = json.dumps(parameters, sort_keys=True, separators=(",", ":"))
    return hmac.new(key, b"espalier challenge " + text.encode(), hashlib.sha256).hexdigest()


def _lifetime(purpose: Purpose) -> timedelta:
    lifetime = LIFETIMES[purpose]
    assert lifetime is not None
    return lifetime
