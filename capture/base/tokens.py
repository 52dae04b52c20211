"""The signed values in mailed links and in the service's own forms: each for one purpose, most for a limited time.

Every purpose has a key of its own, derived by itsdangerous from the installation's secret with the purpose as
salt: a link that confirms cannot unsubscribe, show data or erase. Keys rotate: the first signs, all verify.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from itsdangerous import BadData, URLSafeSerializer
from itsdangerous.encoding import base64_encode

from capture.base.identity import derive_key, hash_email, hash_email_by_all

LONGEST = 1024
"""The greatest length of a signed value in characters; a longer one is refused before any work is done on it."""


class Purpose(StrEnum):
    """The purpose of a signed value. A value signed for one purpose is refused for every other."""

    CONFIRM = "confirm"
    NOT_ME = "not-me"
    UNSUBSCRIBE = "unsubscribe"
    MY_DATA = "my-data"
    MY_DATA_PAGE = "my-data-page"
    PAUSE = "pause"
    CHALLENGE = "challenge"
    SIGN_IN = "sign-in"


LIFETIMES: dict[Purpose, timedelta | None] = {
    Purpose.CONFIRM: timedelta(days=7),
    Purpose.NOT_ME: timedelta(days=90),
    # Mails are read years later, and it must never be too late to leave.
    Purpose.UNSUBSCRIBE: None,
    # Shows personal data, so it is used once; then the page that it opened is good for an hour.
    Purpose.MY_DATA: timedelta(hours=24),
    Purpose.MY_DATA_PAGE: timedelta(hours=1),
    Purpose.PAUSE: timedelta(hours=1),
    Purpose.CHALLENGE: timedelta(minutes=20),
    Purpose.SIGN_IN: timedelta(minutes=30),
}
"""How long a signed value is valid, for each purpose; None: for ever."""


class BadLink(Exception):
    """Raised for a signed value that was altered, cut short, signed with a key that is not the service's, or made for
    another purpose."""


@dataclass(frozen=True, slots=True)
class SignedValue:
    """A signed value from a link or form, after its signature was verified. ``expired``: True if its lifetime is
    over."""

    value: str
    issued: datetime
    expired: bool


class _Serializer(URLSafeSerializer):
    """The serializer of itsdangerous for signed values, without compression, since the values are too short for it."""

    def dump_payload(self, obj: object) -> bytes:
        """Returns the value to be signed as JSON in Base64, never compressed."""
        return base64_encode(self.serializer.dumps(obj, **self.serializer_kwargs))


class Links:
    """Signs and verifies all values in links and forms. ``secrets``: the installation's secrets, newest first; the
    newest signs, all verify."""

    def __init__(self, secrets: Sequence[str]) -> None:
        self.address_keys = tuple(derive_key(each) for each in secrets)
        # itsdangerous signs with the last key of the list and verifies with all.
        keys = list(reversed(secrets))
        self._serializers = {
            purpose: _Serializer(
                keys,
                salt=f"espalier {purpose}",
                signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
            )
            for purpose in Purpose
        }

    def sign(self, purpose: Purpose, value: str, now: datetime) -> str:
        """Returns a value signed for one purpose, as a text that may be part of a web address. Only this installation
        can make it."""
        return str(self._serializers[purpose].dumps([value, int(now.timestamp())]))

    def read(self, purpose: Purpose, signed: str, now: datetime) -> SignedValue:
        """Verifies a signed value and returns it, even if it has expired (see ``SignedValue.expired``), since it can be
        renewed. Raises BadLink if it was altered or made for another purpose."""
        if len(signed) > LONGEST or not signed.isascii():
            raise BadLink(purpose)
        try:
            value, issued = self._serializers[purpose].loads(signed)
            moment = datetime.fromtimestamp(issued, UTC)
        except (BadData, ValueError, TypeError, OverflowError) as error:
            raise BadLink(purpose) from error
        lifetime = LIFETIMES[purpose]
        return SignedValue(value, moment, lifetime is not None and now >= moment + lifetime)

    def email_hash(self, address: str) -> str:
        """Returns the keyed hash of an e-mail address under the newest key."""
        return hash_email(self.address_keys[0], address)

    def email_hashes(self, address: str) -> list[str]:
        """Returns the keyed hashes of an e-mail address under every key, newest first."""
        return hash_email_by_all(self.address_keys, address)
