"""``capture leads``: lists or exports leads."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable, Mapping

import click
from rich.console import Console
from rich.table import Table

from capture.base.spreadsheet import Value
from capture.base.tokens import Links
from capture.commands import installation, options
from capture.leads import export, queries


@click.command(name="leads")
@click.option("--member", metavar="SLUG", help="Only the leads of the member with this slug.")
@options.as_json
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV that is safe to open in a spreadsheet.")
def leads_(member: str | None, as_json: bool, as_csv: bool) -> None:
    """List the leads in the order in which they signed up or were imported.

    --json and --csv are complete and meant for programs: telephones in E.164, times in UTC (ISO 8601), and whether each
    lead may be mailed, and why not. Later versions may add columns, and rename or remove none. The office's leads.csv
    is the form for spreadsheets.

    \b
    Examples:
      capture leads --member ana
      capture leads --csv > leads.csv
    """
    if as_json and as_csv:
        raise click.UsageError("choose one of --json and --csv")
    settings = installation.settings()
    database = installation.existing_database(settings)
    with database.read() as session:
        keys = Links(settings.secret_keys).address_keys
        found = export.rows(session, keys, queries.stream_leads(session, member), installation.now())
        out = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="", write_through=True)
        try:
            if as_json:
                export.write_json(found, out)
            elif as_csv:
                export.write_csv(found, out)
            else:
                _print_leads(found)
        finally:
            out.detach()


def _print_leads(found: Iterable[Mapping[str, Value]]) -> None:
    console = Console()
    columns = ("created_at", "email", "first_name", "interest", "member_slug", "page")
    if not console.is_terminal:
        for row in found:
            click.echo("\t".join(str(row[name] or "-") for name in columns))
        return
    table = Table(*(name.replace("_", " ") for name in columns), box=None, header_style="bold")
    for row in found:
        table.add_row(*(str(row[name] or "-") for name in columns))
    console.print(table if table.row_count else "There are no leads yet.")
