"""``capture staff``: manages the company's staff."""

from __future__ import annotations

import json

import click

from capture.accounts import signing_in
from capture.commands import installation, options


@click.group()
def staff() -> None:
    """Manage the company's staff, who may sign in to the office and see all leads.

    \b
    Examples:
      capture staff add desk@example.com
      capture staff remove desk@example.com
      capture staff list --json
    """


@staff.command("add")
@click.argument("email")
def add_staff(email: str) -> None:
    """Add a staff member, who then signs in with a link mailed to this address."""
    with installation.existing_database().write() as session:
        signing_in.add_staff(session, email, installation.now())
    click.echo(f"{email} may sign in at the office")


@staff.command("remove")
@click.argument("email")
def remove_staff(email: str) -> None:
    """Remove a staff member and end all of their sessions at once."""
    with installation.existing_database().write() as session:
        signing_in.remove_staff(session, email, installation.now())
    click.echo(f"{email} may no longer sign in")


@staff.command("list")
@options.as_json
def list_staff(as_json: bool) -> None:
    """List the staff."""
    with installation.existing_database().read() as session:
        found = [{"email": each.email, "since": each.added_at.isoformat()} for each in signing_in.staff(session)]
    if as_json:
        click.echo(json.dumps(found, indent=2))
        return
    for each in found:
        click.echo(f"{each['email']}  since {each['since'][:10]}")
    if not found:
        click.echo("no staff yet: add them with `capture staff add EMAIL`")
