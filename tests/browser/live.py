"""Real processes on loopback: built sites behind ``sitegen serve --built``, and ``capture serve`` with its database."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import IO, Any

from capture.base.db import Database
from capture.base.tokens import Links
from capture.leads import export, queries
from capture.settings import Settings
from sitegen.site import site as sites
from tests.browser.company import LANDINGS
from tests.conftest import SECRET_KEY, TOKEN_KEY

LOOPBACK = "127.0.0.1"
START_SECONDS = 60
STOP_SECONDS = 20


@dataclass(frozen=True)
class Website:
    """A company's sites as they were built, and the address they are served at."""

    folder: Path
    out: Path
    origin: str
    theme: str | None = None

    @cached_property
    def site(self) -> sites.Site:
        return sites.load(self.folder, url=self.origin, theme_name=self.theme)

    def path(self, slug: str | None, key: str, locale: str) -> str:
        """Where a page stands on a member's site, or on the company's own."""
        base = self.site.addresses.member_base(slug) if slug else self.site.addresses.root
        page = self.site.page(key, locale)
        assert page is not None, f"there is no page {key} in {locale}"
        return base + self.site.path(page, self.home_locale(slug))

    def landing(self, slug: str | None) -> str:
        """Where the landing page of a campaign of theirs stands, or (None) of one of the company's."""
        base = self.site.addresses.member_base(slug) if slug else self.site.addresses.root
        return f"{base}c/{LANDINGS[slug]}/"

    def text(self, path: str) -> str:
        """The page at a path as it was written."""
        return (self.out / path.lstrip("/") / "index.html").read_text(encoding="utf-8")

    def address(self, slug: str | None, key: str, locale: str) -> str:
        """The same as an absolute address."""
        return self.origin + self.path(slug, key, locale)

    def html(self, slug: str | None, key: str, locale: str) -> str:
        """A page as it was written."""
        return self.text(self.path(slug, key, locale))

    def home_locale(self, slug: str | None) -> str:
        """The language at the root of a site."""
        return self.members[slug]["locale"] if slug else self.site.settings.default_locale

    @cached_property
    def members(self) -> dict[str, dict[str, Any]]:
        """Every member on the roster, by slug."""
        listed = run(["sitegen", "members", str(self.folder), "--json"], secrets())
        return {member["slug"]: member for member in json.loads(listed)}


@dataclass(frozen=True)
class Capture:
    """A running capture service."""

    origin: str
    environ: Mapping[str, str]

    def leads(self, member: str | None = None) -> list[dict[str, Any]]:
        """What `capture leads --json` prints."""
        chosen = ("--member", member) if member else ()
        found: list[dict[str, Any]] = json.loads(run(["capture", "leads", *chosen, "--json"], self.environ))
        return found

    def stored(self, member: str | None = None) -> list[dict[str, Any]]:
        """The same, read from the database without starting a process."""
        settings = Settings.from_environ(self.environ)
        database, keys = Database(settings.database_url, checkpoints=False), Links(settings.secret_keys).address_keys
        with database.read() as session:
            found = list(export.rows(session, keys, queries.stream_leads(session, member), datetime.now(UTC)))
        database.engine.dispose()
        return found


def secrets(place: Path | None = None) -> dict[str, str]:
    """The environment of one installation, with none of the settings of whoever runs the tests."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("ESPALIER_")}
    environ |= {"ESPALIER_TOKEN_KEY": TOKEN_KEY, "ESPALIER_SECRET_KEY": SECRET_KEY, "ESPALIER_DEMO": "1"}
    return environ | ({"ESPALIER_INSTANCE": str(place)} if place else {})


def run(command: list[str], environ: Mapping[str, str]) -> str:
    """Runs a command of ours to its end, away from the repository; its output."""
    done = subprocess.run(
        [sys.executable, "-m", *command], env=environ, capture_output=True, text=True, cwd="/", check=False
    )
    assert done.returncode == 0, f"{' '.join(command)}: exit code {done.returncode}\n{done.stderr}"
    return done.stdout


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on."""
    with contextlib.ExitStack() as stack:
        listeners = [stack.enter_context(socket.create_server((LOOPBACK, 0))) for _ in range(count)]
        return [int(listener.getsockname()[1]) for listener in listeners]


@contextlib.contextmanager
def website(folder: Path, out: Path, port: int, capture: str, theme: str | None = None) -> Iterator[Website]:
    """Builds the sites of a folder and serves them as files."""
    origin = f"http://{LOOPBACK}:{port}"
    chosen = ("--theme", theme) if theme else ()
    run(
        ["sitegen", "build", str(folder), "--out", str(out), "--url", origin, "--capture-url", capture, *chosen, "-q"],
        secrets(),
    )
    serve = ["sitegen", "serve", str(folder), "--built", str(out), "--port", str(port), "--capture-url", capture]
    with _process(serve, secrets(), origin):
        yield Website(folder, out, origin, theme)


@contextlib.contextmanager
def capture_service(
    folder: Path, place: Path, port: int, sites_origin: str, *, mail_port: int | None = None
) -> Iterator[Capture]:
    """Loads a folder into a database of its own and serves sign-ups.

    ``mail_port``: where a mail server of this machine listens; without one it is the demo, whose mails go nowhere.
    """
    origin = f"http://{LOOPBACK}:{port}"
    place.mkdir()
    environ = secrets(place)
    if mail_port is not None:
        del environ["ESPALIER_DEMO"]
        server = {"ESPALIER_SMTP_URL": f"smtp://{LOOPBACK}:{mail_port}", "ESPALIER_MAIL_FROM": "post@example.com"}
        # All comes from this one machine.
        environ |= server | {f"ESPALIER_LIMIT_{name}": "10000" for name in ("TOKEN", "NETWORK", "DOMAIN", "TOTAL")}
    run(["capture", "sync", str(folder), "--url", sites_origin, "--capture-url", origin], environ)
    with _process(["capture", "serve", "--port", str(port)], environ, origin):
        yield Capture(origin, environ)


@contextlib.contextmanager
def _process(command: list[str], environ: Mapping[str, str], origin: str) -> Iterator[None]:
    # A log file and no pipe: nobody reads while the tests run, and a full pipe would stop the service.
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", *command], env=environ, cwd="/", stdout=subprocess.DEVNULL, stderr=log
        )
        try:
            _wait(process, origin, log)
            yield
        finally:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(process: subprocess.Popen[bytes], origin: str, log: IO[str]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            log.seek(0)
            raise AssertionError(f"{process.args}: exit code {process.returncode}\n{log.read()}")
        try:
            with urllib.request.urlopen(origin, timeout=5):
                return
        except urllib.error.HTTPError as answer:
            answer.close()
            return
        except OSError:
            time.sleep(0.05)
    raise AssertionError(f"{origin} did not answer within {START_SECONDS} s")
