"""``capture mail``: shows and changes the outbox."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict

import click

from capture.commands import installation, options
from capture.mailing import outbox, trouble
from capture.mailing.outbox import OutboxDepth, UnsentReason
from capture.models import MailTrouble, OutboxMail


@click.command()
@click.argument("action", required=False, type=click.Choice(["retry", "drop"]))
@click.argument("numbers", metavar="[NUMBER]...", nargs=-1, type=int)
@click.option("--state", type=click.Choice(["waiting", "leased", "sent", "dead", "held", "dropped"]))
@options.as_json
def mail(action: str | None, numbers: tuple[int, ...], state: str | None, as_json: bool) -> None:
    """Show the state of the outbox; send what was refused or put off again, or drop mails that were not sent.

    \b
    Examples:
      capture mail
      capture mail --state dead
      capture mail retry          (every mail that is dead or was put off)
      capture mail retry 17 18
      capture mail drop 17
    """
    if action == "drop" and not numbers:
        raise click.UsageError("give the numbers of the mails to drop")
    database, now = installation.existing_database(), installation.now()
    if action is not None:
        with database.write() as session:
            retry = action == "retry"
            changed = outbox.try_again(session, numbers, now) if retry else outbox.drop_mails(session, numbers)
        click.echo(f"{changed} {'put back' if retry else 'dropped'}")
        return
    with database.read() as session:
        if state is not None:
            _print_mails(outbox.list_mails(session, state), as_json)
        else:
            found = trouble.current(session)
            _print_depth(outbox.outbox_depth(session, now), outbox.reasons(session), found, as_json)


def _print_depth(depth: OutboxDepth, reasons: list[UnsentReason], found: MailTrouble | None, as_json: bool) -> None:
    if as_json:
        told = {"reason": found.reason, "since": found.since.isoformat(timespec="seconds")} if found else None
        click.echo(json.dumps({**asdict(depth), "reasons": [asdict(each) for each in reasons], "trouble": told}))
        return
    if found is not None:
        click.echo(f"no mail can be sent since {found.since:%Y-%m-%d %H:%M} UTC: {found.reason}")
    for name, number in depth.rows.items():
        click.echo(f"{name:<8} {number:>8}")
    if depth.oldest:
        click.echo(f"the oldest has been due for {depth.oldest:.0f} s")
    for each in reasons:
        click.echo(f"{each.mails} {each.state}: {each.reason}")


def _print_mails(found: Iterable[OutboxMail], as_json: bool) -> None:
    rows = [
        {
            "id": row.id,
            "kind": row.kind,
            "recipient": row.recipient,
            "attempts": row.attempts,
            "created_at": row.created_at.isoformat(timespec="seconds"),
            "next_attempt_at": row.next_attempt_at.isoformat(timespec="seconds"),
            "last_error": row.last_error,
        }
        for row in found
    ]
    if as_json:
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    for each in rows:
        click.echo("\t".join(str(value if value is not None else "-") for value in each.values()))
