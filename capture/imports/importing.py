"""Imports leads from lists: bought, from another system, or collected at a fair.

A list is read as a stream. Each batch of rows is stored in one transaction, together with the result of each row (the
ledger), so an interrupted import continues after the last stored row and no row is missing in the totals. An import
sends no mail, adds no one from the suppression list, and does not change which member a lead belongs to. If a person is
a lead already, under any spelling of the address, the import fills in a name, a telephone number and what the list says
about the consent, but only where there was none.

If the list says that a person unsubscribed or that mail to them came back, the person is not added but put on the
suppression list, and a lead that an earlier list brought is withdrawn. A person who confirmed a sign-up with us stays,
since their own confirmation counts more than a list.
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
from capture.campaigns.spoken_codes import code_from_speech
from capture.company import hosts
from capture.company.generator import Interest
from capture.credit import evidence
from capture.imports import departures, filling, member_view
from capture.imports.lists import LeadList, ListRow
from capture.imports.vocabulary import Standing
from capture.mailing import suppression
from capture.models import Campaign, Decision, ImportRow, Lead, Provenance
from capture.models.searching import search_text
from sitegen.errors import EspalierError, Fault, did_you_mean

BATCH = 500
"""The most rows that one transaction imports. A sign-up during an import waits for at most one such transaction."""

OUTCOMES = ("added", "known", "left", "suppressed", "refused")


@dataclass(frozen=True, slots=True)
class ListOrigin:
    """Where a list of people comes from, and whose leads they become. ``member_id`` None: the company's."""

    member_id: str | None
    vendor: str | None = None
    obtained_on: date | None = None
    wording: str | None = None
    campaign_id: int | None = None
    """The campaign that new leads from the list are counted under; None for no campaign."""

    @property
    def proven(self) -> bool:
        """True if vendor, day and wording are all known. Otherwise the list's leads may not be mailed (quarantine)."""
        return bool(self.vendor and self.obtained_on and self.wording)


@dataclass
class ImportTotals:
    """The numbers of a list's rows that an import or a dry run processed, by outcome and, for refused rows, by reason.

    ``outcomes``: by the names in ``OUTCOMES``. ``before``: rows that an earlier, interrupted run stored; ``rows`` does
    not include them.
    """

    rows: int = 0
    before: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    told: Counter[str] = field(default_factory=Counter)
    """The numbers by the outcomes that the list's member is told (``member_view.TOLD``); empty for the company's."""
    phones_lost: int = 0
    """How many rows had a telephone number, but none that can be dialled; counted in this run only."""
    provenance_id: int | None = None
    """The id of the ``Provenance`` row that stores the list's origin; None for a dry run."""

    def add(self, other: ImportTotals) -> None:
        """Adds the numbers of another batch of rows to these totals."""
        self.rows += other.rows
        self.outcomes += other.outcomes
        self.reasons += other.reasons
        self.told += other.told
        self.phones_lost += other.phones_lost


class TakenElsewhereError(EspalierError):
    """The list cannot be imported, because another process is importing it."""


def try_list(
    database: Database,
    links: Links,
    found: LeadList,
    origin: ListOrigin,
    now: datetime,
    progress: Callable[[int], None] = lambda rows: None,
) -> ImportTotals:
    """Makes a dry run: returns the totals that an import of the list would give, and stores nothing.

    ``progress`` is called after each batch with the number of rows checked so far.
    """
    totals = ImportTotals()
    rows = found.rows()
    seen: set[str] = set()
    left: set[str] = set()
    while batch := list(islice(rows, BATCH)):
        with database.read() as session:
            people = _People.of(session, links, batch, origin, now, left)
        for row in batch:
            outcome = people.outcome(row)
            if outcome == "added" and row.email:
                outcome = "known" if row.email in seen else outcome
                seen.add(row.email)
            _count(totals, row, outcome, people.told(row))
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
    """Imports a list, or continues an interrupted import. Returns the totals of this run.

    ``progress`` is called after each batch with the number of rows done so far. ``within`` is called inside each
    transaction with the id of the list's ``Provenance`` and the number of rows done after it; if ``within`` raises, the
    batch is rolled back. Raises TakenElsewhereError if another process imports the same list.
    """
    with database.write() as session:
        provenance_id, done = _begin(session, found, origin, clock())
        within(session, provenance_id, done)
    totals = ImportTotals(before=done)
    rows = found.rows(done)
    while batch := list(islice(rows, BATCH)):
        # The totals count a batch only after its commit.
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
    """Returns the totals of all rows of a list that were imported so far, counted from the rows' stored results."""
    kinds = (ImportRow.outcome, ImportRow.reason, ImportRow.told)
    found = select(*kinds, func.count()).where(ImportRow.provenance_id == provenance_id).group_by(*kinds)
    totals = ImportTotals(provenance_id=provenance_id)
    for outcome, reason, told, count in session.execute(found):
        totals.rows += count
        totals.outcomes[outcome] += count
        if told:
            totals.told[told] += count
        if reason:
            totals.reasons[reason] += count
    return totals


def campaign_of(session: Session, typed: str, member_id: str | None) -> int:
    """Returns the id of the campaign with the typed code, of the company or of this member.

    Raises EspalierError if neither has a campaign with this code.
    """
    theirs = or_(Campaign.member_id.is_(None), Campaign.member_id.is_not_distinct_from(member_id))
    found: dict[str, int] = dict(session.execute(select(Campaign.code, Campaign.id).where(theirs)).all())
    code = code_from_speech(typed) or typed
    if code not in found:
        hint = did_you_mean(code, list(found)) or "there are no campaigns yet"
        raise EspalierError(Fault(f'there is no campaign "{typed}" for these leads', hint=hint))
    return found[code]


def add_met(
    session: Session, links: Links, member_id: str | None, address: str, name: str | None, phone: str | None,
    interest: Interest, now: datetime,
) -> Lead | None:  # fmt: skip
    """Stores a person whom a member met as a lead, and returns the lead.

    Returns None, and stores nothing, if the address is on the suppression list or the person is a lead already.
    """
    row = ListRow(1, identity(address), name, phone, interest)
    origin = ListOrigin(member_id)
    if _People.of(session, links, [row], origin, now).outcome(row) != "added":
        return None
    provenance = Provenance(kind="met", member_id=member_id, at=now, finished_at=now, rows=1)
    session.add(provenance)
    session.flush()
    totals = ImportTotals()
    _take(session, links, [row], origin, provenance.id, now, totals)
    session.expire_all()
    return session.scalars(select(Lead).where(Lead.provenance_id == provenance.id)).one()


def totals_line(totals: ImportTotals) -> str:
    """Returns an import's totals as one line of English text, for the log and the command line."""
    parts = ", ".join(f"{totals.outcomes[name]} {name}" for name in OUTCOMES)
    why = ", ".join(f"{count} {reason}" for reason, count in sorted(totals.reasons.items()))
    return f"{totals.rows} rows: {parts}" + (f" ({why})" if why else "")


def _begin(session: Session, found: LeadList, origin: ListOrigin, now: datetime) -> tuple[int, int]:
    """Begins or continues the import of a list. Returns the id of its ``Provenance`` row and how many rows are done.

    An interrupted import is continued only if file, columns, origin and campaign are the same, since the rows already
    stored were read with these. Otherwise a new ``Provenance`` is created.
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
    """Locks the list for this transaction. Raises TakenElsewhereError if another process stored more of its rows."""
    held = select(Provenance.rows).where(Provenance.id == provenance_id, Provenance.finished_at.is_(None))
    if session.scalar(held.with_for_update()) != done:
        hint = "wait until it ends and run `capture import` again: it continues, or has nothing left to do"
        raise TakenElsewhereError(Fault("another process is importing this list", where=found.where, hint=hint))


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
    people = _People.of(session, links, batch, origin, now, provenance_id=provenance_id)
    host = hosts.active_host(session, origin.member_id)
    assignee = host.member.id if host.member else None
    session.flush()
    driver = Driver(session.connection(), gathers=True)
    # Locked before any lead is, as sign-ups do, so that the two cannot deadlock.
    chain = evidence.ChainHead(driver)
    chain.hold()
    outcomes: list[str] = []
    handles: dict[int, str] = {}
    for row in batch:
        outcome = people.outcome(row)
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
            search=search_text(row.email, row.first_name),
            created_at=now,
            known_at=now,
            provenance_id=provenance_id,
            campaign_id=origin.campaign_id,
        )
        people.known.add(row.email)
    driver.flush()
    # A person may have signed up under the same member meanwhile: then no lead has the handle made here.
    wanted = select(Lead.handle, Lead.id).where(Lead.handle.in_(handles.values()))
    numbers: dict[str, int] = {handle: number for handle, number in session.execute(wanted)}  # noqa: C416  rows
    lines = []
    decided = {"owner_id": origin.member_id, "assignee_id": assignee, "rule": "list", "at": now}
    for row, outcome in zip(batch, outcomes, strict=True):
        lead_id = numbers.get(handles[row.number]) if row.number in handles else None
        found = "known" if outcome == "added" and lead_id is None else outcome
        if lead_id is not None:
            saw = {"provenance": provenance_id, "row": row.number}
            _ADD_DECISION.later(driver, **chain.seal(Decision, {"lead_id": lead_id, "saw": saw, **decided}))
        line = {"provenance_id": provenance_id, "row": row.number, "outcome": found, "reason": row.reason}
        lines.append(line | {"told": people.told(row), "lead_id": lead_id})
        _count(totals, row, found, people.told(row))
    driver.flush()
    chain.keep()
    gone = [
        row for row, told in zip(batch, outcomes, strict=True) if row.standing > Standing.UNCLEAR and told != "refused"
    ]
    departures.record(session, links, gone, people.stay, origin.member_id, now)
    taken = [row for row, told in zip(batch, outcomes, strict=True) if told in ("added", "known")]
    filling.fill_in(session, links, taken, origin.member_id, provenance_id)
    session.execute(insert(ImportRow), lines)
    session.get_one(Provenance, provenance_id).rows = batch[-1].number


@dataclass
class _People:
    """What is known about the people in a batch of rows. ``blocked``: the addresses on the suppression list; ``known``:
    those that are leads already; ``stay``: those on whom the list has no say; ``left``: the hashes of those who left
    by the rows so far; ``own``: what the list's member sees already (``member_view.own_among``), None for the company's
    list."""

    links: Links
    blocked: set[str]
    known: set[str]
    stay: set[str]
    left: set[str]
    own: dict[str, bool] | None

    @classmethod
    def of(
        cls, session: Session, links: Links, batch: list[ListRow], origin: ListOrigin, now: datetime,
        left: set[str] | None = None, provenance_id: int | None = None,
    ) -> _People:  # fmt: skip
        """Looks the people of a batch up. ``left``: who left by earlier rows, where nothing was stored of them.
        ``provenance_id``: of the list itself, if it is being imported."""
        addresses = [row.email for row in batch if row.email]
        blocked = set(suppression.reasons_by_address(session, links.address_keys, addresses, now))
        gone = [row.email for row in batch if row.email and row.standing > Standing.UNCLEAR]
        stay = departures.staying_among(session, links, gone, origin.member_id)
        left = set() if left is None else left
        left.update(links.email_hash(each) for each in gone if each not in stay)
        own = member_view.own_among(session, addresses, origin.member_id, provenance_id) if origin.member_id else None
        return cls(links, blocked, _known(session, batch, origin), stay, left, own)

    def outcome(self, row: ListRow) -> str:
        """Returns what becomes of a row."""
        if row.reason is not None or row.email is None:
            return "refused"
        if row.email in self.blocked:
            return "suppressed"
        if row.standing > Standing.UNCLEAR:
            return "known" if row.email in self.stay else "left"
        if self.left and self.links.email_hash(row.email) in self.left:
            return "suppressed"
        return "known" if row.email in self.known else "added"

    def told(self, row: ListRow) -> str | None:
        """Returns the outcome that the list's member is told; None for the company's list."""
        return None if self.own is None else member_view.told(row, self.own)


def _count(totals: ImportTotals, row: ListRow, outcome: str, told: str | None) -> None:
    totals.rows += 1
    if told:
        totals.told[told] += 1
    # By what the member is told, or else this number would tell who wants no contact.
    totals.phones_lost += row.phone_lost and (told or outcome) in ("accepted", "added", "known")
    totals.outcomes[outcome] += 1
    if row.reason:
        totals.reasons[row.reason] += 1


def _known(session: Session, batch: list[ListRow], origin: ListOrigin) -> set[str]:
    """Returns the addresses in these rows that are known already: leads that any member or the company can see, or
    sign-ups with this member that are not confirmed yet."""
    addresses = [row.email for row in batch if row.email]
    mine = or_(Lead.known_at.is_not(None), Lead.member_id.is_not_distinct_from(origin.member_id))
    return set(session.scalars(select(Lead.email).where(Lead.email.in_(addresses), Lead.erased_at.is_(None), mine)))
