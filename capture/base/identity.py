"""Who an e-mail address belongs to: its identity, its folded form, and the keyed hash of the folded form.

Many spellings reach one mailbox. Limits and suppression compare addresses in a folded form, so that writing an address
in another way each time gets around neither. The folded form never identifies a person: at some providers dots and
capitals before the at sign do tell two people apart.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from functools import lru_cache

from email_validator import EmailNotValidError, validate_email

_SAME_MAILBOX = {"googlemail.com": "gmail.com"}
"""Domains under which one provider delivers to the same mailbox."""

_PURPOSE = b"espalier fingerprints of addresses"


def fold(address: str) -> str:
    """Returns the folded form of an e-mail address: lower case, and before the at sign without dots and ``+tag``."""
    local, _, domain = address.strip().rpartition("@")
    folded = local.casefold().partition("+")[0].replace(".", "")
    host = _ascii(domain.lower().rstrip("."))
    # A name of nothing but dots or a tag keeps its spelling: an empty one would be the same for everyone.
    return f"{folded or local.casefold()}@{_SAME_MAILBOX.get(host, host)}"


def derive_key(secret: str) -> bytes:
    """Returns the key of the e-mail hashes, derived from the installation's secret for this purpose alone."""
    return hmac.digest(secret.encode(), _PURPOSE, "sha256")


@lru_cache(maxsize=1_000)
def hash_email(key: bytes, address: str) -> str:
    """Returns HMAC-SHA256 of the folded address in hexadecimal.

    The hash recognises an e-mail address that was used before, and reveals nothing about it without the key.
    """
    return hmac.digest(key, fold(address).encode(), "sha256").hex()


def hash_email_by_all(keys: Sequence[bytes], address: str) -> list[str]:
    """Returns the hashes of an e-mail address under every key, newest first, since rows written under an older key must
    still be found."""
    return [hash_email(key, address) for key in keys]


def _ascii(domain: str) -> str:
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return domain


def identity(address: str) -> str:
    """Returns the e-mail address that identifies a person: as typed, but its domain in lower case and in letters (not
    ``xn--…``).

    Sign-ups are stored under this form. Text that is no address is returned with its domain in lower case.
    """
    try:
        return validate_email(address.strip(), check_deliverability=False).normalized
    except EmailNotValidError:
        local, at, domain = address.strip().rpartition("@")
        return f"{local}{at}{domain.lower()}"
