"""Exports leads as JSON or CSV for other programs."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import TextIO

from sqlalchemy.orm import Session

from capture.base.spreadsheet import Value, harmless
from capture.leads import caseload, sources
from capture.models import Lead

_AT_ONCE = 500

_E164 = re.compile(r"\+[0-9]{4,15}")

COLUMNS = (
    "id",
    "email",
    "first_name",
    "phone",
    "interest",
    "stage",
    "lost_because",
    "due_on",
    "member_id",
    "member_slug",
    "owner_id",
    "assignee_id",
    "campaign",
    "source",
    "page",
    "locale",
    "build_id",
    "consent_wording",
    "introducer",
    "utm_source",
    "utm_medium",
    "utm_campaign",
    "utm_term",
    "utm_content",
    "touches",
    "created_at",
    "confirmed_at",
    "withdrawn_at",
    "may_be_mailed",
    "why_not",
)
"""The fields of an exported lead; later versions may add some, and neither rename nor remove one. ``phone`` is E.164;
``campaign`` a code; ``source`` "own" (a sign-up), "list" or "met"; ``owner_id`` is the member who is credited and
``assignee_id`` who follows up (none: the company); ``may_be_mailed`` is "yes" or "no", and ``why_not`` a reason of
``caseload.why_unmailable``. Page, locale, build, wording, campaign parameters and ``introducer`` (the answer to "Who
introduced you?") are those of the first sign-up; ``touches`` is the number of sign-ups; times are UTC, ISO 8601."""


def rows(session: Session, keys: Sequence[bytes], leads: Iterable[Lead], now: datetime) -> Iterator[dict[str, Value]]:
    """Yields one row for each lead, with the fields that ``COLUMNS`` names. Asks the suppression list once for many."""
    waiting = iter(leads)
    while part := list(islice(waiting, _AT_ONCE)):
        refused = caseload.why_unmailable(session, keys, part, now)
        yield from (_row(lead, refused.get(lead.id)) for lead in part)


def _row(lead: Lead, why_not: str | None) -> dict[str, Value]:
    return (
        _person(lead)
        | _first_sign_up(lead)
        | {
            "touches": len(lead.touches),
            "created_at": _moment(lead.created_at),
            "confirmed_at": _moment(lead.confirmed_at),
            "withdrawn_at": _moment(lead.withdrawn_at),
            "may_be_mailed": "no" if why_not else "yes",
            "why_not": why_not,
        }
    )


def _person(lead: Lead) -> dict[str, Value]:
    return {
        "id": lead.id,
        "email": lead.email,
        "first_name": lead.first_name,
        "phone": lead.phone,
        "interest": lead.interest,
        "stage": lead.stage,
        "lost_because": lead.lost_because,
        "due_on": lead.due_on.isoformat() if lead.due_on else None,
        "member_id": lead.member_id,
        "member_slug": lead.member.slug if lead.member else None,
        "owner_id": lead.owner_id,
        "assignee_id": lead.assignee_id,
        "campaign": lead.campaign.code if lead.campaign else None,
        "source": lead.provenance.kind if lead.provenance else sources.OWN,
    }


def _first_sign_up(lead: Lead) -> dict[str, Value]:
    first = lead.touches[0] if lead.touches else None  # imported leads have none
    utm = first.utm if first else {}
    return {
        "page": first.page if first else None,
        "locale": first.locale if first else None,
        "build_id": first.build_id if first else None,
        "consent_wording": first.consent.wording if first else None,
        "introducer": first.introducer if first else None,
        **{name: utm.get(name.removeprefix("utm_")) for name in COLUMNS if name.startswith("utm_")},
    }


def write_json(found: Iterable[Mapping[str, Value]], out: TextIO) -> None:
    """Writes the rows as a JSON array of objects, without collecting them in memory first."""
    out.write("[")
    for number, row in enumerate(found):
        out.write(("," if number else "") + "\n  " + json.dumps(row, ensure_ascii=False))
    out.write("\n]\n")


def write_csv(found: Iterable[Mapping[str, Value]], out: TextIO) -> None:
    """Writes the rows as CSV with a header. Cells are written so that no spreadsheet takes one for a formula; telephone
    numbers, of which only digits follow the plus sign, are left as they are."""
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in found:
        writer.writerow([_cell(name, row[name]) for name in COLUMNS])


def _cell(name: str, value: Value) -> str:
    # E.164 is no formula that could do anything: a spreadsheet reads it as a number.
    untouched = name == "phone" and _E164.fullmatch(str(value))
    return str(value) if untouched else harmless(value)


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None
