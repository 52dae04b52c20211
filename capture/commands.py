"""The ``capture`` command: parse, call, print. Faults become text and exit codes here and nowhere else."""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from capture.base.db import Database, Unavailable
from capture.base.tokens import Links
from capture.company import directory
from capture.company.generator import find_folder
from capture.leads import export, queries
from capture.mailing.letters import Letters
from capture.settings import Settings
from sitegen.errors import EspalierError, Fault

SITE = click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path, file_okay=False))
URL = click.option("--url", help="The sites' address, in place of the one in site.toml.")
CAPTURE_URL = click.option("--capture-url", help="This service's address, in place of the one in site.toml.")
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
PORT = click.IntRange(0, 65535)

SECONDS_BETWEEN_LINES = 5.0
"""Of long work, where no terminal shows a bar."""


class Commands(click.Group):
    """A group whose commands end with a report and exit code 1 when something can be mended."""

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command."""
        try:
            return super().invoke(ctx)
        except EspalierError as error:
            click.echo(str(error), err=True)
        except Unavailable as error:
            hint = "is another program writing to it, or its disk full?"
            click.echo(str(Fault(f"the database cannot be used: {error}", hint=hint)), err=True)
        except BrokenPipeError:
            # Whoever was reading has read enough; Python must not complain about it once more at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ctx.exit(1)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="espalier", message="%(prog)s %(version)s")
def main() -> None:
    """Keep every sign-up, and credit it to the member whose page earned it."""


@main.command()
@SITE
@URL
@CAPTURE_URL
@AS_JSON
def sync(folder: Path | None, url: str | None, capture_url: str | None, as_json: bool) -> None:
    """Load roster, page addresses and consent wordings from a site folder into the database, and exchange campaigns.

    Run it after each change of the roster or the pages. It may be run again at any time; members the roster no
    longer names are marked inactive, and their leads are kept. Campaigns that were made in the office are written
    to campaigns.csv beside site.toml, so that the next build makes their pages; those in the file get to the office.

    \b
    Example:
      capture sync content
    """
    from capture.sync.site_folder import sync as bring_up_to_date

    site_folder = find_folder(folder)
    settings = Settings.from_environ(os.environ, site_folder)
    started = time.monotonic()
    found = directory.load(site_folder, url=url, capture_url=capture_url)
    database = _open_database(settings)
    database.migrate()
    summary = bring_up_to_date(database, found)
    if as_json:
        click.echo(json.dumps({**asdict(summary), "seconds": round(time.monotonic() - started, 3)}))
        return
    click.echo(
        f"{summary.members} members ({summary.active} active): {summary.added} added, {summary.changed} changed,"
        f" {summary.deactivated} deactivated; {summary.pages} page addresses, {summary.wordings} consent wordings"
        + (f"; {summary.handed_over} leads handed over" if summary.handed_over else "")
        + (f"; {summary.campaigns_found} campaigns found in campaigns.csv" if summary.campaigns_found else "")
        + (f"; {summary.campaigns_told} campaigns added to campaigns.csv" if summary.campaigns_told else "")
        + f" in {time.monotonic() - started:.1f} s"
    )
    if waiting := summary.campaigns_waiting:
        why = (
            "their names cannot be written to campaigns.csv: change them in the office"
            if found.has_landing_pages
            else "the site has no page to make them from: write pages/<locale>/campaign.md"
        )
        shown = ", ".join(waiting[:10]) + (" …" if len(waiting) > 10 else "")
        click.echo(f"{len(waiting)} campaigns without a landing page ({shown}): {why}", err=True)


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8001, show_default=True, type=PORT, help="The port; 0 takes any free one.")
@click.option(
    "--threads", default=8, show_default=True, type=click.IntRange(1, 64), help="Requests at a time, in each process."
)
@click.option(
    "--processes", default=1, show_default=True, type=click.IntRange(1, 64), help="More than one: only on PostgreSQL."
)
@click.option("--no-worker", is_flag=True, help="Send no mail from here; `capture worker` does.")
def serve(host: str, port: int, threads: int, processes: int, no_worker: bool) -> None:
    """Serve the sign-up service until it is told to stop (SIGTERM or Ctrl-C), then finish what has begun.

    It also sends the mails in the outbox, unless --no-worker leaves that to `capture worker`.

    \b
    Example:
      capture serve --host 127.0.0.1 --port 8001
    """
    settings = Settings.from_environ(os.environ)
    database = Database(settings.database_url)
    if processes > 1:
        if database.is_sqlite:
            raise click.UsageError("SQLite takes one process: use PostgreSQL for more")
        _count_together()
    from capture.ops import server

    database.migrate()
    for warning in () if settings.demo else database.warnings():
        click.echo(f"warning: {warning}", err=True)
    database.engine.dispose()
    with server.listen(host, port) as listener:
        click.echo(f"capture listens on {server.address(listener)}")
        server.run(settings, listener, threads=threads, processes=processes, send_mail=not no_worker)


@main.command()
@click.option("--once", is_flag=True, help="Send what is due, and end.")
def worker(once: bool) -> None:
    """Send the mails in the outbox until told to stop (SIGTERM or Ctrl-C), then finish the one that has begun.

    `capture serve` does the same in a thread of its own; on PostgreSQL there may be several workers. The mail server
    is set by ESPALIER_SMTP_URL (smtp+starttls://user:password@host:587) and the sender by ESPALIER_MAIL_FROM.

    \b
    Example:
      capture worker
    """
    from capture.ops import server

    server.send(Settings.from_environ(os.environ), once=once)


@main.command()
@click.argument("action", required=False, type=click.Choice(["retry", "drop"]))
@click.argument("numbers", metavar="[NUMBER]...", nargs=-1, type=int)
@click.option("--state", type=click.Choice(["waiting", "leased", "sent", "dead", "held", "dropped"]))
@AS_JSON
def mail(action: str | None, numbers: tuple[int, ...], state: str | None, as_json: bool) -> None:
    """Show how the outbox stands; send dead mails again, or drop mails that were not sent.

    \b
    Examples:
      capture mail
      capture mail --state dead
      capture mail retry          (every dead mail)
      capture mail retry 17 18
      capture mail drop 17
    """
    from capture.mailing import outbox

    if action == "drop" and not numbers:
        raise click.UsageError("say which mails to drop")
    database, now = _existing_database(), datetime.now(UTC)
    if action is not None:
        with database.write() as session:
            retry = action == "retry"
            changed = outbox.try_again(session, numbers, now) if retry else outbox.drop(session, numbers)
        click.echo(f"{changed} {'put back' if retry else 'dropped'}")
        return
    with database.read() as session:
        if state is not None:
            _print_mails(outbox.listing(session, state), as_json)
            return
        depth = outbox.depth(session, now)
    if as_json:
        click.echo(json.dumps(asdict(depth)))
        return
    for name, number in depth.rows.items():
        click.echo(f"{name:<8} {number:>8}")
    if depth.oldest:
        click.echo(f"the oldest has been due for {depth.oldest:.0f} s")


@main.command()
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path, exists=True))
@AS_JSON
def bounces(path: Path, as_json: bool) -> None:
    """Read the reports of mails that came back from an mbox FILE or a Maildir folder, and stop mailing dead addresses.

    Only reports that name a mail of ours count. It may be run on the same file again.

    \b
    Example:
      capture bounces /var/mail/bounces
    """
    from capture.base.tokens import Links
    from capture.bounces import reports
    from capture.mailing.gate import CompanyGate

    settings = Settings.from_environ(os.environ)
    database = _existing_database()
    found = reports.read_file(database, path, CompanyGate(Links(settings.secret_keys)), datetime.now(UTC))
    kinds = {name: found[name] for name in ("hard", "soft", "unknown", "other")}
    if as_json:
        click.echo(json.dumps(kinds))
        return
    click.echo(
        f"{kinds['hard']} addresses do not exist, {kinds['soft']} mails came back for other reasons,"
        f" {kinds['unknown']} were not ours, {kinds['other']} messages were no reports"
    )


@main.command()
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))
def backup(path: Path) -> None:
    """Write the whole database to one FILE, while the service runs.

    \b
    Example:
      capture backup /var/backups/capture-2026-11-23
    """
    from capture.ops.backup import backup as write

    write(_existing_database(), path)
    click.echo(f"{path}: {path.stat().st_size} bytes")


@main.command()
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))
def restore(path: Path) -> None:
    """Fill an empty database from a backup, also one of the other kind (SQLite, PostgreSQL).

    \b
    Example:
      capture restore capture-2026-11-23      (into the database that ESPALIER_DATABASE_URL names)
    """
    from capture.ops.backup import restore as read

    counts = read(_open_database(Settings.from_environ(os.environ)), path)
    click.echo(f"{sum(counts.values())} rows in {len(counts)} tables, {counts.get('lead', 0)} of them leads")


@main.command(name="leads")
@click.option("--member", metavar="SLUG", help="Only the leads of the member with this slug.")
@AS_JSON
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV that is safe to open in a spreadsheet.")
def leads_(member: str | None, as_json: bool, as_csv: bool) -> None:
    """List the leads in the order they came.

    \b
    Examples:
      capture leads --member ana
      capture leads --csv > leads.csv
    """
    if as_json and as_csv:
        raise click.UsageError("choose one of --json and --csv")
    database = _existing_database()
    with database.read() as session:
        found = export.rows(queries.listing(session, member))
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


@main.command()
def migrate() -> None:
    """Bring the database up to date with this version of the program; make it where there is none.

    \b
    Example:
      capture migrate
    """
    database = _open_database(Settings.from_environ(os.environ))
    before = database.revision() if database.file is None or database.file.is_file() else None
    database.migrate()
    after = database.revision()
    click.echo(f"the database was at {before or 'nothing'} and is at {after}" if before != after else f"at {after}")


@main.command()
@SITE
@click.option("--port", default=8000, show_default=True, type=PORT, help="The sites' port, or the next free one.")
@click.option(
    "--capture-port", default=8001, show_default=True, type=PORT, help="This service's, or the next free one."
)
@click.option("--empty", is_flag=True, help="Without the invented quarter of leads and campaigns.")
def demo(folder: Path | None, port: int, capture_port: int, empty: bool) -> None:
    """Build the company's sites and serve them with this service on this machine, until Ctrl-C.

    Makes secrets in ./instance when there are none. Mails are not sent: they stand in the local mailbox. Where no lead
    is there yet, an invented quarter of leads, campaigns and visits is added, dated back from today. All of it lies in
    the instance folder, with the copy of the site folder that the demo works on.

    \b
    Examples:
      capture demo content
      capture demo content --empty
    """
    from capture.demo import supervisor

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    supervisor.run(find_folder(folder), port, capture_port, Console(), empty=empty)


@main.command()
@click.argument("lead", type=int)
def why(lead: int) -> None:
    """Tell the story of a lead: what came in, what was agreed to, who is credited and by which rule.

    LEAD is its number, as `capture leads --json` shows it.

    \b
    Example:
      capture why 17
    """
    from capture.leads import story

    with _existing_database().read() as session:
        for line in story.tell(session, lead):
            click.echo(line)


@main.command()
@click.option("--seal", metavar="SEAL", help="A seal that was noted down earlier: it must still occur.")
@AS_JSON
def audit(seal: str | None, as_json: bool) -> None:
    """Check that no touch, consent, act or decision was changed or removed since it was written.

    Note the seal it prints in another place: with --seal a later audit proves that nothing before it was rewritten.

    \b
    Examples:
      capture audit
      capture audit --seal 5f1d…
    """
    from capture.credit import evidence

    with _existing_database().read() as session:
        report = evidence.audit(session, seal)
    if as_json:
        click.echo(json.dumps(asdict(report)))
    else:
        for fault in report.faults:
            click.echo(fault)
        older = f", {report.older} older than the chain" if report.older else ""
        click.echo(f"{report.rows} rows, {len(report.faults)} faults, {report.erased} persons erased{older}")
        click.echo(f"seal {report.seal or '(none yet)'}")
    if report.faults:
        click.get_current_context().exit(1)


@main.command(name="export")
@click.argument("email")
def export_(email: str) -> None:
    """Print everything held of an address under all members, as JSON.

    \b
    Example:
      capture export pat@example.com > pat.json
    """
    from capture.consent import my_data

    settings = Settings.from_environ(os.environ)
    with _existing_database().read() as session:
        held = my_data.held(session, Links(settings.secret_keys), email)
    click.echo(json.dumps(held, ensure_ascii=False, indent=2))


@main.command()
@click.argument("email")
@click.confirmation_option(prompt="This cannot be undone. Erase?")
def erase(email: str) -> None:
    """Destroy everything held of an address under all members; only a keyed hash stays.

    Backups of before still hold it, and so does PostgreSQL's own log of changes for a while: keep both no longer than
    you promise people, and erase once more after restoring a backup.

    \b
    Example:
      capture erase pat@example.com --yes
    """
    from capture.base.identity import identity
    from capture.consent import erasing

    settings = Settings.from_environ(os.environ)
    with _existing_database().write() as session:
        count = erasing.erase(session, Links(settings.secret_keys), identity(email), _now())
    click.echo(f"erased {count} lead{'' if count == 1 else 's'}")


@main.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--member", metavar="SLUG", help="Whose leads they are; the company's own where left out.")
@click.option("--campaign", metavar="CODE", help="What brought them: a campaign of the same member or the company's.")
@click.option("--vendor", help="Who gathered or sold the list.")
@click.option("--obtained", metavar="DATE", type=click.DateTime(["%Y-%m-%d"]), help="The day it was obtained.")
@click.option("--wording", help="What the people agreed to when they gave their address.")
@click.option("--map", "mapping", metavar="FIELD=COLUMN", multiple=True, help="Which column a field is read from.")
@click.option("--dry-run", is_flag=True, help="Say what would become of each row, and write nothing.")
@AS_JSON
def import_(
    file: Path,
    member: str | None,
    campaign: str | None,
    vendor: str | None,
    obtained: datetime | None,
    wording: str | None,
    mapping: tuple[str, ...],
    dry_run: bool,
    as_json: bool,
) -> None:
    """Take in leads from a list: a CSV file with a header, one person a row.

    Nobody on it is mailed by that; who left before is not brought back, and whose lead somebody is does not change.
    Each row gets a line in the ledger that says what became of it. A list that was cut off goes on where it stopped:
    run the same command again. Without vendor, day and wording nobody may ever be mailed because of the list.

    \b
    Example:
      capture import fair.csv --member ana --campaign fair7 --map "email=E-mail address" --dry-run
    """
    from capture.imports import importing
    from capture.imports.lists import List

    settings = Settings.from_environ(os.environ)
    database = _existing_database()
    with database.read() as session:
        member_id = queries.member_of(session, member) if member else None
        campaign_id = importing.campaign_of(session, campaign, member_id) if campaign else None
    pairs = [each.partition("=") for each in mapping]
    if any(not column for _, _, column in pairs):
        raise click.UsageError("--map wants FIELD=COLUMN, such as --map email=Address")
    found = List(file, {name.strip(): column for name, _, column in pairs})
    origin = importing.Origin(member_id, vendor, obtained.date() if obtained else None, wording, campaign_id)
    links = Links(settings.secret_keys)
    with _counting(found.count, as_json) as tell:
        if dry_run:
            totals = importing.dry_run(database, links, found, origin, tell)
        else:
            totals = importing.take_in(database, links, found, origin, _now, tell)
    whole = totals
    if totals.before and totals.provenance_id is not None:
        with database.read() as session:
            whole = importing.whole(session, totals.provenance_id)
    if as_json:
        click.echo(json.dumps({**_told(totals), "before": totals.before, "whole": _told(whole)}))
        return
    if totals.before:
        click.echo(f"went on after row {totals.before}: {importing.line(totals)}")
        click.echo("the whole list: ", nl=False)
    click.echo(("would be: " if dry_run else "") + importing.line(whole))
    if not origin.proven:
        click.echo("vendor, day or wording are missing: nobody may be mailed because of this list")


def _told(totals: Any) -> dict[str, Any]:
    from capture.imports.importing import OUTCOMES

    counts = {name: totals.outcomes[name] for name in OUTCOMES}
    return {"rows": totals.rows, **counts, "refused_because": totals.reasons}


@contextmanager
def _counting(count: Callable[[], int], is_quiet: bool) -> Iterator[Callable[[int], None]]:
    """A bar where a terminal looks on; elsewhere a line now and then, for logs."""
    console = Console(stderr=True)
    if is_quiet:
        yield lambda rows: None
    elif not console.is_terminal:
        total, told = count(), time.monotonic()

        def tell(rows: int) -> None:
            nonlocal told
            if time.monotonic() - told >= SECONDS_BETWEEN_LINES:
                told = time.monotonic()
                click.echo(f"{rows} of {total} rows", err=True)

        yield tell
    else:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (TextColumn("rows"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=console, transient=True) as bar:
            task = bar.add_task("rows", total=count())
            yield lambda rows: bar.update(task, completed=rows)


@main.group()
def staff() -> None:
    """Say who of the company may come into the office and see all leads.

    \b
    Examples:
      capture staff add desk@example.com
      capture staff remove desk@example.com
      capture staff list --json
    """


@staff.command("add")
@click.argument("email")
def add_staff(email: str) -> None:
    """Let somebody in: they sign in with a link mailed to this address."""
    from capture.accounts import signing_in

    with _existing_database().write() as session:
        signing_in.add_staff(session, email, _now())
    click.echo(f"{email} may sign in at the office")


@staff.command("remove")
@click.argument("email")
def remove_staff(email: str) -> None:
    """Shut somebody out at once, wherever they are signed in."""
    from capture.accounts import signing_in

    with _existing_database().write() as session:
        signing_in.remove_staff(session, email, _now())
    click.echo(f"{email} is shut out")


@staff.command("list")
@AS_JSON
def list_staff(as_json: bool) -> None:
    """Name everybody who may come in."""
    from capture.accounts import signing_in

    with _existing_database().read() as session:
        found = [{"email": each.email, "since": each.added_at.isoformat()} for each in signing_in.staff(session)]
    if as_json:
        click.echo(json.dumps(found, indent=2))
        return
    for each in found:
        click.echo(f"{each['email']}  since {each['since'][:10]}")
    if not found:
        click.echo("nobody yet: `capture staff add EMAIL` lets somebody in")


@main.command()
@click.option("--unconfirmed", metavar="DAYS", type=click.IntRange(1), help="Keep sign-ups nobody confirms so long.")
@click.option("--withdrawn", metavar="DAYS", type=click.IntRange(1), help="Keep leads whose owners left so long.")
@click.option("--mails", metavar="DAYS", type=click.IntRange(1), help="Keep mails that are done so long.")
def purge(unconfirmed: int | None, withdrawn: int | None, mails: int | None) -> None:
    """Forget what is no longer needed: sign-ups nobody confirmed, leads that left, mails that are done, and lists that
    nobody took in.

    How long each is kept stands in [retention] of site.toml, as the last sync told. Run it once a day.

    \b
    Example:
      capture purge --unconfirmed 14
    """
    from capture.company import hosts
    from capture.consent import erasing
    from capture.imports import uploads

    wished = {"unconfirmed": unconfirmed, "withdrawn": withdrawn, "mails": mails}
    days = {name: timedelta(days=number) for name, number in wished.items() if number is not None}
    with _existing_database().write() as session:
        policy = replace(erasing.Policy.of(hosts.company(session)), **days)
        purged = erasing.purge(session, policy, _now())
        uploads.purge(session, _now())
    click.echo(
        f"{purged.unconfirmed} unconfirmed sign-ups, {purged.withdrawn} leads that left, {purged.mails} mails,"
        f" {purged.budgets} entries of budgets"
    )


@main.command()
@click.argument("numbers", nargs=-1, type=int)
@click.option("--release", "wish", flag_value="release", help="Send them after all, with fresh links.")
@click.option("--drop", "wish", flag_value="drop", help="Never send them.")
@click.option("--all", "everything", is_flag=True, help="All that are held, in place of NUMBERS.")
@AS_JSON
def held(numbers: tuple[int, ...], wish: str | None, everything: bool, as_json: bool) -> None:
    """List the mails that went over a budget; release or drop them by their NUMBERS.

    \b
    Examples:
      capture held
      capture held --release 12 15
      capture held --drop --all
    """
    from capture.signup import held as held_mails

    if wish and bool(numbers) is everything:
        raise click.UsageError("name the mails by their numbers, or all of them by --all")
    settings = Settings.from_environ(os.environ)
    database = _existing_database()
    if wish:
        with database.write() as session:
            found = held_mails.listing(session, None if everything else numbers)
            if wish == "release":
                count = held_mails.release(session, found, Letters(Links(settings.secret_keys)), _now())
            else:
                count = held_mails.drop(found)
        click.echo(f"{'released' if wish == 'release' else 'dropped'} {count}")
        return
    with database.read() as session:
        rows = [
            {"number": each.id, "lead": each.lead_id, "to": each.recipient, "held_since": each.created_at.isoformat()}
            for each in held_mails.listing(session, numbers or None)
        ]
    if as_json:
        click.echo(json.dumps(rows))
    else:
        for row in rows:
            click.echo("\t".join(map(str, row.values())))
        if not rows:
            click.echo("nothing is held")


def _now() -> datetime:
    return datetime.now(UTC)


def _count_together() -> None:
    """Several processes count into one folder; the library wants to know before it is loaded."""
    folder = tempfile.mkdtemp(prefix="espalier-metrics-")
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
    click.get_current_context().call_on_close(lambda: shutil.rmtree(folder, ignore_errors=True))


def _print_mails(found: Any, as_json: bool) -> None:
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


def _open_database(settings: Settings) -> Database:
    """The database as commands beside the service use it; closed when the command ends."""
    database = Database(settings.database_url, checkpoints=False)
    click.get_current_context().call_on_close(database.engine.dispose)
    return database


def _existing_database() -> Database:
    database = _open_database(Settings.from_environ(os.environ))
    database.require()
    return database


def _print_leads(found: Any) -> None:
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
