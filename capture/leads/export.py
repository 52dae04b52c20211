"""Exports leads as JSON or CSV for other programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import TextIO

from capture.base.spreadsheet import Value, write_table
from capture.models import Lead

COLUMNS = (
    "id",
    "email",
    "first_name",
    "interest",
    "member_id",
    "member_slug",
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
)
"""The fields of an exported lead. Page, locale, build, wording, campaign parameters and ``introducer`` (the answer to
"Who introduced you?") are those of the first sign-up; ``touches`` is the number of sign-ups; times are UTC, ISO
8601."""


def rows(leads: Iterable[Lead]) -> Iterator[dict[str, Value]]:
    """Yields one row for each lead, with the fields that ``COLUMNS`` names."""
    for lead in leads:
        first = lead.touches[0] if lead.touches else None  # imported leads have none
        utm = first.utm if first else {}
        yield {
            "id": lead.id,
            "email": lead.email,
            "first_name": lead.first_name,
            "interest": lead.interest,
            "member_id": lead.member_id,
            "member_slug": lead.member.slug if lead.member else None,
            "page": first.page if first else None,
            "locale": first.locale if first else None,
            "build_id": first.build_id if first else None,
            "consent_wording": first.consent.wording if first else None,
            "introducer": first.introducer if first else None,
            **{name: utm.get(name.removeprefix("utm_")) for name in COLUMNS if name.startswith("utm_")},
            "touches": len(lead.touches),
            "created_at": _moment(lead.created_at),
            "confirmed_at": _moment(lead.confirmed_at),
        }


def write_json(found: Iterable[Mapping[str, Value]], out: TextIO) -> None:
    """Writes the rows as a JSON array of objects, without collecting them in memory first."""
    out.write("[")
    for number, row in enumerate(found):
        out.write(("," if number else "") + "\n  " + json.dumps(row, ensure_ascii=False))
    out.write("\n]\n")


def write_csv(found: Iterable[Mapping[str, Value]], out: TextIO) -> None:
    """Writes the rows as CSV with a header. Cells are written so that no spreadsheet takes one for a formula."""
    write_table(COLUMNS, ((row[name] for name in COLUMNS) for row in found), out)


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None
