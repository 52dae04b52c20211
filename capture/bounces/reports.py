"""Mails that came back: a hard bounce takes an address off every list, since there is nobody there.

Two ways in: a signed web request, and a mailbox file with the reports of mail servers (RFC 3464). Anybody can write
such a report, so one from a mailbox counts only where it names a Message-ID that we sent, which nobody can guess, and
what it says is taken to be of that mail's recipient.
"""

from __future__ import annotations

import mailbox
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import Message
from pathlib import Path
from typing import Protocol

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from capture.base import metrics
from capture.base.db import Database
from capture.models import OutboxMail
from sitegen.errors import EspalierError, Fault

HARD = ("5.1.", "5.2.1", "5.4.4")
"""Enhanced status codes (RFC 3463) that mean: nobody there, now or later. A full mailbox or a policy is not that."""


LENIENT = policy.compat32
"""Headers as they stand: the newer policy takes them apart, and fails over some that a stranger may send."""


class Suppressor(Protocol):
    """Whoever keeps the list of addresses that must not be mailed."""

    def bounced(self, session: Session, address: str, now: datetime) -> None:
        """There is nobody at an address."""


@dataclass(frozen=True, slots=True)
class BounceReport:
    """That one mail came back. ``message_id``: without brackets."""

    message_id: str
    status: str

    @property
    def hard(self) -> bool:
        """True when the address does not exist."""
        return is_hard(self.status)


def is_hard(status: str) -> bool:
    """What an enhanced status code means."""
    return status.startswith(HARD)


def record_bounce(session: Session, report: BounceReport, email_hashes: Suppressor, now: datetime) -> str:
    """Records a report: "hard", "soft", or "unknown" where we sent no such mail. May be repeated."""
    recipient = session.scalar(select(OutboxMail.recipient).where(OutboxMail.message_id == report.message_id))
    if recipient is None:
        return "unknown"
    told = f"came back: {report.status}"
    session.execute(update(OutboxMail).where(OutboxMail.message_id == report.message_id).values(last_error=told))
    if report.hard:
        email_hashes.bounced(session, recipient, now)
    metrics.BOUNCES.labels("hard" if report.hard else "soft").inc()
    return "hard" if report.hard else "soft"


def read_file(database: Database, path: Path, email_hashes: Suppressor, now: datetime) -> Counter[str]:
    """Goes through an mbox file or a Maildir folder; returns how many of which kind, "other" being no reports."""
    found: Counter[str] = Counter()
    for message in messages(path):
        reports = list(read_report(message))
        if not reports:
            found["other"] += 1
        for report in reports:
            with database.write() as session:
                found[record_bounce(session, report, email_hashes, now)] += 1
    return found


def messages(path: Path) -> Iterator[Message]:
    """Every message of an mbox file or a Maildir folder. Raises EspalierError where it is neither."""
    if path.is_dir() and not (path / "cur").is_dir():
        raise EspalierError(Fault("not a Maildir: it has no folder cur", where=path))
    box = mailbox.Maildir(path, create=False) if path.is_dir() else mailbox.mbox(path, create=False)
    try:
        for key in box.iterkeys():
            yield message_from_bytes(box.get_bytes(key), policy=LENIENT)
    finally:
        box.close()


def read_report(message: Message) -> Iterator[BounceReport]:
    """The failures that a delivery status notification tells of; nothing where a message is no such thing."""
    if message.get_content_type() != "multipart/report":
        return
    statuses: list[str] = []
    original = None
    for part in message.walk():
        kind = part.get_content_type()
        if kind == "message/delivery-status":
            statuses += _failures(part)
        elif kind in ("message/rfc822", "message/global"):
            original = original or _message_id(part.get_payload())
        elif kind in ("text/rfc822-headers", "message/global-headers"):
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes):
                original = original or _message_id([message_from_bytes(payload, policy=LENIENT)])
    if original:
        yield from (BounceReport(original, status) for status in statuses)


def _failures(part: Message) -> Iterator[str]:
    blocks = part.get_payload()
    for block in blocks if isinstance(blocks, list) else []:
        if not isinstance(block, Message):
            continue
        status = str(block.get("Status", "")).split()
        if str(block.get("Action", "")).strip().lower() == "failed" and status:
            yield status[0]


def _message_id(payload: object) -> str | None:
    inner = payload[0] if isinstance(payload, list) and payload else None
    found = str(inner.get("Message-ID", "")).strip().strip("<>") if inner is not None else ""
    return found or None
