"""Compares web servers under the production application: requests a second, and what slow senders do to the others.

Those that are installed are compared: ``pip install waitress cheroot pyuwsgi`` adds to granian and gunicorn, which come
with Espalier. Each has as many processes as there are processors, and 4 threads in each.
"""

from __future__ import annotations

import argparse
import importlib.util
import logging
import os
import random
import shutil
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from time import monotonic, perf_counter
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from benchmarks import hello
from benchmarks.serving import Load, Server, addresses, free_port, rate
from benchmarks.workshop import TOKEN_KEY, Workshop

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

PROCESSES = len(os.sched_getaffinity(0))
THREADS = 4
SLOW = 64
ROOT = Path(__file__).parent.parent
ROUNDS = 3
_PATIENCE = 5.0


def granian(app: WSGIApplication, port: int) -> None:
    """Serves as ``sitegen serve --production`` does."""
    from sitegen.serving.production import workers

    listener = workers.listen("127.0.0.1", port)
    workers.ProductionServer(app, listener, workers=PROCESSES, threads=THREADS, ready=lambda: None).run()


def gunicorn(app: WSGIApplication, port: int) -> None:
    """Serves with threads in processes that were forked from this one."""
    from gunicorn.app.base import BaseApplication

    class Gunicorn(BaseApplication):  # type: ignore[misc]
        def load_config(self) -> None:
            settings = {"bind": f"127.0.0.1:{port}", "workers": PROCESSES, "threads": THREADS, "keepalive": 15}
            settings |= {
                "worker_class": "gthread",
                "preload_app": True,
                "control_socket_disable": True,
                "loglevel": "error",
            }
            for name, value in settings.items():
                self.cfg.set(name, value)

        def load(self) -> WSGIApplication:
            return app

    Gunicorn().run()


def waitress(app: WSGIApplication, port: int) -> None:
    """Serves in processes that share a socket, since the server itself has one."""
    import waitress as server  # type: ignore[import-not-found, unused-ignore]

    logging.disable()  # it tells of every request that waits
    listener = socket.create_server(("127.0.0.1", port), backlog=1024)
    _forked()
    server.serve(app, sockets=[listener], threads=THREADS, _quiet=True)


def cheroot(app: WSGIApplication, port: int) -> None:
    """Serves in processes that each listen on the port, since the server itself has one."""
    from cheroot import wsgi  # type: ignore[import-not-found, unused-ignore]

    _forked()
    server = wsgi.Server(("127.0.0.1", port), app, numthreads=THREADS, max=THREADS, reuse_port=True)
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))  # its threads would outlast sys.exit()
    server.start()


def _forked() -> None:
    for _ in range(PROCESSES - 1):
        if os.fork() == 0:
            return


SERVERS: dict[str, Callable[[WSGIApplication, int], None]] = {
    "granian": granian,
    "gunicorn": gunicorn,
    "waitress": waitress,
    "cheroot": cheroot,
}


def pages_app() -> WSGIApplication:
    """Returns the production application for the site that ``$SITE`` names. uWSGI calls it, too."""
    from sitegen.serving.production.app import ProductionApp
    from sitegen.serving.production.renewing import ServeOptions, SnapshotRenewer

    folder = Path(os.environ["SITE"])
    options = ServeOptions(folder=folder, token_keys=(TOKEN_KEY,), instance=folder.parent / "serving", threads=THREADS)
    renewer = SnapshotRenewer(options)
    return ProductionApp(lambda: renewer.files)


def command(server: str, what: str, port: int) -> list[str]:
    """Returns the command that serves ``pages`` or ``hello`` by a server."""
    if server != "uwsgi":
        return [sys.executable, "-m", "benchmarks.servers", "--run", server, what, str(port)]
    module = "benchmarks.servers:pages_app()" if what == "pages" else "benchmarks.hello:app"
    program = str(Path(sys.executable).with_name("uwsgi"))
    options = ["--processes", str(PROCESSES), "--threads", str(THREADS), "--http11-socket", f"127.0.0.1:{port}"]
    return [
        program,
        "--master",
        "--die-on-term",
        "--disable-logging",
        "--logto",
        os.devnull,
        "--listen",
        "100",
        *options,
        "-w",
        module,
    ]


def installed() -> list[str]:
    """Returns the servers that can be compared here."""
    found = [name for name in SERVERS if importlib.util.find_spec(name)]
    return [*found, "uwsgi"] if shutil.which("uwsgi", path=str(Path(sys.executable).parent)) else found


def answered(port: int, address: str, beginning: bytes) -> str:
    """Returns how long another visitor waits while ``SLOW`` senders have sent the beginning of a request."""
    with ExitStack() as stack:
        for _ in range(SLOW):
            stack.enter_context(socket.create_connection(("127.0.0.1", port), 20)).sendall(beginning)
        asked = stack.enter_context(socket.create_connection(("127.0.0.1", port), _PATIENCE))
        began = monotonic()
        try:
            asked.sendall(f"GET {address} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
            return f"{1000 * (monotonic() - began):.0f} ms" if asked.recv(12) else "closed"
        except OSError:
            return f"not in {_PATIENCE:.0f} s"


def warm(port: int, address: Callable[[], str], load: Load) -> float:
    """Returns the rate after the first second, when pages are known; 0 from a server that closes connections."""
    try:
        rate(port, address, Load(load.connections, 1))
        return rate(port, address, load)
    except (RuntimeError, OSError):
        return 0.0


def told(rates: list[float]) -> str:
    """Returns the median of the rates as text."""
    return f"{median(rates):,.0f}" if all(rates) else "closed connections"


def measure(count: int, load: Load) -> Table:
    """Measures every server that is installed, in turn, and returns the table."""
    head = f"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow:{'p' * 8}".encode()
    body = b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 300\r\n\r\nemail="
    table = Table("server", "pages a second", "hello", f"beside {SLOW} slow heads", "slow bodies")
    with Workshop() as shop:
        site = shop.site(count)
        os.environ["SITE"] = str(site)
        pages = addresses(site, count, random.Random(1))
        names = installed()
        rates: dict[tuple[str, str], list[float]] = {}
        for _ in range(ROUNDS):
            for name in names:
                for what, address in (("pages", pages), ("hello", lambda: "/")):
                    port = free_port()
                    with Server(command(name, what, port), ROOT, port):
                        rates.setdefault((name, what), []).append(warm(port, address, load))
        for name in names:
            port = free_port()
            with Server(command(name, "pages", port), ROOT, port):
                slow = [answered(port, pages(), each) for each in (head, body)]
            table.add_row(name, *(told(rates[name, what]) for what in ("pages", "hello")), *slow)
    return table


def main() -> None:
    """Prints the table, or (``--run``) serves by one server."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--members", type=int, default=5_000)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--run", nargs=3, metavar=("SERVER", "WHAT", "PORT"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run:
        server, what, port = options.run
        SERVERS[server](pages_app() if what == "pages" else hello.app, int(port))
        return
    began = perf_counter()
    console = Console()
    console.print(measure(options.members, Load(seconds=options.seconds)))
    console.print(f"{PROCESSES} processors, {perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
