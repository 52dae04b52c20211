"""``capture suppress``: shows and changes the list of addresses that must not be mailed."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import click

from capture.base.tokens import Links
from capture.commands import installation, options
from capture.imports.lists import normal_address
from capture.mailing.suppression import Source
from capture.suppression import by_hand, reading
from capture.suppression.by_hand import Listed
from capture.suppression.reading import Addresses
from sitegen.errors import EspalierError, Fault

log = logging.getLogger("capture.suppress")


@click.group()
def suppress() -> None:
    """Manage the list of addresses that must not be mailed.

    \b
    Examples:
      capture suppress add pat@example.com --reason "telephone, 3 May"
      capture suppress add do-not-mail.csv --reason "list of the old newsletter"
      capture suppress lift pat@example.com
      capture suppress list --json
    """


@suppress.command("add")
@click.argument("address", metavar="ADDRESS|FILE")
@click.option("--reason", required=True, help="How the people asked not to be mailed; it is kept as proof.")
@options.as_json
def add(address: str, reason: str, as_json: bool) -> None:
    """Put an ADDRESS, or every address in a FILE, on the list, and mark the people's leads as withdrawn.

    The FILE has one address on each line, or is CSV.
    """
    found = _read(address)
    settings, now = installation.settings(), installation.now()
    links = Links(settings.secret_keys)
    with installation.existing_database(settings).write() as session:
        new = sum(by_hand.add(session, links, each, reason, now, Source.OPERATOR) for each in found.found)
    log.info("%d addresses were put on the suppression list", new)
    totals = {"added": new, "known": len(found.found) - new, "skipped_lines": found.skipped}
    if as_json:
        click.echo(json.dumps(totals))
        return
    click.echo(f"{new} added, {totals['known']} on the list before")
    if found.skipped:
        lines = ", ".join(map(str, found.skipped[:10])) + (" …" if len(found.skipped) > 10 else "")
        click.echo(f"{len(found.skipped)} lines without an address: {lines}", err=True)


@suppress.command("lift")
@click.argument("address")
def lift(address: str) -> None:
    """Lift the marks of an ADDRESS that mail servers, staff or operators set. The person's own word stays."""
    settings, now = installation.settings(), installation.now()
    with installation.existing_database(settings).write() as session:
        lifted = by_hand.lift(session, Links(settings.secret_keys), _address(address), now)
    if lifted.lifted:
        click.echo(f"lifted: {', '.join(sorted(lifted.lifted))}")
        log.info("marks of one address were lifted")
    if lifted.stays:
        click.echo(f"stays, as the person said so: {', '.join(sorted(lifted.stays))}", err=True)
        click.echo("only their own new sign-up, confirmed from their mailbox, ends it", err=True)
    if not lifted.lifted:
        if not lifted.stays:
            click.echo("the address is not on the list", err=True)
        raise SystemExit(1)


@suppress.command("list")
@options.as_json
def list_(as_json: bool) -> None:
    """List all marks, the newest first. The list holds only hashes; addresses are shown where leads, members or staff
    have them."""
    settings, now = installation.settings(), installation.now()
    with installation.existing_database(settings).read() as session:
        found = [_plain(each) for each in by_hand.entries(session, Links(settings.secret_keys), now)]
    if as_json:
        click.echo(json.dumps(found, indent=2, ensure_ascii=False))
        return
    for each in found:
        sure = "" if each["strong"] else ("  weak" if each["stops"] else "  over")
        name = each["address"] or f"{str(each['hash'])[:12]}…"
        click.echo(f"{str(each['at'])[:10]}  {each['reason']:<12}  {each['source']:<8}  {name}{sure}")
    if not found:
        click.echo("no address is on the list")


def _plain(each: Listed) -> dict[str, object]:
    mark = each.mark
    return {
        "address": each.address,
        "hash": mark.email_hash,
        "reason": mark.reason,
        "source": mark.source,
        "at": mark.at.isoformat(timespec="seconds"),
        "strong": mark.strong,
        "stops": each.stops,
        "note": mark.note,
    }


def _read(text: str) -> Addresses:
    path = Path(text)
    if path.is_file():
        return reading.read(path)
    return Addresses([_address(text)], [])


def _address(text: str) -> str:
    found = normal_address(text)
    if found is None:
        raise EspalierError(Fault(f'neither an e-mail address nor a file: "{text}"'))
    return found
