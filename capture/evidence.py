"""Rows that prove what happened, chained so that a later change shows.

Touches, consents, acts and decisions are only ever added. Each carries its number in one common sequence and a
seal: SHA-256 over the seal before it and the row's own values. Whoever changes, removes or slips in a row breaks
the chain from there on. Nobody who can rewrite the whole database is stopped by that, so ``capture audit`` prints
the newest seal: noted down elsewhere, it can be asked for later.

What tells who a person is (address, name, campaign) stands apart, in ``Particular``; the chain covers a salted
digest of it. Erasing destroys values and salt together: the digest then says nothing, and the chain still holds.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from heapq import merge
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from capture.models import Act, Chain, Consent, Decision, Particular, Sealed, Touch

TABLES: tuple[type[Sealed], ...] = (Touch, Consent, Act, Decision)
"""What is chained."""

_NOT_COVERED = {"id", "seal"}


def append(session: Session, row: Sealed) -> None:
    """Adds a row at the end of the chain and writes it. One transaction at a time can do so."""
    head = session.scalars(select(Chain).where(Chain.id == 1).with_for_update()).one_or_none()
    if head is None:
        head = Chain(id=1, seq=0, seal="")
        session.add(head)
    row.seq = head.seq + 1
    row.seal = seal_of(head.seal, row)
    head.seq, head.seal = row.seq, row.seal
    session.add(row)
    session.flush()


def seal_of(before: str, row: Sealed) -> str:
    """The seal of a row that follows the seal ``before``."""
    values = {column.key: getattr(row, column.key) for column in row.__table__.columns}
    covered = {name: _plain(value) for name, value in values.items() if name not in _NOT_COVERED}
    text = json.dumps([before, row.__tablename__, covered], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def particular(email: str, first_name: str | None, utm: Mapping[str, str], introducer: str | None = None) -> Particular:
    """What a touch told about a person, with a salt of its own."""
    salt = secrets.token_hex(16)
    return Particular(salt=salt, email=email, first_name=first_name, utm=dict(utm), introducer=introducer)


def digest(about: Particular) -> str:
    """The salted digest by which the chain covers it."""
    values = [about.salt, about.email, about.first_name, about.utm]
    if about.introducer is not None:  # rows that are older than the question have no such value
        values.append(about.introducer)
    text = json.dumps(values, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(slots=True)
class Report:
    """What an audit found. ``faults``: in plain words, empty when all is well."""

    rows: int = 0
    older: int = 0
    erased: int = 0
    seal: str = ""
    faults: list[str] = field(default_factory=list)


def audit(session: Session, known: str | None = None) -> Report:
    """Reads every row in its order and checks the chain. ``known``: a seal noted earlier, which must occur in it."""
    report = Report()
    before, expected = "", 1
    found_known = known is None
    for row in _in_order(session):
        name = f"{row.__tablename__} {row.id}"
        if row.seq != expected:
            report.faults.append(f"number {expected} is missing before {name}")
            expected = row.seq or expected
        elif row.seal != seal_of(before, row):
            report.faults.append(f"{name} (number {row.seq}) was changed, or what came before it was")
        if isinstance(row, Touch):
            _check_particular(row, report)
        before, expected = row.seal or "", expected + 1
        found_known = found_known or before == known
        report.rows += 1
    head = session.get(Chain, 1)
    if head is not None and (head.seq, head.seal) != (expected - 1, before):
        report.faults.append(f"the chain ends at number {expected - 1}, but {head.seq} rows were written")
    if not found_known:
        report.faults.append(f"the seal {known} does not occur: the chain was rewritten or cut")
    report.seal = before
    report.older = sum(
        session.scalar(select(func.count()).select_from(table).where(table.seq.is_(None))) or 0 for table in TABLES
    )
    return report


def _check_particular(touch: Touch, report: Report) -> None:
    if touch.particular is None:
        report.erased += 1
    elif digest(touch.particular) != touch.digest:
        report.faults.append(f"what touch {touch.id} tells about its person was changed")


def _in_order(session: Session) -> Iterator[Sealed]:
    streams = (
        session.scalars(
            select(table).where(table.seq.is_not(None)).order_by(table.seq).execution_options(yield_per=500)
        )
        for table in TABLES
    )
    yield from merge(*streams, key=lambda row: row.seq or 0)


def _plain(value: Any) -> Any:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value
