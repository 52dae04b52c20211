"""Stores rows that prove what happened, chained so that a later change is detected.

Sign-ups (touches), consents, activities of prospects and decisions about credit are only ever added. Each row has its
number in one common sequence and a seal: SHA-256 over the previous seal and the row's own values. Changing, removing or
inserting a row breaks the chain from there on. A person who can rewrite the whole database can rewrite the chain, too;
therefore ``capture audit`` prints the newest seal, which can be kept elsewhere and must occur in a later audit.

What identifies a person (address, name, campaign) is stored apart, in ``PersonalData``; the chain covers a salted
digest of it. Erasure destroys values and salt together: the digest then reveals nothing, and the chain stays valid.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from heapq import merge
from typing import Any

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from capture.base.prepared import Driver, Prepared, insert_into
from capture.models import Chain, ChainedRow, Consent, Decision, PersonalData, ProspectActivity, Touch

TABLES: tuple[type[ChainedRow], ...] = (Touch, Consent, ProspectActivity, Decision)
"""The tables whose rows form the chain of evidence."""

_NOT_COVERED = {"id", "seal"}

_written = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode
"""Encodes values as JSON text; equal values give equal text, in whatever order their keys are."""


_HEAD = Prepared(lambda insert: select(Chain.seq, Chain.seal).where(Chain.id == 1).with_for_update())
_MOVE = Prepared(
    lambda insert: update(Chain).where(Chain.id == 1).values(seq=bindparam("new_seq"), seal=bindparam("new_seal"))
)
_BEGIN = insert_into(Chain)


class ChainHead:
    """The end of the chain of evidence, for one transaction. It is locked once, and many rows can then be added.

    Call ``keep`` after the last row.
    """

    def __init__(self, driver: Driver) -> None:
        self._driver = driver
        self._kept: tuple[int, str] | None = None
        self._end = (0, "")

    def seal(self, table: type[ChainedRow], values: dict[str, Any]) -> dict[str, Any]:
        """Returns the values of the chain's next row, with the row's number and seal. The caller inserts the row."""
        if self._kept is None:
            self.hold()
        seq, before = self._end
        numbered = {**values, "seq": seq + 1}
        sealed = {**numbered, "seal": _seal(before, table, numbered)}
        self._end = sealed["seq"], sealed["seal"]
        return sealed

    def hold(self) -> None:
        """Locks the end of the chain of evidence: other transactions that add a row wait until this one ends."""
        found = _HEAD(self._driver)
        if not found:
            _BEGIN(self._driver, id=1, seq=0, seal="")
        seq, seal = found[0] if found else (0, "")
        self._kept = self._end = (seq, seal)

    def keep(self) -> None:
        """Stores the new end of the chain of evidence, if rows were added."""
        if self._kept is not None and self._kept != self._end:
            _MOVE(self._driver, new_seq=self._end[0], new_seal=self._end[1])
            self._kept = self._end


def append_to_chain(session: Session, row: ChainedRow) -> None:
    """Adds a row at the end of the chain of evidence and writes it. Other transactions that add rows wait meanwhile."""
    head = ChainHead(Driver.of(session))
    sealed = head.seal(type(row), _values(row))
    row.seq, row.seal = sealed["seq"], sealed["seal"]
    head.keep()
    session.add(row)
    session.flush()


def seal_of(before: str, row: ChainedRow) -> str:
    """Returns the seal that a row of evidence must have. ``before``: the seal of the previous row of the chain."""
    return _seal(before, type(row), _values(row))


def _values(row: ChainedRow) -> dict[str, Any]:
    return {column.key: getattr(row, column.key) for column in row.__table__.columns}


def _seal(before: str, table: type[ChainedRow], values: Mapping[str, Any]) -> str:
    """Returns a row's seal: SHA-256 over the previous seal and the row's columns, by their names in the database.

    The columns ``id`` and ``seal`` are left out: they are known only when the row is written.
    """
    covered = {name: _plain(values.get(key)) for name, key in _covered(table)}
    text = _written([before, table.__tablename__, covered])
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def _covered(table: type[ChainedRow]) -> tuple[tuple[str, str], ...]:
    columns = (column for column in table.__table__.columns if column.name not in _NOT_COVERED)
    return tuple(sorted((column.name, column.key) for column in columns))


def personal_data(
    email: str,
    first_name: str | None,
    utm: Mapping[str, str],
    introducer: str | None = None,
    campaign: str | None = None,
) -> dict[str, Any]:
    """Returns what a sign-up says about the person, with a new random salt, as values of a ``PersonalData`` row."""
    given = {"email": email, "first_name": first_name, "utm": dict(utm), "introducer": introducer, "campaign": campaign}
    return {"salt": secrets.token_hex(16), **given}


def personal_data_digest(about: Mapping[str, Any]) -> str:
    """Returns the salted digest of a sign-up's personal data, in hexadecimal (SHA-256).

    The chain of evidence covers this digest instead of the data.
    """
    values = [about["salt"], about["email"], about["first_name"], about["utm"]]
    if about["introducer"] is not None:  # rows from before the question was asked have no answer
        values.append(about["introducer"])
    if about["campaign"] is not None:  # nor a campaign; named, so that none can pass for an answer
        values.append({"campaign": about["campaign"]})
    text = _written(values)
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(slots=True)
class AuditReport:
    """The result of checking the chain of evidence.

    ``rows``: how many rows were checked; ``older``: how many rows are older than the chain and not covered;
    ``erased``: how many sign-ups have lost their personal data by an erasure; ``seal``: the newest seal; ``faults``:
    what is wrong, in plain words; empty if nothing was changed.
    """

    rows: int = 0
    older: int = 0
    erased: int = 0
    seal: str = ""
    faults: list[str] = field(default_factory=list)


def audit(session: Session, known: str | None = None) -> AuditReport:
    """Checks the chain of evidence from the first row to the last.

    ``known``: a seal that an earlier audit printed, which must occur in the chain; None to look for none.
    """
    report = AuditReport()
    before, expected = "", 1
    found_known = known is None
    for row in _in_order(session):
        name = f"{row.__tablename__} {row.id}"
        if row.seq != expected:
            report.faults.append(f"row number {expected} is missing before {name}")
            expected = row.seq or expected
        elif row.seal != seal_of(before, row):
            report.faults.append(f"{name} (number {row.seq}) was changed, or the row before it was")
        if isinstance(row, Touch):
            _check_particular(row, report)
        before, expected = row.seal or "", expected + 1
        found_known = found_known or before == known
        report.rows += 1
    head = session.get(Chain, 1)
    if head is not None and (head.seq, head.seal) != (expected - 1, before):
        report.faults.append(f"the chain ends at row number {expected - 1}, but {head.seq} rows were written")
    if not found_known:
        report.faults.append(f"the seal {known} does not occur: the chain was rewritten or cut")
    report.seal = before
    report.older = sum(
        session.scalar(select(func.count()).select_from(table).where(table.seq.is_(None))) or 0 for table in TABLES
    )
    return report


def _check_particular(touch: Touch, report: AuditReport) -> None:
    if touch.personal_data is None:
        report.erased += 1
    elif personal_data_digest(_told(touch.personal_data)) != touch.digest:
        report.faults.append(f"the personal data of touch {touch.id} were changed")


def _told(about: PersonalData) -> dict[str, Any]:
    return {name: getattr(about, name) for name in ("salt", "email", "first_name", "utm", "introducer", "campaign")}


def _in_order(session: Session) -> Iterator[ChainedRow]:
    streams = (
        session.scalars(
            select(table).where(table.seq.is_not(None)).order_by(table.seq).execution_options(yield_per=500)
        )
        for table in TABLES
    )
    yield from merge(*streams, key=lambda row: row.seq or 0)


def _plain(value: Any) -> Any:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value
