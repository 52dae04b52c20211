"""Turns members, build summaries and faults into the JSON that ``--json`` prints."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from sitegen.build.options import BuildSummary
    from sitegen.errors import Fault
    from sitegen.model import Member


def member_json(member: Member) -> dict[str, Any]:
    """Returns a member's values by the names of the roster's columns."""
    return {
        "id": member.id,
        "slug": member.slug,
        "name": member.name,
        "first_name": member.first_name,
        "email": member.email,
        "phone": member.phone,
        "photo": member.photo,
        "place": member.place,
        "tagline": member.tagline,
        "story": member.story,
        "links": [{"label": link.label, "url": link.url} for link in member.links],
        "sponsor": member.sponsor_id,
        "locale": member.locale,
        "market": member.market,
        "status": member.status.value,
        "joined": member.joined.isoformat() if member.joined else None,
        "timezone": member.timezone,
    }


def summary_json(summary: BuildSummary) -> dict[str, Any]:
    """Returns a build's summary with its faults and the pages that were not stamped."""
    plain = [{"page": key, "locale": locale, "why": why} for (key, locale), why in summary.unstamped.items()]
    return {**asdict(summary), "faults": [fault_json(fault) for fault in summary.faults], "unstamped": plain}


def fault_json(fault: Fault) -> dict[str, Any]:
    """Returns a fault's fields by name; ``where`` is text."""
    where = None if fault.where is None else str(fault.where)
    return {"where": where, "line": fault.line, "message": fault.message, "hint": fault.hint}


def print_list(objects: Iterator[dict[str, Any]]) -> None:
    """Prints objects as one JSON array, one per line, without holding all of them in memory."""
    click.echo("[", nl=False)
    for number, each in enumerate(objects):
        click.echo(("," if number else "") + "\n" + json.dumps(each, ensure_ascii=False), nl=False)
    click.echo("\n]")
