"""``sitegen serve``."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sitegen.cli.installation import instance_folder, signer, token_keys
from sitegen.cli.options import capture_option, folder_argument, theme_option, url_option
from sitegen.site.location import find_folder

if TYPE_CHECKING:
    from sitegen.serving.production.renewing import ServeOptions


@click.command(name="serve")
@folder_argument
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
        from sitegen.serving.production.renewing import ServeOptions

        options = ServeOptions(
            folder=folder,
            token_keys=token_keys(folder),
            url=url,
            capture_url=capture_url,
            theme=theme,
            instance=instance_folder(folder),
            roster_url=roster_url,
        )
        _serve_production(options, host, port, workers or len(os.sched_getaffinity(0)))
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
    live = preview.Preview(folder, signer(folder), url=url or address, capture_url=capture_url, theme_name=theme)
    if live.error is not None:
        click.echo(str(live.error), err=True)
    with live.watching():
        server.run(local_server.preview_app(live), lambda: _serving(address, str(folder)))


def _serve_production(options: ServeOptions, host: str, port: int, workers: int) -> None:
    from sitegen.serving.production import workers as production

    listener = production.listen(host, port)
    address = production.address(listener)
    told = str(options.folder)
    production.run(options, listener, workers=workers, ready=lambda: _serving(address, told))


def _serving(address: str, what: str) -> None:
    click.echo(f"{what} at {address}/ (Ctrl-C ends it)")
    sys.stdout.flush()
