"""A real pgbouncer in transaction mode before the suite's PostgreSQL, with Debian's defaults otherwise."""

from __future__ import annotations

import getpass
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import make_url

MISSING = "pgbouncer is missing (apt install pgbouncer)"
START_SECONDS = 20.0


def program() -> str | None:
    """Where pgbouncer is; None if it is not installed."""
    return shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")


@contextmanager
def pooling(database_url: str, *, connections: int, **settings: object) -> Iterator[str]:
    """Runs a pooler before a database, and yields the database's address through it.

    ``connections``: how many the pooler opens to the server, for any number of clients. ``settings``: more lines of its
    configuration. It listens on a socket in a folder of its own.
    """
    found = program()
    assert found, MISSING
    with tempfile.TemporaryDirectory(prefix="pooler-") as place:
        folder = Path(place)
        folder.chmod(0o755)
        run = folder / "run"
        run.mkdir()
        run.chmod(0o777)  # it gives up root's rights
        _configure(folder, database_url, connections, settings)
        with (folder / "output").open("w") as output:
            process = subprocess.Popen([found, str(folder / "ini")], stdout=output, stderr=output)
        try:
            _wait(process, run / ".s.PGSQL.6432", folder / "output")
            yield f"postgresql://anybody@/pooled?host={run}&port=6432"
        finally:
            process.kill()
            process.wait()


def _configure(folder: Path, database_url: str, connections: int, settings: dict[str, object]) -> None:
    url = make_url(database_url)
    sockets = Path(str(url.query["host"]))
    lines = {
        "pool_mode": "transaction",
        "default_pool_size": connections,
        "max_client_conn": 200,
        "listen_port": 6432,
        "unix_socket_dir": folder / "run",
        "auth_type": "trust",
        "auth_file": folder / "users",
        # Root is refused; only the server's own user may enter the folder with the server's socket.
        **({"user": sockets.owner()} if getpass.getuser() == "root" else {}),
        **settings,
    }
    target = f"pooled = host={sockets} dbname={url.database} user={url.username}"
    (folder / "users").write_text('"anybody" ""\n')
    told = "\n".join(f"{name} = {value}" for name, value in lines.items())
    (folder / "ini").write_text(f"[databases]\n{target}\n[pgbouncer]\n{told}\n")


def _wait(process: subprocess.Popen[bytes], socket: Path, output: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while not socket.exists():
        assert process.poll() is None, output.read_text()
        assert time.monotonic() < until, output.read_text()
        time.sleep(0.02)
