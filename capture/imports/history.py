"""Where a lead comes from that did not sign up, as its history and its person's export tell it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from capture.base.history import Event, Line, Rank, Reader, moment
from capture.base.personal import Personal, stays
from capture.base.words import Words
from capture.models import Lead, Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought(Event):
    """A list that the lead stood on, or a meeting with the member who wrote the person down."""

    origin: Provenance

    def sentences(self) -> Iterator[str]:
        """Yields the list with its vendor and day, or that the person was met."""
        origin = self.origin
        if origin.kind != "list":
            yield "A member met them and wrote them down."
            return
        vendor = f" of {origin.vendor}" if origin.vendor else ""
        day = f", obtained on {origin.obtained_on.isoformat()}" if origin.obtained_on else ""
        yield f'Came from list {origin.id}, "{origin.file}"{vendor}{day}.'

    def lines(self, words: Words, reader: Reader) -> Iterator[Line]:
        """Yields nothing: the decision that credits the lead says the same there."""
        return iter(())

    def plain(self) -> None:
        """Returns None: the export has the origin beside the history, under ``came_from``."""
        return


def events(session: Session, lead: Lead) -> Iterator[Brought]:
    """Yields the lead's origin, where there is one beside a sign-up."""
    origin = _origin(session, lead)
    if origin is not None:
        yield Brought(at=origin.at, order=(Rank.ORIGIN, origin.id), origin=origin)


def _origin(session: Session, lead: Lead) -> Provenance | None:
    return session.get(Provenance, lead.provenance_id) if lead.provenance_id else None


def _held(session: Session, lead: Lead) -> dict[str, Any]:
    """Returns where the address came from; None where the person signed up."""
    found = _origin(session, lead)
    if found is None:
        return {"came_from": None}
    values = {
        "kind": found.kind,
        "at": moment(found.at),
        "vendor": found.vendor,
        "obtained_on": found.obtained_on.isoformat() if found.obtained_on else None,
        "wording": found.wording,
        "file": found.file,
    }
    return {"came_from": values}


PERSONAL = (Personal((Provenance,), held=_held, forget=stays),)
"""A list's row stays when one of its people goes: it tells of the list."""
