"""Leads as rows for other programs: JSON, CSV, and plain lines."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TextIO

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
"""What a row holds. Page, build, wording, campaign and ``introducer`` (the answer to "Who introduced you?") are those
of the first touch; times are UTC, ISO 8601."""

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""Spreadsheets take a cell that begins so for a formula (OWASP, CSV injection), some of them also where the sign has
the full width of East Asian text; a blank before it doesn't help."""

_BLANKS = " \u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\u200c\u200d"

Value = str | int | None


def rows(leads: Iterable[Lead]) -> Iterator[dict[str, Value]]:
    """One row for each lead."""
    for lead in leads:
        first = lead.touches[0] if lead.touches else None  # who came from a list never signed up
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
    """A list of objects, written as they come."""
    out.write("[")
    for number, row in enumerate(found):
        out.write(("," if number else "") + "\n  " + json.dumps(row, ensure_ascii=False))
    out.write("\n]\n")


def write_csv(found: Iterable[Mapping[str, Value]], out: TextIO) -> None:
    """A header and a line for each row; no cell can start a formula when a spreadsheet opens it."""
    write_table(COLUMNS, ((row[name] for name in COLUMNS) for row in found), out)


def write_table(header: Sequence[str], found: Iterable[Iterable[Value]], out: TextIO) -> None:
    """The same for any columns."""
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header)
    write_rows(found, out)


def write_rows(found: Iterable[Iterable[Value]], out: TextIO) -> None:
    """Only the lines."""
    writer = csv.writer(out, lineterminator="\r\n")
    for row in found:
        writer.writerow([harmless(value) for value in row])


def harmless(value: Value) -> str:
    """A cell as text, with an apostrophe before what a spreadsheet would run."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.lstrip(_BLANKS).startswith(_FORMULA_STARTS) else text


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None
