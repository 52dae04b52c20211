"""Reads events of Brevo, which sends a bearer token that the operator chose (its manual: "Transactional webhooks",
"Secured")."""

from __future__ import annotations

from collections.abc import Mapping

from capture.bounces.services.event import (
    DEAD,
    OURS,
    PASSING,
    UNCLEAR,
    Event,
    NotVerified,
    bounce,
    complaint,
    header,
    objects,
    same,
    words_of,
)

OWN = {"hard_bounce": UNCLEAR, "soft_bounce": PASSING, "invalid_email": DEAD, "blocked": UNCLEAR, "error": OURS}
"""What Brevo's events of mails that did not arrive mean; used if the receiving server's words say nothing. "blocked":
the address is on Brevo's own list, which holds complaints and bounces alike."""

LEFT = {"spam", "complaint", "unsubscribed", "unsubscribe"}


def read(headers: Mapping[str, str], body: bytes, token: str) -> list[Event]:
    """Returns the events of a request of Brevo, which holds one event or a list. Raises NotVerified if the request does
    not carry ``token``, and Unreadable."""
    scheme, _, given = header(headers, "Authorization").partition(" ")
    if scheme.lower() != "bearer" or not same(given.strip(), token):
        raise NotVerified("the token is missing or wrong")
    return [event for fields in objects(body) for event in _of(fields)]


def _of(fields: dict[str, object]) -> list[Event]:
    kind, recipient, named = str(fields.get("event")), fields.get("email"), fields.get("message-id")
    if kind in LEFT:
        return [complaint(fields, recipient, named=named)]
    if kind not in OWN:
        return []
    return [bounce(fields, recipient, words_of(fields.get("reason")), named=named, otherwise=OWN[kind])]
