"""``capture serve`` and ``capture worker``: run the web service, or only the sending of mails."""

from __future__ import annotations

import os
import shutil
import tempfile

import click

from capture.base.db import Database
from capture.base.sole_process import sole_service
from capture.commands import installation, options


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8001, show_default=True, type=options.PORT, help="The port; 0 takes any free one.")
@click.option(
    "--threads",
    default=8,
    show_default=True,
    type=click.IntRange(1, 64),
    help="Requests that each process answers at a time.",
)
@click.option(
    "--processes",
    default=1,
    show_default=True,
    type=click.IntRange(1, 64),
    help="Server processes; more than one only with PostgreSQL.",
)
@click.option("--no-worker", is_flag=True, help="Send no mails; `capture worker` must run.")
def serve(host: str, port: int, threads: int, processes: int, no_worker: bool) -> None:
    """Serve sign-ups, the office and all other pages until SIGTERM or Ctrl-C, then finish running requests.

    It also sends the mails in the outbox, unless --no-worker is given.

    \b
    Example:
      capture serve --host 127.0.0.1 --port 8001
    """
    settings = installation.settings()
    database = Database(settings.database_url)
    if processes > 1:
        if database.is_sqlite:
            raise click.UsageError("SQLite takes one process: use PostgreSQL for more")
        _count_together()
    from capture.ops import server

    with sole_service(database):
        database.migrate()
        for warning in () if settings.demo else database.warnings():
            click.echo(f"warning: {warning}", err=True)
        database.engine.dispose()
        with server.listen(host, port) as listener:
            click.echo(f"capture listens on {server.address(listener)}")
            server.run(settings, listener, threads=threads, processes=processes, send_mail=not no_worker)


@click.command()
@click.option("--once", is_flag=True, help="Send the mails that are due, and exit.")
def worker(once: bool) -> None:
    """Send the mails in the outbox until SIGTERM or Ctrl-C, then finish the mail that is being sent.

    `capture serve` does the same in a thread; with PostgreSQL several workers may run. ESPALIER_SMTP_URL sets the mail
    server (smtp+starttls://user:password@host:587), ESPALIER_MAIL_FROM the sender.

    \b
    Example:
      capture worker
    """
    from capture.ops import server

    server.send(installation.settings(), once=once)


def _count_together() -> None:
    """Lets several server processes write their metrics into one folder, by an environment variable, which
    prometheus_client reads when it is imported."""
    folder = tempfile.mkdtemp(prefix="espalier-metrics-")
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
    click.get_current_context().call_on_close(lambda: shutil.rmtree(folder, ignore_errors=True))
