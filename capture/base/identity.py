"""One mailbox has many spellings; this is where they are folded into one, and where an address becomes a fingerprint.

The folded form serves limits and suppression only, never identity: at some providers dots and capitals before the
at sign do tell people apart, and folding them there costs somebody one mail, while not folding them would let
anybody flood a mailbox by writing its address in another way each time.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from functools import lru_cache

from email_validator import EmailNotValidError, validate_email

_SAME_MAILBOX = {"googlemail.com": "gmail.com"}
"""Domains under which one provider delivers to the same mailbox."""

_PURPOSE = b"espalier fingerprints of addresses"


def canonical(address: str) -> str:
    """The address in lower case, without dots and without what follows a plus before the at sign."""
    local, _, domain = address.strip().rpartition("@")
    folded = local.casefold().partition("+")[0].replace(".", "")
    host = _ascii(domain.lower().rstrip("."))
    # What is nothing but a tag or dots keeps its spelling: an empty name would be everybody's.
    return f"{folded or local.casefold()}@{_SAME_MAILBOX.get(host, host)}"


def derive(secret: str) -> bytes:
    """The key of the fingerprints, from the installation's secret, so that no other use of it can make them."""
    return hmac.digest(secret.encode(), _PURPOSE, "sha256")


@lru_cache(maxsize=1_000)
def fingerprint(key: bytes, address: str) -> str:
    """HMAC-SHA256 of the canonical address in hexadecimal: tells the same address again, and tells nothing else to
    whoever does not have the key."""
    return hmac.digest(key, canonical(address).encode(), "sha256").hex()


def fingerprints(keys: Sequence[bytes], address: str) -> list[str]:
    """Under every key, newest first: rows that were written under an older one must still be found."""
    return [fingerprint(key, address) for key in keys]


def _ascii(domain: str) -> str:
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return domain


def identity(address: str) -> str:
    """Who the person is: the address as typed, with its domain in lower case and in letters (not ``xn--…``).

    The same form that a sign-up is stored under; what is no address comes back with its domain in lower case.
    """
    try:
        return validate_email(address.strip(), check_deliverability=False).normalized
    except EmailNotValidError:
        local, at, domain = address.strip().rpartition("@")
        return f"{local}{at}{domain.lower()}"
