"""Tells where a lead comes from who did not sign up, in the lead's history and in the export of personal data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from capture.base.history import Event, Line, Rank, Reader, moment
from capture.base.personal import Personal, stays
from capture.base.words import Words
from capture.imports.erasing import cut_from_uploads
from capture.models import Lead, ListProof, Provenance, Upload


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought(Event):
    """An event of a lead's history: a list brought the lead, or a member met the person and entered them."""

    origin: Provenance

    def sentences(self) -> Iterator[str]:
        """Yields one sentence: the list that the lead came from, with vendor and day, or that a member met them."""
        origin = self.origin
        if origin.kind != "list":
            yield "A member met them and entered them."
            return
        vendor = f" of {origin.vendor}" if origin.vendor else ""
        day = f", obtained on {origin.obtained_on.isoformat()}" if origin.obtained_on else ""
        yield f'Came from list {origin.id}, "{origin.file}"{vendor}{day}.'

    def lines(self, words: Words, reader: Reader) -> Iterator[Line]:
        """Yields no line: on the lead's page, the decision about the credit already says where the lead comes from."""
        return iter(())

    def plain(self) -> None:
        """Returns None, because the person's export contains the lead's origin under ``came_from`` instead."""
        return


@dataclass(frozen=True, slots=True, kw_only=True)
class Proven(Event):
    """An event of a lead's history: a list says when, from where or to what the person agreed."""

    proof: ListProof

    def sentences(self) -> Iterator[str]:
        """Yields one sentence: what the list says, without network addresses."""
        said = {name: text for name, text in self.proof.said.items() if text and not name.endswith("_from")}
        parts = "; ".join(f'{name.replace("_", " ")}: "{text}"' for name, text in said.items())
        yield f"List {self.proof.provenance_id} says in row {self.proof.row}: {parts or 'a network address'}."

    def lines(self, words: Words, reader: Reader) -> Iterator[Line]:
        """Yields one line for staff, who answer for the company's consents; none for members."""
        if reader.member_id is None:
            said = ((words(f"office_proof_{name}"), text) for name, text in self.proof.said.items() if text)
            yield Line(words("office_proof"), "\n".join(f"{name}: {text}" for name, text in said))

    def plain(self) -> None:
        """Returns None, because the person's export contains it under ``list_says`` instead."""
        return


def events(session: Session, lead: Lead) -> Iterator[Event]:
    """Yields one event if the lead came from a list or a meeting, and one if a list says something about the consent;
    none if the person signed up."""
    origin = _origin(session, lead)
    if origin is not None:
        yield Brought(at=origin.at, order=(Rank.ORIGIN, origin.id), origin=origin)
    proof = session.get(ListProof, lead.id)
    if proof is not None:
        at = session.get_one(Provenance, proof.provenance_id).at
        yield Proven(at=at, order=(Rank.ORIGIN, proof.provenance_id), proof=proof)


def _origin(session: Session, lead: Lead) -> Provenance | None:
    return session.get(Provenance, lead.provenance_id) if lead.provenance_id else None


def _held(session: Session, lead: Lead) -> dict[str, Any]:
    """Returns the lead's origin for the person's export, under ``came_from``; None there if the person signed up."""
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


def _says(session: Session, lead: Lead) -> dict[str, Any]:
    """Returns what a list says about the person's consent, under ``list_says``; None there if no list does."""
    proof = session.get(ListProof, lead.id)
    return {"list_says": proof.said if proof else None}


def _forget_proof(session: Session, leads: Sequence[Lead], now: datetime) -> None:
    session.execute(delete(ListProof).where(ListProof.lead_id.in_([lead.id for lead in leads])))


def _in_no_lead(session: Session, lead: Lead) -> dict[str, Any]:
    """Returns nothing: the rows of a list that is not imported yet belong to no lead."""
    return {}


PERSONAL = (
    Personal((Provenance,), held=_held, forget=stays),
    Personal((ListProof,), held=_says, forget=_forget_proof),
    Personal((Upload,), held=_in_no_lead, forget=stays, erase=cut_from_uploads),
)
"""Exports the origin of a list (``Provenance``) and what it says about the consent (``ListProof``). Erasing a person
destroys the latter, keeps the origin, which names no person, and cuts the person out of uploaded files that are still
stored."""
