"""Leads from lists: bought, brought along from another system, or gathered at a fair.

A list is read as a stream and taken in piece by piece, each in one transaction with its lines of the ledger; a list
that was cut off goes on where it stopped. Each row gets a line that says what became of it, so the totals add up.
Nobody on a list is mailed by taking them in, nobody who left is brought back, and whose lead somebody is already
does not change.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from itertools import islice
from uuid import uuid4

from sqlalchemy import func, insert, or_, select
from sqlalchemy.orm import Session

from capture.base.db import Database
from capture.base.identity import identity
from capture.base.prepared import Driver, insert_into
from capture.base.tokens import Links
from capture.campaigns import catalogue
from capture.company import hosts
from capture.company.generator import Interest
from capture.credit import evidence
from capture.imports.lists import LeadList, ListRow
from capture.mailing import suppression
from capture.models import Campaign, Decision, ImportRow, Lead, Provenance
from sitegen.errors import EspalierError, Fault, did_you_mean

BATCH = 500
"""Rows of one transaction: a sign-up that comes meanwhile waits for no more."""

OUTCOMES = ("added", "known", "suppressed", "refused")


@dataclass(frozen=True, slots=True)
class ListOrigin:
    """What is known of a list. ``member_id`` None: the leads are the company's own."""

    member_id: str | None
    vendor: str | None = None
    obtained_on: date | None = None
    wording: str | None = None
    campaign_id: int | None = None
    """What is said to have brought the leads that are new."""

    @property
    def proven(self) -> bool:
        """Whether all that mail to them would need is known."""
        return bool(self.vendor and self.obtained_on and self.wording)


@dataclass
class ImportTotals:
    """What became of a list's rows: added, known, suppressed, refused. ``before``: rows done by an earlier run."""

    rows: int = 0
    before: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    provenance_id: int | None = None
    """Where its ledger is; None for a dry run."""

    def add(self, other: ImportTotals) -> None:
        """Counts further rows."""
        self.rows += other.rows
        self.outcomes += other.outcomes
        self.reasons += other.reasons


class TakenElsewhereError(EspalierError):
    """Another program takes the same list in at this moment."""


def try_list(
    database: Database,
    links: Links,
    found: LeadList,
    origin: ListOrigin,
    progress: Callable[[int], None] = lambda rows: None,
) -> ImportTotals:
    """What taking the list in would do; nothing is written."""
    totals = ImportTotals()
    rows = found.rows()
    seen: set[str] = set()
    while batch := list(islice(rows, BATCH)):
        with database.read() as session:
            blocked, known = _blocked(session, links, batch), _known(session, batch, origin)
        for row in batch:
            outcome = _outcome(row, blocked, known)
            if outcome == "added" and row.email:
                outcome = "known" if row.email in seen else outcome
                seen.add(row.email)
            _count(totals, row, outcome)
        progress(totals.rows)
    return totals


def import_list(
    database: Database,
    links: Links,
    found: LeadList,
    origin: ListOrigin,
    clock: Callable[[], datetime],
    progress: Callable[[int], None] = lambda rows: None,
    within: Callable[[Session, int, int], None] = lambda session, provenance_id, rows: None,
) -> ImportTotals:
    """Takes a list in, or goes on with one that was cut off. ``progress`` is told the rows done so far.

    ``within`` is called in each transaction with the number of the list's provenance and the rows done by its end;
    where it raises, that piece was not taken in. Raises TakenElsewhereError.
    """
    with database.write() as session:
        provenance_id, done = _begin(session, found, origin, clock())
        within(session, provenance_id, done)
    totals = ImportTotals(before=done)
    rows = found.rows(done)
    while batch := list(islice(rows, BATCH)):
        # Counted once it is committed.
        piece = ImportTotals()
        with database.write() as session:
            _hold(session, provenance_id, batch[0].number - 1, found)
            _take(session, links, batch, origin, provenance_id, clock(), piece)
            within(session, provenance_id, batch[-1].number)
        totals.add(piece)
        progress(totals.before + totals.rows)
    with database.write() as session:
        session.get_one(Provenance, provenance_id).finished_at = clock()
    totals.provenance_id = provenance_id
    return totals


def totals_of(session: Session, provenance_id: int) -> ImportTotals:
    """What became of all rows of a list that are done, as its ledger tells."""
    found = select(ImportRow.outcome, ImportRow.reason, func.count()).where(ImportRow.provenance_id == provenance_id)
    totals = ImportTotals(provenance_id=provenance_id)
    for outcome, reason, count in session.execute(found.group_by(ImportRow.outcome, ImportRow.reason)):
        totals.rows += count
        totals.outcomes[outcome] += count
        if reason:
            totals.reasons[reason] += count
    return totals


def campaign_of(session: Session, typed: str, member_id: str | None) -> int:
    """The campaign of that code. Raises EspalierError for one that is unknown, or another member's."""
    theirs = or_(Campaign.member_id.is_(None), Campaign.member_id.is_not_distinct_from(member_id))
    found: dict[str, int] = dict(session.execute(select(Campaign.code, Campaign.id).where(theirs)).all())
    code = catalogue.code_from_speech(typed) or typed
    if code not in found:
        hint = did_you_mean(code, list(found)) or "there are no campaigns yet"
        raise EspalierError(Fault(f'there is no campaign "{typed}" for these leads', hint=hint))
    return found[code]


def add_met(
    session: Session, links: Links, member_id: str | None, address: str, name: str | None, phone: str | None,
    interest: Interest, now: datetime,
) -> Lead | None:  # fmt: skip
    """Somebody whom a member met and writes down. None where the person wants no contact, or is another's already."""
    row = ListRow(1, identity(address), name, phone, interest)
    origin = ListOrigin(member_id)
    if _outcome(row, _blocked(session, links, [row]), _known(session, [row], origin)) != "added":
        return None
    provenance = Provenance(kind="met", member_id=member_id, at=now, finished_at=now, rows=1)
    session.add(provenance)
    session.flush()
    totals = ImportTotals()
    _take(session, links, [row], origin, provenance.id, now, totals)
    session.expire_all()
    return session.scalars(select(Lead).where(Lead.provenance_id == provenance.id)).one()


def totals_line(totals: ImportTotals) -> str:
    """The totals as one line."""
    parts = ", ".join(f"{totals.outcomes[name]} {name}" for name in OUTCOMES)
    why = ", ".join(f"{count} {reason}" for reason, count in sorted(totals.reasons.items()))
    return f"{totals.rows} rows: {parts}" + (f" ({why})" if why else "")


def _begin(session: Session, found: LeadList, origin: ListOrigin, now: datetime) -> tuple[int, int]:
    """The list's own row, and how many of its rows are done.

    It goes on with one that was cut off only where all that is said of it is the same. The rows that are done were read
    by those columns, and their leads came with that origin and campaign: other words later must not change theirs.
    """
    said = {**asdict(origin), "digest": found.meant, "kind": "list"}
    same = (getattr(Provenance, name).is_not_distinct_from(value) for name, value in said.items())
    cut_off = select(Provenance).where(*same, Provenance.finished_at.is_(None)).order_by(Provenance.id)
    row = session.scalars(cut_off).first()
    if row is None:
        row = Provenance(**said, file=found.name[:200], rows=0, at=now)
        session.add(row)
        session.flush()
    return row.id, row.rows


def _hold(session: Session, provenance_id: int, done: int, found: LeadList) -> None:
    """Keeps the list for this transaction, where nobody else has gone on with it. Raises TakenElsewhereError."""
    held = select(Provenance.rows).where(Provenance.id == provenance_id, Provenance.finished_at.is_(None))
    if session.scalar(held.with_for_update()) != done:
        hint = "wait until that is done; `capture import` then goes on by itself, or has nothing left to do"
        raise TakenElsewhereError(Fault("another program takes this list in", where=found.where, hint=hint))


_ADD_LEAD = insert_into(Lead, unless_there=True)
_ADD_DECISION = insert_into(Decision)


def _take(
    session: Session,
    links: Links,
    batch: list[ListRow],
    origin: ListOrigin,
    provenance_id: int,
    now: datetime,
    totals: ImportTotals,
) -> None:
    blocked, known = _blocked(session, links, batch), _known(session, batch, origin)
    host = hosts.active_host(session, origin.member_id)
    assignee = host.member.id if host.member else None
    session.flush()
    driver = Driver(session.connection(), gathers=True)
    # Taken before any lead is, as sign-ups do: so neither waits for what the other holds.
    chain = evidence.ChainHead(driver)
    chain.hold()
    outcomes: list[str] = []
    handles: dict[int, str] = {}
    for row in batch:
        outcome = _outcome(row, blocked, known)
        outcomes.append(outcome)
        if outcome != "added":
            continue
        assert row.email is not None
        handles[row.number] = uuid4().hex
        _ADD_LEAD.later(
            driver,
            member_id=origin.member_id,
            owner_id=origin.member_id,
            assignee_id=assignee,
            email=row.email,
            first_name=row.first_name,
            phone=row.phone,
            interest=row.interest.value,
            locale=host.home_locale,
            handle=handles[row.number],
            email_hash=links.email_hash(row.email),
            created_at=now,
            known_at=now,
            provenance_id=provenance_id,
            campaign_id=origin.campaign_id,
        )
        known.add(row.email)
    driver.flush()
    # Somebody may have signed up under this very member in between: then there is no lead of that handle.
    wanted = select(Lead.handle, Lead.id).where(Lead.handle.in_(handles.values()))
    numbers: dict[str, int] = {handle: number for handle, number in session.execute(wanted)}  # noqa: C416  rows
    lines = []
    decided = {"owner_id": origin.member_id, "assignee_id": assignee, "rule": "list", "at": now}
    for row, outcome in zip(batch, outcomes, strict=True):
        lead_id = numbers.get(handles[row.number]) if row.number in handles else None
        told = "known" if outcome == "added" and lead_id is None else outcome
        if lead_id is not None:
            saw = {"provenance": provenance_id, "row": row.number}
            _ADD_DECISION.later(driver, **chain.seal(Decision, {"lead_id": lead_id, "saw": saw, **decided}))
        line = {"provenance_id": provenance_id, "row": row.number, "outcome": told, "reason": row.reason}
        lines.append(line | {"lead_id": lead_id})
        _count(totals, row, told)
    driver.flush()
    chain.keep()
    session.execute(insert(ImportRow), lines)
    session.get_one(Provenance, provenance_id).rows = batch[-1].number


def _outcome(row: ListRow, blocked: set[str], known: set[str]) -> str:
    if row.reason is not None or row.email is None:
        return "refused"
    if row.email in blocked:
        return "suppressed"
    return "known" if row.email in known else "added"


def _count(totals: ImportTotals, row: ListRow, outcome: str) -> None:
    totals.rows += 1
    totals.outcomes[outcome] += 1
    if row.reason:
        totals.reasons[row.reason] += 1


def _blocked(session: Session, links: Links, batch: list[ListRow]) -> set[str]:
    """The addresses of these rows whose owners are not to be written to, for whatever reason."""
    email_hashes = {email_hash: row.email for row in batch if row.email for email_hash in links.email_hashes(row.email)}
    found = suppression.suppressed_among(session, list(email_hashes))
    return {address for email_hash, address in email_hashes.items() if email_hash in found and address}


def _known(session: Session, batch: list[ListRow], origin: ListOrigin) -> set[str]:
    """The addresses that are somebody's leads already, or wait for a confirmation under the same member."""
    addresses = [row.email for row in batch if row.email]
    mine = or_(Lead.known_at.is_not(None), Lead.member_id.is_not_distinct_from(origin.member_id))
    return set(session.scalars(select(Lead.email).where(Lead.email.in_(addresses), Lead.erased_at.is_(None), mine)))
