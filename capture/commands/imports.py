"""``capture import``: imports leads from a list."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from capture.base.tokens import Links
from capture.commands import installation, options
from capture.imports import answers, importing, list_file
from capture.imports.importing import ImportTotals, ListOrigin
from capture.imports.leaving import Question
from capture.imports.list_file import Imported
from capture.imports.lists import LeadList
from sitegen.terminal import progress_bar

SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--member", metavar="SLUG", help="The member the leads belong to; the company's own without it.")
@click.option("--campaign", metavar="CODE", help="The campaign of the new leads: the member's or the company's.")
@click.option("--vendor", help="Who collected or sold the list.")
@click.option("--obtained", metavar="DATE", type=click.DateTime(["%Y-%m-%d"]), help="The day it was obtained.")
@click.option("--wording", help="What the people agreed to when they gave their address.")
@click.option("--map", "mapping", metavar="FIELD=COLUMN", multiple=True, help="Which column a field is read from.")
@click.option("--market", metavar="COUNTRY", help="The country of local telephone numbers, such as IE.")
@click.option(
    "--word",
    "words",
    metavar="COLUMN:WORD=ANSWER",
    multiple=True,
    help="What an unknown word says about its people: yes (they may be written to), left, or skip.",
)
@click.option(
    "--separator", type=click.Choice(list(SEPARATORS)), help="What separates the cells, if it is not recognised."
)
@click.option("--yes", "sure", is_flag=True, help="Import without asking on a terminal first.")
@click.option("--dry-run", is_flag=True, help="Count the outcomes of an import, and write nothing.")
@options.as_json
def import_(
    file: Path,
    member: str | None,
    campaign: str | None,
    vendor: str | None,
    obtained: datetime | None,
    wording: str | None,
    mapping: tuple[str, ...],
    market: str | None,
    words: tuple[str, ...],
    separator: str | None,
    sure: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Import leads from a list: a CSV file with a header and one person per row.

    The import sends no mail, does not bring back people who left, and does not change whose lead a person is. The
    ledger has a line with the outcome of each row. People who left by the list's own columns of status or consent, or
    by the file's name, are put on the suppression list (docs/lists.md). People with an unknown word there are not
    taken in: the command lists the words, and --word says what one means. On a terminal it asks before it begins.

    If the import is interrupted, run the same command again: it continues with the next row. Unless vendor, day and
    wording are all given, the new leads may not be e-mailed.

    \b
    Example:
      capture import fair.csv --member ana --campaign fair7 --map "email=E-mail address" --dry-run
    """
    columns = _columns(mapping)
    settings = installation.settings()
    database = installation.existing_database(settings)
    obtained_on = obtained.date() if obtained else None
    origin = list_file.origin(
        database, member=member, campaign=campaign, vendor=vendor, obtained_on=obtained_on, wording=wording
    )
    region = list_file.region_of(database, origin, market)
    found = LeadList(file, columns, region, SEPARATORS[separator] if separator else None)
    found.answer(answers.read_answers(words, found.header, found.leaving))
    if not as_json:
        _print_meaning(found)
        if not (dry_run or sure) and on_terminal():
            click.confirm("import this list?", abort=True, err=True)
    with progress_bar("rows", silent=as_json) as show:
        total = None if as_json else found.survey.rows
        links, now = Links(settings.secret_keys), installation.now
        imported = list_file.import_list(
            database, links, found, origin, now, lambda rows: show(rows, total), dry_run=dry_run
        )
    if as_json:
        _print_json(imported, found.questions)
    else:
        _print(imported, origin, dry_run=dry_run)


def _columns(mapping: tuple[str, ...]) -> dict[str, str]:
    pairs = [each.partition("=") for each in mapping]
    if any(not column for _, _, column in pairs):
        raise click.UsageError("--map needs FIELD=COLUMN, such as --map email=Address")
    return {name.strip(): column for name, _, column in pairs}


def _print_meaning(found: LeadList) -> None:
    """Says, before anything is imported, what is read from which column and what decides who left."""
    read = ", ".join(f'{name} from "{column}"' for name, column in found.columns.items())
    click.echo(f"reads {read}", err=True)
    if found.proofs:
        kept = ", ".join(f'{name} from "{column}"' for name, column in found.proofs.items())
        click.echo(f"keeps of each consent {kept}", err=True)
    decides = found.leaving.described(found.header)
    click.echo(f"who left is said by: {', '.join(decides) or 'nothing in this list'}", err=True)
    market = found.region or "none; give one by --market if numbers lack their country code"
    click.echo(f"country of local telephone numbers: {market}", err=True)
    if questions := found.questions:
        click.echo("these rows are not taken in until you say what their words mean:", err=True)
        for line in answers.described(questions):
            click.echo(f"  {line}", err=True)


def _print(imported: Imported, origin: ListOrigin, *, dry_run: bool) -> None:
    if before := imported.run.before:
        click.echo(f"continued after row {before}: {importing.totals_line(imported.run)}")
        click.echo("the whole list: ", nl=False)
    click.echo(("would be: " if dry_run else "") + importing.totals_line(imported.whole))
    if imported.run.phones_lost:
        click.echo(
            f"{imported.run.phones_lost} telephone numbers were not kept: they cannot be dialled"
            " (--market COUNTRY for numbers without a country code)"
        )
    if not origin.proven:
        click.echo("vendor, day or wording is missing: the new leads may not be e-mailed")


def _print_json(imported: Imported, questions: Sequence[Question]) -> None:
    unknown = [
        {"column": each.column, "word": each.word, "rows": each.rows, "answers": each.answers} for each in questions
    ]
    whole = {"whole": _totals_json(imported.whole), "unknown_words": unknown}
    click.echo(json.dumps({**_totals_json(imported.run), "before": imported.run.before, **whole}))


def _totals_json(totals: ImportTotals) -> dict[str, Any]:
    counts = {name: totals.outcomes[name] for name in importing.OUTCOMES}
    counts["telephones_not_kept"] = totals.phones_lost
    return {"rows": totals.rows, **counts, "refused_because": totals.reasons}


def on_terminal() -> bool:
    """Returns True if a person can answer a question."""
    return sys.stdin.isatty()
