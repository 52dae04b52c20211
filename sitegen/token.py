"""Signs and reads the two tokens in every sign-up form.

- the **member token** says which member the sign-up belongs to. It is the same on all pages of a member.
- the **page token** says what the prospect saw: page, locale, build id and consent wording. It is the same
  for all members on the same page.

Both are ``value.signature`` with HMAC-SHA256 through itsdangerous; each purpose has its own derived key, so
that a token made for one purpose is refused for the other. A signature proves integrity, not presence:
anyone can copy a token from a public page.

Keys rotate: the first key signs, all of them verify.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache, partial

from itsdangerous import BadSignature, Signer
from itsdangerous.encoding import base64_decode, base64_encode

from sitegen.errors import Fault, SecretError, TokenError

COMPANY_SUBJECT = "_company"
"""The text in a member token, in place of a member's id, for sign-ups on the company's own pages."""

MEMBER_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}\Z")
"""The pattern of a member's id. ``_company`` never fits it, nor does a dot, which ends the value in a token."""

LONGEST_TOKEN = 512
"""The most characters a token may have; a longer one is refused before its signature is computed."""

REMEMBERED = 10_000
"""How many valid tokens of each kind are remembered, so that their signatures are not computed again."""

SHORTEST_KEY = 32
"""The least number of characters of a key; 32 random hexadecimal characters have 128 bits."""


@dataclass(frozen=True, slots=True)
class PageSeen:
    """What a prospect saw when signing up: which page in which locale, made by which build, with which consent wording.

    ``wording`` is the first 16 hexadecimal digits of the SHA-256 of the wording with its placeholders.
    """

    page: str
    locale: str
    build_id: str
    wording: str


class TokenSigner:
    """Signs and reads the member tokens and page tokens of sign-up forms.

    ``keys``: newest first, each of at least 32 characters. Raises SecretError if there is none or one is shorter.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys or any(len(key) < SHORTEST_KEY for key in keys):
            raise SecretError(
                Fault(
                    f"the token key must have at least {SHORTEST_KEY} characters",
                    where="ESPALIER_TOKEN_KEY",
                    hint="run `sitegen secrets` to make one",
                )
            )
        self._member = _signer(keys, "espalier member token")
        self._page = _signer(keys, "espalier page token")
        # A page's tokens come back with every sign-up from it; those that do not hold are not remembered.
        self._member_in = lru_cache(maxsize=REMEMBERED)(partial(_unsign, self._member))
        self._page_in = lru_cache(maxsize=REMEMBERED)(partial(_unsign, self._page))

    def member_token(self, member_id: str | None) -> str:
        """Returns the token for the sign-up forms of a member's pages; with None, of the company's own pages."""
        return self._member.sign(member_id or COMPANY_SUBJECT).decode()

    def read_member(self, token: str) -> str | None:
        """Returns the member's id in a token, or None for the company's own pages. Raises TokenError if not valid."""
        value = self._member_in(token)
        return None if value == COMPANY_SUBJECT else value

    def page_token(self, seen: PageSeen) -> str:
        """Returns the token that records which page, language and consent wording a prospect saw."""
        return self._page.sign("~".join((seen.page, seen.locale, seen.build_id, seen.wording))).decode()

    def read_page(self, token: str) -> PageSeen:
        """Returns what a page token records. Raises TokenError if the token is not valid."""
        parts = self._page_in(token).split("~")
        if len(parts) != 4:
            raise TokenError("the page token does not have four parts")
        return PageSeen(*parts)


def _signer(keys: Sequence[str], purpose: str) -> Signer:
    # Derived here, as itsdangerous would for each token anew. It signs with the last key and verifies with all.
    derived = [hmac.digest(key.encode(), purpose.encode(), "sha256") for key in reversed(keys)]
    return Signer(derived, key_derivation="none", digest_method=hashlib.sha256, sep=".")


def _unsign(signer: Signer, token: str) -> str:
    if len(token) > LONGEST_TOKEN or not token.isascii():
        raise TokenError("the token is not one of ours")
    try:
        value = signer.unsign(token).decode()
    except BadSignature as error:
        raise TokenError("the token was altered, truncated, or signed with another key") from error
    # Base64 gives two bits of a signature's last character, and padding, no meaning: only our own spelling holds.
    signature = token.rpartition(".")[2]
    if base64_encode(base64_decode(signature)).decode() != signature:
        raise TokenError("the token was altered")
    return value
