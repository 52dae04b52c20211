"""Records mails that came back. After a hard bounce, nothing more is mailed to the address, since it does not exist.

Reports come by signed web requests, and in a mailbox file with the reports of mail servers. Anybody can write such a
file's reports, so one of them counts only if it names a Message-ID that we sent, which nobody can guess. The address
that it then concerns is the recipient of the mail that we sent, not the address in the report.
"""

from __future__ import annotations

import hashlib
import mailbox
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from capture.base import metrics
from capture.base.db import Database
from capture.bounces import reading
from capture.bounces.kinds import Kind
from capture.bounces.reading import Finding
from capture.bounces.services.event import Event, Told
from capture.mailing.posting import domain_of
from capture.mailing.refusals import NO_SUCH_MAILBOX, About, Judgement, Strength, judge
from capture.mailing.return_path import ReturnPath
from capture.mailing.suppression import Source
from capture.models import Company, OutboxMail
from sitegen.errors import EspalierError, Fault


class Suppressor(Protocol):
    """An object that keeps the suppression list: the addresses that must not be mailed."""

    def bounced(
        self, session: Session, address: str, now: datetime,
        *, source: Source, strong: bool = False, mail_id: int | None = None,
    ) -> None:  # fmt: skip
        """Puts an address on the suppression list, because its mailbox does not exist."""

    def complained(self, session: Session, address: str, now: datetime) -> None:
        """Puts an address on the suppression list, because its owner complained about a mail."""


@dataclass(frozen=True, slots=True)
class BounceReport:
    """A report that one mail came back. ``message_id``: the likeliest Message-ID of that mail, without brackets;
    ``others``: the other Message-IDs in the report, since some mail servers name one of their own first.

    ``status``: the enhanced status code (RFC 3463), or the SMTP code. ``judgement``: the verdict on the refusal, as
    whether the recipient or the sender was refused; None if only the status is known. ``source``: how the report came.
    """

    message_id: str
    status: str
    others: tuple[str, ...] = ()
    judgement: Judgement | None = None
    source: Source = Source.REPORT

    @property
    def strong(self) -> bool:
        """True if a hard bounce leaves no other reading, so that one report is enough."""
        if self.judgement is None:
            return self.status in NO_SUCH_MAILBOX
        return self.judgement.strength is Strength.STRONG

    @property
    def unclear(self) -> bool:
        """True if the report does not say what it is about, as those of some servers never do."""
        return self.judgement is not None and self.judgement.about is About.UNKNOWN

    @property
    def hard(self) -> bool:
        """True for a hard bounce: the report says that the address does not exist."""
        return self.judgement.dead if self.judgement is not None else is_hard(self.status)


UNCLEAR = "came back, unclear why:"
"""How the last error of a mail begins that came back for a reason that no server said."""

MOST_UNCLEAR = 3
"""So many mails to one address that came back without a clear reason, and the address gets a weak mark: some servers
never say why, and dead addresses must not be mailed for ever."""


def is_hard(status: str) -> bool:
    """Returns True if an enhanced status code (RFC 3463) alone, without a server's words, says that the address does
    not exist."""
    return judge(None, status, "").dead


def record_bounce(session: Session, report: BounceReport, suppressor: Suppressor, now: datetime) -> str:
    """Records a report that a mail came back; a hard bounce puts the recipient on the suppression list, and so does the
    MOST_UNCLEAR-th mail that came back without a clear reason.

    Returns "hard" or "soft"; "unknown" if we sent no such mail. The same report may be recorded again.
    """
    ids = (report.message_id, *report.others)
    columns = (OutboxMail.message_id, OutboxMail.recipient, OutboxMail.id)
    found = {row.message_id: row for row in session.execute(select(*columns).where(OutboxMail.message_id.in_(ids)))}
    mail = next((found[message_id] for message_id in ids if message_id in found), None)
    if mail is None:
        return "unknown"
    told = f"{UNCLEAR if report.unclear else 'came back:'} {report.status}"
    session.execute(update(OutboxMail).where(OutboxMail.id == mail.id).values(last_error=told))
    if report.hard or (report.unclear and _unclear(session, mail.recipient) >= MOST_UNCLEAR):
        suppressor.bounced(session, mail.recipient, now, source=report.source, strong=report.strong, mail_id=mail.id)
    metrics.BOUNCES.labels("hard" if report.hard else "soft").inc()
    return "hard" if report.hard else "soft"


def _unclear(session: Session, address: str) -> int:
    """Returns how many mails to an address came back without a clear reason."""
    these = (OutboxMail.recipient == address, OutboxMail.last_error.startswith(UNCLEAR))
    return session.scalar(select(func.count()).select_from(OutboxMail).where(*these)) or 0


def record_complaint(
    session: Session, message_ids: tuple[str, ...], suppressor: Suppressor, now: datetime, recipient: str | None = None
) -> str:
    """Records that a person complained of one mail: "complaint", or "unknown" where we sent no such mail.

    ``recipient``: who complained, where a verified report says so; believed if no mail of ours is named.
    """
    found = session.scalars(select(OutboxMail.recipient).where(OutboxMail.message_id.in_(message_ids))).first()
    address = found or recipient
    if address is None:
        return "unknown"
    suppressor.complained(session, address, now)
    metrics.BOUNCES.labels("complaint").inc()
    return "complaint"


def record_event(session: Session, event: Event, suppressor: Suppressor, now: datetime) -> str:
    """Records what a mail service reported and proved: "hard", "soft", "complaint" or "unknown".

    The service signs its report, so a recipient that it names counts also where it names no mail of ours.
    """
    ids = (event.message_id,) if event.message_id is not None else ()
    if event.told is Told.COMPLAINT:
        return record_complaint(session, ids, suppressor, now, event.recipient)
    kind = "unknown"
    if event.message_id is not None:
        status = event.enhanced or str(event.code or "")
        report = BounceReport(event.message_id, status, judgement=event.judgement, source=Source.SERVICE)
        kind = record_bounce(session, report, suppressor, now)
    if kind == "unknown" and event.recipient is not None and event.judgement is not None and event.judgement.dead:
        strong = event.judgement.strength is Strength.STRONG
        suppressor.bounced(session, event.recipient, now, source=Source.SERVICE, strong=strong)
        metrics.BOUNCES.labels("hard").inc()
        kind = "hard"
    return kind


@dataclass(frozen=True, slots=True)
class Unread:
    """A report of which nothing was recorded. ``content``: the whole message; ``reason``: why."""

    content: bytes
    reason: str

    @property
    def name(self) -> str:
        """A name for a file with the message: always the same for the same message."""
        return f"{hashlib.sha256(self.content).hexdigest()[:16]}.eml"


def read_messages(
    database: Database,
    messages: Iterable[bytes],
    suppressor: Suppressor,
    now: datetime,
    *,
    return_path: ReturnPath | None = None,
    unread: Callable[[Unread], None] = lambda unread: None,
) -> Counter[str]:
    """Records the bounces and complaints that messages report.

    ``return_path``: where reports come to, if it names the mail. ``unread`` is called for each report of which nothing
    was recorded. Returns the counts of "hard" and "soft" bounces, of each "complaint", of "unknown" reports
    (unreadable, or of no mail of ours), and of "other" messages.
    """
    found: Counter[str] = Counter()
    with database.read() as session:
        company = session.get(Company, 1)
        domain = domain_of(company.email) if company is not None else None
    for content in messages:
        code = return_path.code_in(content.decode("latin-1")) if return_path and domain else None
        findings = reading.read(content, domain=domain, known=f"{code}@{domain}" if code else None)
        kinds = [_take(database, finding, suppressor, now) for finding in findings]
        found.update(kinds)
        if set(kinds) == {"unknown"}:
            unread(Unread(content, findings[0].reason or "names no mail of this service"))
    return found


def read_file(database: Database, path: Path, suppressor: Suppressor, now: datetime, **how: Any) -> Counter[str]:
    """Records what an mbox file or a Maildir folder reports; see ``read_messages``. Raises EspalierError for a folder
    that is no Maildir."""
    return read_messages(database, contents(path), suppressor, now, **how)


def _take(database: Database, finding: Finding, suppressor: Suppressor, now: datetime) -> str:
    if finding.kind is Kind.UNREADABLE:
        return "unknown"
    if finding.kind is Kind.COMPLAINT:
        # Only a mail of ours that is named proves who complained: anybody can write such a report.
        with database.write() as session:
            return record_complaint(session, finding.message_ids, suppressor, now)
    report = _report(finding)
    if report is None:
        return "other"
    with database.write() as session:
        return record_bounce(session, report, suppressor, now)


def contents(path: Path) -> Iterator[bytes]:
    """Yields every message of an mbox file or a Maildir folder. Raises EspalierError for a folder that is no
    Maildir."""
    if path.is_dir() and not (path / "cur").is_dir():
        raise EspalierError(Fault("not a Maildir: it has no folder cur", where=path))
    box = mailbox.Maildir(path, create=False) if path.is_dir() else mailbox.mbox(path, create=False)
    try:
        for key in box.iterkeys():
            yield box.get_bytes(key)
    finally:
        box.close()


def _report(finding: Finding) -> BounceReport | None:
    """Returns the report to record for a finding; None if the finding is no bounce, or has no Message-ID."""
    if finding.kind is not Kind.BOUNCE or finding.message_id is None:
        return None
    status = finding.enhanced or str(finding.code or "")
    return BounceReport(finding.message_id, status, finding.message_ids[1:], finding.judgement)
