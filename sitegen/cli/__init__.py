"""The ``sitegen`` command: parses, calls, prints. The only module that imports Click.

What only one command needs is imported within it, so that a build with nothing to do is over at once.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sitegen import __version__, instance
from sitegen.build import up_to_date
from sitegen.build.options import SITE_FILE, Order, Packing, Summary, find_folder
from sitegen.errors import EspalierError, Fault
from sitegen.model import Member, Status

if TYPE_CHECKING:
    from sitegen.build.builder import Progress as Told
    from sitegen.roster import Roster
    from sitegen.site.site import Site
    from sitegen.token import TokenSigner


class Commands(click.Group):
    """Turns every fault a person can mend into text and exit status 1, in one place."""

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command; a bug keeps its traceback."""
        try:
            return super().invoke(ctx)
        except EspalierError as error:
            click.echo(str(error), err=True)
            count = len(error.faults)
            if count > 1:
                click.echo(f"{count} faults", err=True)
            ctx.exit(1)
        except KeyboardInterrupt:
            click.echo("interrupted; what was published is whole, and the next run goes on from here", err=True)
            ctx.exit(130)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="sitegen")
def main() -> None:
    """Replicated sites for a network-marketing company: one personalised site for each member.

    DIR is the folder that holds site.toml; left out, it is the current folder or ./content.
    """


def _folder_argument(command: Any) -> Any:
    argument = click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
    return argument(command)


json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts.")
quiet_option = click.option("-q", "--quiet", is_flag=True, help="Print nothing but faults.")
url_option = click.option("--url", help="The company's address, instead of the one in site.toml.")
theme_option = click.option("--theme", help="The theme, instead of the one in site.toml.")
capture_option = click.option("--capture-url", help="The capture service's address, instead of site.toml's.")


@main.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
def new(folder: Path) -> None:
    """Start a site in DIR: a copy of the sample company, with secrets of its own.

    \b
    Example:
      sitegen new shop
      sitegen build shop --out public
    """
    from sitegen.site import starter

    starter.create(folder)
    click.echo(f"{folder}: a sample company to make your own; begin with {folder / SITE_FILE}")
    click.echo(f"next: sitegen serve {folder}")


@main.command()
@_folder_argument
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The folder to write, e.g. public.")
@click.option("--jobs", default=0, metavar="N", help="Processes that share the work; 0: one for each core.")
@click.option(
    "--gzip",
    "packing",
    type=click.Choice([each.value for each in Packing]),
    default=Packing.NONE.value,
    help="Write a compressed copy of each page beside it, or alone in its place.",
)
@click.option("--fresh", is_flag=True, help="Compare every file instead of trusting the last build's record.")
@click.option("--verify", is_flag=True, help="Compare every stamped page with plain Jinja's.")
@click.option(
    "--explain", is_flag=True, help="List the pages that cannot be stamped and why, and what multiplies shapes."
)
@url_option
@capture_option
@theme_option
@json_option
@quiet_option
def build(
    folder: Path | None,
    out: Path,
    jobs: int,
    packing: str,
    fresh: bool,
    verify: bool,
    explain: bool,
    url: str | None,
    capture_url: str | None,
    theme: str | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Write the company's site and every active member's into OUT; only what changed is written.

    \b
    Example:
      sitegen build content --out public
    """
    folder = find_folder(folder)
    order = Order(
        folder,
        out,
        tuple(_keys(folder)),
        url=url,
        capture_url=capture_url,
        theme=theme,
        packing=Packing(packing),
        jobs=jobs,
        fresh=fresh,
        verify=verify,
    )
    summary = up_to_date.nothing_changed(order)
    if summary is None:
        from sitegen.build.builder import build as run

        with _progress(quiet or as_json) as progress:
            summary = run(order, progress)
    if as_json:
        click.echo(json.dumps(_summary_json(summary), ensure_ascii=False))
    elif not quiet:
        click.echo(_summary_text(summary))
    if explain and not as_json:
        _explain(order)
    if summary.faults:
        if not as_json:
            click.echo("\n".join(map(str, summary.faults)), err=True)
            click.echo(f"{len(summary.faults)} faults of single members; their old pages stay", err=True)
        sys.exit(1)


@main.command(name="check")
@_folder_argument
@json_option
def check_command(folder: Path | None, as_json: bool) -> None:
    """Report every fault of config, roster, pages, theme and internal links at once.

    \b
    Example:
      sitegen check content
    """
    from sitegen.check import rendering

    folder = find_folder(folder)
    try:
        site, members = rendering.everything(folder, _signer(folder))
    except EspalierError as error:
        if not as_json:
            raise
        click.echo(json.dumps([_fault_json(fault) for fault in error.faults], ensure_ascii=False))
        sys.exit(1)
    pages = sum(map(len, site.pages.values()))
    click.echo("[]" if as_json else f"{folder}: no faults in {pages} pages, {members} members, theme {site.theme.name}")


@main.command(name="serve")
@_folder_argument
@click.option("--built", type=click.Path(path_type=Path), help="Serve this built folder as it lies on the disk.")
@click.option("--production", is_flag=True, help="Serve visitors: every page at once, none of them as a file.")
@click.option("--workers", default=0, metavar="N", help="Processes of --production; 0: one for each core.")
@click.option("--roster", "roster_url", help="The database that `roster-to` filled, for --production.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8000, show_default=True, help="The first port to try; with --production the only one.")
@url_option
@capture_option
@theme_option
def serve_command(
    folder: Path | None,
    built: Path | None,
    production: bool,
    workers: int,
    roster_url: str | None,
    host: str,
    port: int,
    url: str | None,
    capture_url: str | None,
    theme: str | None,
) -> None:
    """Show any member's page on request; a saved file reloads the browser.

    \b
    Example:
      sitegen serve content
      sitegen serve content --built public
      sitegen serve content --production --workers 4
    """
    folder = find_folder(folder)
    if production:
        order = Order(folder, folder / "instance", tuple(_keys(folder)), url=url, capture_url=capture_url, theme=theme)
        _serve_production(order, roster_url, host, port, workers or order.processes)
        return
    from sitegen.serving import local_server, preview
    from sitegen.site import config
    from sitegen.site.addresses import Addresses

    server = local_server.listening(host, port)
    address = f"http://{server.host}:{server.port}"
    if built is not None:
        settings = config.load(folder, capture_url=capture_url)
        addresses = Addresses(settings.site.url, settings.site.layout)
        app = local_server.built_app(built, settings.capture_url, addresses)
        server.run(app, lambda: _serving(address, str(built)))
        return
    live = preview.Preview(folder, _signer(folder), url=url or address, capture_url=capture_url, theme_name=theme)
    if live.error is not None:
        click.echo(str(live.error), err=True)
    with live.watching():
        server.run(local_server.preview_app(live), lambda: _serving(address, str(folder)))


@main.command()
@_folder_argument
@click.option("--slug", help="Show this member with their upline.")
@click.option("--search", "text", help="Only members with this in name, slug, id, e-mail, phone or place.")
@click.option("--status", type=click.Choice([each.value for each in Status]), help="Only active or inactive members.")
@click.option("--locale", help="Only members with this language.")
@click.option("--market", help="Only members of this market.")
@click.option("--count", "only_count", is_flag=True, help="Print only how many they are.")
@click.option("--limit", type=click.IntRange(min=1), help="At most so many.")
@json_option
def members(
    folder: Path | None,
    slug: str | None,
    text: str | None,
    status: str | None,
    locale: str | None,
    market: str | None,
    only_count: bool,
    limit: int | None,
    as_json: bool,
) -> None:
    """List, filter and count the members, or show one with their upline.

    \b
    Example:
      sitegen members content --market ES --count
      sitegen members content --slug ana --json
    """
    from sitegen.check import rendering
    from sitegen.roster import Query
    from sitegen.site import site as sites

    site = sites.load(find_folder(folder))
    query = Query(text, Status(status) if status else None, locale, market)
    with rendering.roster(site) as roster:
        if slug is not None:
            _show_member(site, roster, slug, as_json)
        elif only_count:
            count = roster.count(query)
            click.echo(json.dumps({"count": count}) if as_json else count)
        elif as_json:
            _print_list(member_json(each) for each in roster.search(query, limit=limit))
        else:
            for each in roster.search(query, limit=limit):
                click.echo(f"{each.slug:<28} {each.status.value:<9} {each.locale:<6} {each.name}")


@main.command(name="roster-to")
@click.argument("database", metavar="postgresql://…")
@_folder_argument
def roster_to(database: str, folder: Path | None) -> None:
    """Check the roster and put it into a PostgreSQL database, for `serve --production --roster`.

    Servers show the old roster until all of the new one is there.

    \b
    Example:
      sitegen roster-to postgresql://espalier@localhost/espalier content
    """
    from sitegen.check import rendering
    from sitegen.roster import postgres
    from sitegen.site import site as sites

    folder = find_folder(folder)
    site = sites.load(folder)
    with rendering.roster(site, _instance(folder) / "roster.sqlite") as roster:
        changed = postgres.copy(roster, database, postgres.rules(site.roster_rules))
        click.echo(f"{len(roster)} members {'copied to' if changed else 'are already in'} {postgres.shown(database)}")


@main.command()
def secrets() -> None:
    """Make the secrets that this installation still lacks, in ./instance.

    \b
    Example:
      sitegen secrets
    """
    made = instance.create(Path("instance"))
    click.echo(f"made {', '.join(made)} in instance/{instance.ENV_FILE}" if made else "nothing is missing")


def member_json(member: Member) -> dict[str, Any]:
    """A member as ``--json`` prints it: the roster's fields by their names."""
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
    }


def _summary_text(summary: Summary) -> str:
    plain = f"; {len(summary.unstamped)} pages not stamped, see --explain" if summary.unstamped else ""
    return (
        f"{summary.members} members, {summary.pages} pages: {summary.written} files written "
        f"({summary.bytes_written / 1e6:.1f} MB), {summary.unchanged} unchanged, {summary.removed} removed, "
        f"in {summary.seconds:.1f} s{plain}"
    )


def _summary_json(summary: Summary) -> dict[str, Any]:
    plain = [{"page": key, "locale": locale, "why": why} for (key, locale), why in summary.unstamped.items()]
    return {**asdict(summary), "faults": [_fault_json(fault) for fault in summary.faults], "unstamped": plain}


def _explain(order: Order) -> None:
    from sitegen.build import stamping_report
    from sitegen.check import rendering
    from sitegen.render.renderer import Renderer
    from sitegen.site import site as sites

    site = sites.load(order.folder, url=order.url, capture_url=order.capture_url, theme_name=order.theme)
    with rendering.roster(site) as roster:
        explained = list(stamping_report.explain(site, Renderer(site, _signer(order.folder)), roster))
    for each in explained:
        click.echo(
            f"{each.page} ({each.locale}): {each.shapes} shapes of {each.members} members, "
            f"{each.plain} rendered plainly" + (f"; not stamped: {each.reason}" if each.reason else "")
        )
        for question, places in each.questions:
            click.echo(f"    asked in {places} places: {question}")
    click.echo(f"{sum(not each.reason for each in explained)} of {len(explained)} pages are stamped")


def _signer(folder: Path) -> TokenSigner:
    from sitegen.token import TokenSigner

    return TokenSigner(_keys(folder))


def _keys(folder: Path) -> list[str]:
    return instance.token_keys(instance.read(os.environ, folder))


def _show_member(site: Site, roster: Roster, slug: str, as_json: bool) -> None:
    member = roster.by_slug(slug)
    if member is None:
        hint = "list them with `sitegen members`"
        raise EspalierError(Fault(f'there is no member with the slug "{slug}"', site.settings.roster_path, hint=hint))
    upline = roster.upline(member)
    home = site.addresses.member_home(member.slug)
    downline = roster.downline_count(member)
    if as_json:
        above = [{"id": each.id, "slug": each.slug, "name": each.name, "status": each.status.value} for each in upline]
        shown = {**member_json(member), "url": home, "upline": above, "downline_count": downline}
        click.echo(json.dumps(shown, ensure_ascii=False))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table.grid(padding=(0, 2))
    for name, value in member_json(member).items():
        if value not in (None, []):
            text = ", ".join(f"{link.label} {link.url}" for link in member.links) if name == "links" else str(value)
            table.add_row(name, text)
    table.add_row("site", home)
    table.add_row("downline", str(downline))
    for depth, each in enumerate(upline):
        table.add_row("upline" if depth == 0 else "", f"{'  ' * depth}{each.name} ({each.slug}, {each.status.value})")
    Console(highlight=False, markup=False).print(table)


def _print_list(objects: Iterator[dict[str, Any]]) -> None:
    # One object a line, so that a million need not be in memory at once.
    click.echo("[", nl=False)
    for number, each in enumerate(objects):
        click.echo(("," if number else "") + "\n" + json.dumps(each, ensure_ascii=False), nl=False)
    click.echo("\n]")


def _fault_json(fault: Fault) -> dict[str, Any]:
    where = None if fault.where is None else str(fault.where)
    return {"where": where, "line": fault.line, "message": fault.message, "hint": fault.hint}


def _serve_production(order: Order, roster_url: str | None, host: str, port: int, workers: int) -> None:
    from sitegen.serving.production import workers as production
    from sitegen.serving.production.renewing import Wanted

    listener = production.listen(host, port)
    address = production.address(listener)
    wanted = Wanted(order, _instance(order.folder), roster_url)
    production.run(wanted, listener, workers=workers, ready=lambda: _serving(address, str(order.folder)))


def _instance(folder: Path) -> Path:
    return instance.find(os.environ, folder) or Path("instance")


def _serving(address: str, what: str) -> None:
    click.echo(f"{what} at {address}/ (Ctrl-C ends it)")
    sys.stdout.flush()


@contextmanager
def _progress(silent: bool) -> Iterator[Told]:
    """A bar where a terminal looks on, nothing elsewhere."""
    if silent or not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn("members"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("members", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
