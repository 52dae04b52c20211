"""``capture demo``: runs the company's sites and the capture service on one machine, with sample data."""

from __future__ import annotations

import signal
from pathlib import Path

import click
from rich.console import Console

from capture import features
from capture.commands import options
from capture.company.generator import find_folder
from capture.demo import supervisor


@click.command()
@options.site
@click.option(
    "--port", default=8000, show_default=True, type=options.PORT, help="The sites' port, or the next free one."
)
@click.option(
    "--capture-port", default=8001, show_default=True, type=options.PORT, help="This service's, or the next free one."
)
@click.option("--empty", is_flag=True, help="Leave out the sample data: a quarter of leads and campaigns.")
def demo(folder: Path | None, port: int, capture_port: int, empty: bool) -> None:
    """Build the company's sites and serve them and this service on this machine, until Ctrl-C.

    Creates secrets in ./instance if there are none. Mails are not sent: the local mailbox shows them. If there is no
    lead yet, a quarter of invented leads, campaigns and visits is added, dated back from today. All files are written
    to the instance folder, including the copy of the site folder that the demo works on.

    \b
    Examples:
      capture demo content
      capture demo content --empty
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    supervisor.run(find_folder(folder), features.ALL, port, capture_port, Console(), empty=empty)
