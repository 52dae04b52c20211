"""The commands ``sitegen build`` and ``sitegen check``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sitegen.build import up_to_date
from sitegen.build.options import BuildOptions, BuildSummary, Compression
from sitegen.cli.installation import signer, token_keys
from sitegen.cli.json_output import fault_json, summary_json
from sitegen.cli.options import capture_option, folder_argument, json_option, quiet_option, theme_option, url_option
from sitegen.errors import EspalierError
from sitegen.site.location import find_folder
from sitegen.terminal import progress_bar

if TYPE_CHECKING:
    from sitegen.check.whole_site import Checked


@click.command()
@folder_argument
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The folder to write to, e.g. public.")
@click.option(
    "--state",
    type=click.Path(path_type=Path),
    help="The folder for the build's own records; by default .NAME.espalier beside OUT.",
)
@click.option("--jobs", default=0, metavar="N", help="Processes to use; 0: one for each core.")
@click.option(
    "--gzip",
    "compression",
    type=click.Choice([each.value for each in Compression]),
    default=Compression.NONE.value,
    help="Write a compressed copy of each page beside it, or only that copy.",
)
@click.option("--fresh", is_flag=True, help="Compare every file instead of trusting the last build's manifest.")
@click.option("--verify", is_flag=True, help="Compare every stamped page with what plain Jinja renders.")
@click.option(
    "--explain", is_flag=True, help="List the pages that cannot be stamped and why, and what causes many shapes."
)
@click.option(
    "--remove-up-to", type=click.IntRange(min=0), metavar="N", help="Remove up to N members' sites; else few may go."
)
@click.option("--frozen", is_flag=True, help="Give no new address: each must stand in addresses.csv.")
@click.option("--strict", is_flag=True, help="Build nothing if any row of the roster has a fault.")
@url_option
@capture_option
@theme_option
@json_option
@quiet_option
def build(
    folder: Path | None,
    out: Path,
    state: Path | None,
    jobs: int,
    compression: str,
    fresh: bool,
    verify: bool,
    explain: bool,
    remove_up_to: int | None,
    frozen: bool,
    strict: bool,
    url: str | None,
    capture_url: str | None,
    theme: str | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Write the company's site and every active member's into OUT; only changed files are written.

    \b
    Example:
      sitegen build content --out public
    """
    folder = find_folder(folder)
    options = BuildOptions(
        folder=folder,
        token_keys=token_keys(folder),
        out=out,
        state=state,
        url=url,
        capture_url=capture_url,
        theme=theme,
        compression=Compression(compression),
        jobs=jobs,
        fresh=fresh,
        verify=verify,
        remove_up_to=remove_up_to,
        frozen=frozen,
        strict=strict,
    )
    summary = up_to_date.nothing_changed(options)
    if summary is None:
        from sitegen.build import builder

        with progress_bar("members", silent=quiet or as_json) as progress:
            summary = builder.build(options, progress)
    if as_json:
        click.echo(json.dumps(summary_json(summary), ensure_ascii=False))
    elif not quiet:
        click.echo(_summary_text(summary))
    if explain and not as_json:
        _explain(options)
    if summary.faults:
        if not as_json:
            _tell_faults(summary)
        sys.exit(1)


def _tell_faults(summary: BuildSummary) -> None:
    click.echo("\n".join(map(str, summary.faults)), err=True)
    one = (
        "one fault of a single member"
        if len(summary.faults) == 1
        else f"{len(summary.faults)} faults of single members"
    )
    click.echo(f"{one}; everything else is built", err=True)


@click.command(name="check")
@folder_argument
@click.option("--fix", is_flag=True, help="Give new members their addresses, and remember them in addresses.csv.")
@click.option("--frozen", is_flag=True, help="Report members without an address in addresses.csv as faults.")
@click.option("--lenient", is_flag=True, help="End with 0 if only single members have faults.")
@click.option(
    "--suggest",
    "export",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Propose a [site.roster] for site.toml that reads this roster, as another program exported it.",
)
@json_option
def check_command(
    folder: Path | None, fix: bool, frozen: bool, lenient: bool, export: Path | None, as_json: bool
) -> None:
    """Report all faults in configuration, roster, pages, theme and internal links.

    \b
    Example:
      sitegen check content
      sitegen check content --suggest distributors.csv
    """
    if export is not None:
        _suggest(find_folder(folder), export, as_json)
        return
    from sitegen.check import everything

    if fix and frozen:
        raise click.UsageError("--fix gives addresses, and --frozen gives none: choose one")
    folder = find_folder(folder)
    try:
        found = everything.everything(folder, signer(folder), remember=fix, frozen=frozen)
    except EspalierError as error:
        if not as_json:
            raise
        click.echo(json.dumps([fault_json(fault) for fault in error.faults], ensure_ascii=False))
        sys.exit(1)
    if as_json:
        click.echo(json.dumps([fault_json(fault) for fault in found.of_members], ensure_ascii=False))
    else:
        _tell_checked(folder, found)
    if found.of_members and not lenient:
        sys.exit(1)


def _tell_checked(folder: Path, found: Checked) -> None:
    site = found.site
    pages = sum(map(len, site.pages.values()))
    faults = len(found.of_members)
    if faults:
        click.echo("\n".join(map(str, found.of_members)), err=True)
        if faults > 1:
            click.echo(f"{faults} faults", err=True)
    else:
        click.echo(f"{folder}: no faults in {pages} pages, {found.members} members, theme {site.theme.name}")
    if found.remembered:
        click.echo(f"{site.addresses_path}: {found.addresses} addresses remembered")
    elif found.addresses and site.addresses_path.is_file():
        click.echo(f"{found.addresses} addresses are new; `sitegen check --fix` or a build remembers them")
    for note in found.notes:
        click.echo(note, err=True)


def _suggest(folder: Path, export: Path, as_json: bool) -> None:
    from sitegen.roster import suggesting
    from sitegen.site import config

    found = suggesting.suggest(export, config.load(folder).locales)
    text = json.dumps(suggesting.to_json(found), ensure_ascii=False) if as_json else suggesting.to_toml(found)
    click.echo(text, nl=as_json)


def _summary_text(summary: BuildSummary) -> str:
    plain = f"; {len(summary.unstamped)} pages not stamped, see --explain" if summary.unstamped else ""
    return (
        f"{summary.members} members, {summary.pages} pages: {summary.written} files written "
        f"({summary.bytes_written / 1e6:.1f} MB), {summary.unchanged} unchanged, {summary.removed} removed, "
        f"in {summary.seconds:.1f} s{plain}"
    )


def _explain(options: BuildOptions) -> None:
    from sitegen.build import stamping_report
    from sitegen.check import people
    from sitegen.render.renderer import Renderer
    from sitegen.site import site as sites

    site = sites.load_by(options)
    with people.roster(site) as roster:
        explained = list(stamping_report.explain(site, Renderer(site, signer(options.folder)), roster))
    for each in explained:
        click.echo(
            f"{each.page} ({each.locale}): {each.shapes} shapes of {each.members} members, "
            f"{each.plain} rendered plainly" + (f"; not stamped: {each.reason}" if each.reason else "")
        )
        for question, count in each.questions:
            click.echo(f"    asked in {count} places: {question}")
    click.echo(f"{sum(not each.reason for each in explained)} of {len(explained)} pages are stamped")
