"""Leads from lists: bought, brought along from another system, or gathered at a fair.

A list is read as a stream and taken in piece by piece, each in one transaction with its lines of the ledger; a list
that was cut off goes on where it stopped. Each row gets a line that says what became of it, so the totals add up.
Nobody on a list is mailed by taking them in, nobody who left is brought back, and whose lead somebody is already
does not change.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import uuid4

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from sqlalchemy import insert, or_, select
from sqlalchemy.orm import Session

from capture import hosts
from capture.credit import evidence
from capture.db import Database
from capture.directory import EspalierError, Fault, Interest, did_you_mean
from capture.limits.canonical import identity
from capture.mailing import suppression
from capture.models import Decision, Lead, Ledger, Provenance
from capture.prepared import Driver, insert_into
from capture.tokens import Links

BATCH = 500
"""Rows of one transaction: a sign-up that comes meanwhile waits for no more."""

LONGEST_NAME = 100

FIELDS: Mapping[str, tuple[str, ...]] = {
    "email": ("email", "e-mail", "e mail", "mail", "email address", "correo", "correo electrónico"),
    "first_name": ("first_name", "first name", "firstname", "name", "nombre"),
    "phone": ("phone", "telephone", "mobile", "tel", "teléfono", "móvil"),
    "interest": ("interest", "interés"),
}
"""What a list may tell of a person, and what lists call it. All other columns are left alone."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


@dataclass(frozen=True, slots=True)
class Origin:
    """What is known of a list. ``member_id`` None: the leads are the company's own."""

    member_id: str | None
    vendor: str | None = None
    obtained_on: date | None = None
    wording: str | None = None

    @property
    def proven(self) -> bool:
        """Whether all that mail to them would need is known."""
        return bool(self.vendor and self.obtained_on and self.wording)


@dataclass
class Totals:
    """What became of a list's rows: added, known, suppressed, refused. ``before``: rows done by an earlier run."""

    rows: int = 0
    before: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class _Row:
    number: int
    email: str | None = None
    first_name: str | None = None
    phone: str | None = None
    interest: Interest = Interest.BOTH
    reason: str | None = None
    """Why it cannot be taken in; None: it can."""


class List:
    """A CSV file with a header. ``mapping``: field to column, for headers that explain themselves to nobody.

    Raises EspalierError for a file that cannot be read, or whose columns cannot be told apart.
    """

    def __init__(self, path: Path, mapping: Mapping[str, str] | None = None) -> None:
        self.path = path
        try:
            with path.open("rb") as file:
                self.digest = hashlib.file_digest(file, "sha256").hexdigest()
            with path.open(newline="", encoding="utf-8-sig") as lines:
                header = next(csv.reader(lines), [])
        except OSError as error:
            raise EspalierError(Fault(f"cannot be read: {error.strerror}", where=path)) from error
        except (UnicodeDecodeError, csv.Error) as error:
            raise EspalierError(Fault("this is not CSV in UTF-8", where=path, hint="save it as CSV UTF-8")) from error
        self._columns = _columns(header, mapping or {}, path)

    @property
    def columns(self) -> Mapping[str, str]:
        """The fields that were found, and the columns they are read from."""
        return dict(self._columns)

    def rows(self, after: int = 0) -> Iterator[_Row]:
        """The rows below the header, those behind the first ``after``."""
        try:
            with self.path.open(newline="", encoding="utf-8-sig", errors="replace") as lines:
                for number, cells in enumerate(csv.DictReader(lines, restval=""), 1):
                    if number > after:
                        yield self._row(number, cells)
        except (OSError, csv.Error) as error:
            raise EspalierError(Fault(f"cannot be read any further: {error}", where=self.path)) from error

    def _row(self, number: int, cells: Mapping[str | None, Any]) -> _Row:
        told = {name: str(cells.get(column) or "").strip() for name, column in self._columns.items()}
        if not all(map(can_be_shown, told.values())):
            return _Row(number, reason="unreadable")
        if not told["email"]:
            return _Row(number, reason="no address")
        try:
            address = validate_email(told["email"], check_deliverability=False).normalized
        except EmailNotValidError:
            return _Row(number, reason="not an address")
        name = " ".join(told.get("first_name", "").split())[:LONGEST_NAME]
        interest = told.get("interest", "").lower()
        asks = Interest(interest) if interest in set(Interest) else Interest.BOTH
        return _Row(number, address, name or None, phone(told.get("phone", "")), asks)


def dry_run(database: Database, links: Links, found: List, origin: Origin) -> Totals:
    """What taking the list in would do; nothing is written."""
    totals = Totals()
    rows = found.rows()
    seen: set[str] = set()
    while batch := list(islice(rows, BATCH)):
        with database.read() as session:
            blocked, known = _blocked(session, links, batch), _known(session, batch, origin)
        for row in batch:
            outcome = _outcome(row, blocked, known | seen)
            seen |= {row.email} if row.email else set()
            _count(totals, row, outcome)
    return totals


def take_in(
    database: Database,
    links: Links,
    found: List,
    origin: Origin,
    clock: Callable[[], datetime],
    progress: Callable[[int], None] = lambda rows: None,
) -> Totals:
    """Takes a list in, or goes on with one that was cut off. ``progress`` is told the rows done so far."""
    with database.write() as session:
        provenance_id, done = _begin(session, found, origin, clock())
    totals = Totals(before=done)
    rows = found.rows(done)
    while batch := list(islice(rows, BATCH)):
        with database.write() as session:
            _take(session, links, batch, origin, provenance_id, clock(), totals)
        progress(totals.before + totals.rows)
    with database.write() as session:
        session.get_one(Provenance, provenance_id).finished_at = clock()
    return totals


def add_met(
    session: Session, links: Links, member_id: str | None, address: str, name: str | None, phone: str | None,
    interest: Interest, now: datetime,
) -> Lead | None:  # fmt: skip
    """Somebody whom a member met and writes down. None where the person wants no contact, or is another's already."""
    row = _Row(1, identity(address), name, phone, interest)
    origin = Origin(member_id)
    if _outcome(row, _blocked(session, links, [row]), _known(session, [row], origin)) != "added":
        return None
    provenance = Provenance(kind="met", member_id=member_id, at=now, finished_at=now, rows=1)
    session.add(provenance)
    session.flush()
    totals = Totals()
    _take(session, links, [row], origin, provenance.id, now, totals)
    session.expire_all()
    return session.scalars(select(Lead).where(Lead.provenance_id == provenance.id)).one()


def line(totals: Totals) -> str:
    """The totals as one line."""
    parts = ", ".join(f"{totals.outcomes[name]} {name}" for name in ("added", "known", "suppressed", "refused"))
    why = ", ".join(f"{count} {reason}" for reason, count in sorted(totals.reasons.items()))
    return f"{totals.rows} rows: {parts}" + (f" ({why})" if why else "")


def _begin(session: Session, found: List, origin: Origin, now: datetime) -> tuple[int, int]:
    """The list's own row, and how many of its rows are done."""
    same = (
        Provenance.digest == found.digest,
        Provenance.member_id.is_not_distinct_from(origin.member_id),
        Provenance.finished_at.is_(None),
    )
    row = session.scalars(select(Provenance).where(*same)).first()
    if row is None:
        row = Provenance(kind="list", member_id=origin.member_id, digest=found.digest, rows=0, at=now)
        row.file = found.path.name[:200]
        session.add(row)
    row.vendor, row.obtained_on, row.wording = origin.vendor, origin.obtained_on, origin.wording
    session.flush()
    return row.id, row.rows


_ADD_LEAD = insert_into(Lead, "id", unless_there=True)
_ADD_DECISION = insert_into(Decision)


def _take(
    session: Session,
    links: Links,
    batch: list[_Row],
    origin: Origin,
    provenance_id: int,
    now: datetime,
    totals: Totals,
) -> None:
    driver = Driver.of(session)
    blocked, known = _blocked(session, links, batch), _known(session, batch, origin)
    host = hosts.serving(session, origin.member_id)
    servicer = host.member.id if host.member else None
    chain = evidence.Head(driver)
    lines = []
    for row in batch:
        outcome = _outcome(row, blocked, known)
        lead_id = None
        if outcome == "added":
            assert row.email is not None
            added = _ADD_LEAD(
                driver,
                member_id=origin.member_id,
                owner_id=origin.member_id,
                servicer_id=servicer,
                email=row.email,
                first_name=row.first_name,
                phone=row.phone,
                interest=row.interest.value,
                locale=host.home_locale,
                handle=uuid4().hex,
                mark=links.fingerprint(row.email),
                created_at=now,
                known_at=now,
                provenance_id=provenance_id,
            )
            # Somebody may have signed up under this very member in between.
            outcome, lead_id = ("added", added[0][0]) if added else ("known", None)
            known.add(row.email)
        if lead_id is not None:
            values = {"owner_id": origin.member_id, "servicer_id": servicer, "rule": "list", "at": now}
            saw = {"provenance": provenance_id, "row": row.number}
            _ADD_DECISION(driver, **chain.seal(Decision, {"lead_id": lead_id, "saw": saw, **values}))
        lines.append(
            {"provenance_id": provenance_id, "row": row.number, "outcome": outcome, "reason": row.reason}
            | {"lead_id": lead_id}
        )
        _count(totals, row, outcome)
    chain.keep()
    session.execute(insert(Ledger), lines)
    session.get_one(Provenance, provenance_id).rows = batch[-1].number


def _outcome(row: _Row, blocked: set[str], known: set[str]) -> str:
    if row.reason is not None or row.email is None:
        return "refused"
    if row.email in blocked:
        return "suppressed"
    return "known" if row.email in known else "added"


def _count(totals: Totals, row: _Row, outcome: str) -> None:
    totals.rows += 1
    totals.outcomes[outcome] += 1
    if row.reason:
        totals.reasons[row.reason] += 1


def _blocked(session: Session, links: Links, batch: list[_Row]) -> set[str]:
    """The addresses of these rows whose owners are not to be written to, for whatever reason."""
    marks = {mark: row.email for row in batch if row.email for mark in links.fingerprints(row.email)}
    found = suppression.among(session, list(marks))
    return {address for mark, address in marks.items() if mark in found and address}


def _known(session: Session, batch: list[_Row], origin: Origin) -> set[str]:
    """The addresses that are somebody's leads already, or wait for a confirmation under the same member."""
    addresses = [row.email for row in batch if row.email]
    mine = or_(Lead.known_at.is_not(None), Lead.member_id.is_not_distinct_from(origin.member_id))
    return set(session.scalars(select(Lead.email).where(Lead.email.in_(addresses), Lead.erased_at.is_(None), mine)))


def _columns(header: list[str], mapping: Mapping[str, str], path: Path) -> dict[str, str]:
    names = {cell.strip().lower(): cell for cell in header}
    found: dict[str, str] = {}
    faults = []
    for name, column in mapping.items():
        if name not in FIELDS:
            hint = did_you_mean(name, list(FIELDS)) or f"one of: {', '.join(FIELDS)}"
            faults.append(Fault(f'"{name}" is nothing that a list can tell', where=path, line=1, hint=hint))
        elif column.strip().lower() not in names:
            hint = did_you_mean(column, header) or f"its columns are: {', '.join(header)}"
            faults.append(Fault(f'there is no column "{column}"', where=path, line=1, hint=hint))
        else:
            found[name] = names[column.strip().lower()]
    for name, aliases in FIELDS.items():
        if name not in found and name not in mapping:
            found |= next(({name: names[alias]} for alias in aliases if alias in names), {})
    if "email" not in found and not faults:
        hint = f'say which one it is: --map "email=…"; its columns are: {", ".join(header) or "none"}'
        faults.append(Fault("no column holds e-mail addresses", where=path, line=1, hint=hint))
    if faults:
        raise EspalierError(*faults)
    return found


def phone(text: str) -> str | None:
    """In E.164 where it can be read with its country code; None otherwise."""
    try:
        number = phonenumbers.parse(text, None)
    except phonenumbers.NumberParseException:
        return None
    valid = phonenumbers.is_possible_number(number)
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)) if valid else None


def can_be_shown(text: str) -> bool:
    """False for text with characters that nobody can see, or that turn what follows around."""
    return _CONTROL.search(text) is None
