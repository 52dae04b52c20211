"""Brevo sends a token that the operator chose, as a bearer token (its manual: "Transactional webhooks", "Secured")."""

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
"""Brevo's events of mails that did not arrive. "blocked" means its own list, of complaints and bounces alike."""

LEFT = {"spam", "complaint", "unsubscribed", "unsubscribe"}


def read(headers: Mapping[str, str], body: bytes, token: str) -> list[Event]:
    """The events of a request, one or a batch."""
    scheme, _, given = header(headers, "Authorization").partition(" ")
    if scheme.lower() != "bearer" or not same(given.strip(), token):
        raise NotVerified("not the token")
    return [event for fields in objects(body) for event in _of(fields)]


def _of(fields: dict[str, object]) -> list[Event]:
    kind, recipient, named = str(fields.get("event")), fields.get("email"), fields.get("message-id")
    if kind in LEFT:
        return [complaint(fields, recipient, named=named)]
    if kind not in OWN:
        return []
    return [bounce(fields, recipient, words_of(fields.get("reason")), named=named, otherwise=OWN[kind])]
