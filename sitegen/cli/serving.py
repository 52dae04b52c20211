"""The command ``sitegen serve``: serves a preview, a built folder, or the sites to visitors (production)."""

from __future__ import annotations

import os
import sys
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path

import click

from sitegen.cli.installation import instance_folder, token_keys
from sitegen.cli.options import capture_option, folder_argument, theme_option, url_option
from sitegen.site.location import find_folder
from sitegen.site.options import SiteOptions


@click.command(name="serve")
@folder_argument
@click.option("--built", type=click.Path(path_type=Path), help="Serve the files of this built folder.")
@click.option("--production", is_flag=True, help="Serve visitors, rendering each page on request, without files.")
@click.option("--workers", default=0, metavar="N", help="Processes of --production; 0: one for each core.")
@click.option("--roster", "roster_url", help="The database that `roster-to` filled, for --production.")
@click.option(
    "--remove-up-to",
    type=click.IntRange(min=0),
    metavar="N",
    help="With --production: let a new roster take up to N members from the web; else few may go.",
)
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
    remove_up_to: int | None,
    host: str,
    port: int,
    url: str | None,
    capture_url: str | None,
    theme: str | None,
) -> None:
    """Preview every page on request; the browser reloads when a file is saved.

    \b
    Example:
      sitegen serve content
      sitegen serve content --built public
      sitegen serve content --production --workers 4
    """
    folder = find_folder(folder)
    if built is not None and not production:
        _serve_built(folder, built, host, port, url, capture_url)
        return
    options = SiteOptions(folder=folder, token_keys=token_keys(folder), url=url, capture_url=capture_url, theme=theme)
    if production:
        processes = workers or len(os.sched_getaffinity(0))
        _serve_production(options, roster_url, host, port, workers=processes, remove_up_to=remove_up_to)
    else:
        _serve_preview(options, host, port)


def _serve_built(folder: Path, built: Path, host: str, port: int, url: str | None, capture_url: str | None) -> None:
    from sitegen.serving import local_server
    from sitegen.site import config
    from sitegen.site.addresses import Addresses

    server = local_server.listening(host, port)
    settings = config.load(folder, url=url, capture_url=capture_url)
    addresses = Addresses(settings.site.url, settings.site.layout)
    app = local_server.built_app(built, settings.capture_url, addresses)
    server.run(app, lambda: _serving(server.address + addresses.root.rstrip("/"), str(built)))


def _serve_preview(options: SiteOptions, host: str, port: int) -> None:
    from sitegen.serving import local_server
    from sitegen.serving.preview import Preview

    server = local_server.listening(host, port)
    live = Preview(replace(options, url=options.url or server.address))
    if live.error is not None:
        click.echo(str(live.error), err=True)
    with closing(live), live.watching():
        server.run(local_server.preview_app(live), lambda: _serving(server.address, str(options.folder)))


def _serve_production(
    options: SiteOptions, roster_url: str | None, host: str, port: int, *, workers: int, remove_up_to: int | None
) -> None:
    from sitegen.serving.production import workers as production
    from sitegen.serving.production.renewing import ServeOptions

    listener = production.listen(host, port)
    address, told = production.address(listener), str(options.folder)
    served = ServeOptions(
        **asdict(options),
        instance=instance_folder(options.folder),
        roster_url=roster_url,
        remove_up_to=remove_up_to,
    )
    production.run(served, listener, workers=workers, ready=lambda: _serving(address, told))


def _serving(address: str, what: str) -> None:
    click.echo(f"{what} at {address}/ (Ctrl-C ends it)")
    sys.stdout.flush()
