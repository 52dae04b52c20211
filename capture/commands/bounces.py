"""``capture bounces``: reads bounce reports from files, or from standard input."""

from __future__ import annotations

import email
import email.policy
import json
import logging
import os
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import click

from capture.base import logs
from capture.base.db import Database
from capture.base.tokens import Links
from capture.base.unavailable import Unavailable
from capture.bounces import reports
from capture.bounces.consequences import Consequences
from capture.bounces.reports import Unread
from capture.commands import installation, options
from capture.settings import Settings
from sitegen.errors import EspalierError, Fault

log = logging.getLogger("capture.bounces")

KINDS = ("hard", "soft", "complaint", "unknown", "other")

LARGEST = 10 * 1024 * 1024
"""The most bytes of one message that are read from standard input."""

MOST_LISTED = 20
"""So many reports that could not be read are listed; all of them as JSON."""


@click.command()
@click.argument("path", metavar="[FILE]", required=False, type=click.Path(path_type=Path, exists=True))
@click.option("--stdin", "piped", is_flag=True, help="Read one message from standard input, as mail servers pipe it.")
@click.option(
    "--lmtp",
    "place",
    metavar="PLACE",
    help="Take messages by LMTP until SIGTERM, at the path of a Unix socket or at 127.0.0.1:PORT.",
)
@click.option(
    "--left",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write each report that could not be read to this folder.",
)
@options.as_json
def bounces(path: Path | None, piped: bool, place: str | None, left: Path | None, as_json: bool) -> None:
    """Read bounce reports from an mbox FILE or a Maildir folder, and stop mailing addresses that do not exist.

    Only reports that name a mail sent by this service count. Reading the same file twice does no harm. With --stdin, a
    mail server can hand over each report as it comes; while the database cannot be used, the exit code is 75, so that
    the server tries again later. With --lmtp, one process takes the reports as they come, without starting a program
    for each: a report is acknowledged after it was recorded.

    \b
    Examples:
      capture bounces /var/mail/bounces
      capture bounces /var/mail/bounces --left unread/
      bounces: "|/srv/espalier/.venv/bin/capture bounces --stdin"    (in /etc/aliases)
      capture bounces --lmtp /run/espalier/bounces --left unread/
    """
    if [path is not None, piped, place is not None].count(True) != 1:
        raise click.UsageError("give a FILE, --stdin or --lmtp PLACE")
    if place is not None:
        if as_json:
            raise click.UsageError("--lmtp prints no counts: leave out --json")
        _take_lmtp(place, left)
        return
    messages = reports.contents(path) if path is not None else [_piped()]
    try:
        found, unread = _record(messages)
    except Unavailable as error:
        if not piped:
            raise
        click.echo(str(error), err=True)
        raise SystemExit(os.EX_TEMPFAIL) from error
    if left is not None:
        _keep(unread, left)
    _print(found, unread, as_json)


def _record(messages: Iterable[bytes]) -> tuple[Counter[str], list[Unread]]:
    settings = installation.settings()
    unread: list[Unread] = []
    found = reports.read_messages(
        installation.existing_database(settings),
        messages,
        Consequences(Links(settings.secret_keys)),
        installation.now(),
        return_path=settings.delivery.return_path,
        unread=unread.append,
    )
    return found, unread


def _take_lmtp(place: str, left: Path | None) -> None:
    from capture.bounces.lmtp import places, server

    settings = installation.settings()
    logs.begin()
    record = _Recorder(installation.existing_database(settings), settings, left)
    if left is not None:
        left.mkdir(parents=True, exist_ok=True)
    listener = places.listen(place)
    click.echo(f"capture takes reports by LMTP at {places.where(listener)}")
    server.serve(listener, record)


class _Recorder:
    """Records the reports that come one by one, and keeps in a folder (``left``) those that could not be read."""

    def __init__(self, database: Database, settings: Settings, left: Path | None) -> None:
        self._database = database
        self._consequences = Consequences(Links(settings.secret_keys))
        self._return_path = settings.delivery.return_path
        self._left = left

    def __call__(self, content: bytes) -> None:
        found = reports.read_messages(
            self._database,
            [content],
            self._consequences,
            installation.now(),
            return_path=self._return_path,
            unread=self._keep,
        )
        log.info("a message came: %s", ", ".join(sorted(found)))

    def _keep(self, each: Unread) -> None:
        if self._left is not None:
            _keep([each], self._left)
        log.warning("a report was not read (%s)%s", each.reason, f": {each.name}" if self._left else "")


def _piped() -> bytes:
    content = sys.stdin.buffer.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise EspalierError(Fault(f"the message is larger than {LARGEST // 1024 // 1024} MB", where="standard input"))
    return content


def _keep(unread: Iterable[Unread], folder: Path) -> None:
    """Writes reports to files of the folder; a report that is there already keeps its file."""
    folder.mkdir(parents=True, exist_ok=True)
    for each in unread:
        (folder / each.name).write_bytes(each.content)


def _print(found: Counter[str], unread: list[Unread], as_json: bool) -> None:
    kinds = {name: found[name] for name in KINDS}
    listed = [_plain(each) for each in unread]
    if as_json:
        click.echo(json.dumps(kinds | {"unread": listed}, ensure_ascii=False))
        return
    click.echo(
        f"{kinds['hard']} addresses do not exist, {kinds['soft']} mails bounced for other reasons,"
        f" {kinds['complaint']} people complained and are not mailed again,"
        f" {kinds['unknown']} reports named no mail of this service, {kinds['other']} messages were no reports"
    )
    for each in listed[:MOST_LISTED]:
        click.echo(f"not read: {each['date']}  {each['subject']}  ({each['reason']})")
    if len(listed) > MOST_LISTED:
        click.echo(f"and {len(listed) - MOST_LISTED} more; --left DIR keeps all of them")


def _plain(each: Unread) -> dict[str, str]:
    """Returns what tells an operator which report it is. Header lines come from strangers: nothing in them may act on a
    terminal."""
    head = email.message_from_bytes(each.content, policy=email.policy.compat32)
    shown = {
        name: "".join(letter if letter.isprintable() else " " for letter in str(head.get(name, "")))[:200]
        for name in ("Date", "From", "Subject")
    }
    head_lines = {name.lower(): text for name, text in shown.items()}
    return head_lines | {"reason": each.reason, "file": each.name}
