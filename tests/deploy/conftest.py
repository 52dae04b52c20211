"""Sites published by docs/deploy/publish.sh, with their capture service, behind each web server."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import pytest

from tests.conftest import SECRET_KEY, SITES, TOKEN_KEY, replace_in
from tests.deploy.servers import (
    DOMAIN,
    LOOPBACK,
    RECIPES,
    Published,
    Server,
    free_ports,
    missing,
    process,
    running,
    until_listening,
)
from tests.required import SERVERS, skip_or_fail

URL = f"https://{DOMAIN}"
RECIPE_NAMES = [
    f"{name}-{layout}" for name in ("nginx", "caddy", "apache", "lighttpd") for layout in ("path", "subdomain")
]
WITHOUT_CADDY = pytest.mark.parametrize(
    "server", [name for name in RECIPE_NAMES if not name.startswith("caddy")], indirect=True
)
NOT_FOUND = "---\ntitle: Nothing here\n---\n\nNothing is written on this card.\n"


@pytest.fixture(scope="session")
def _deployments(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployments]:
    if lacking := missing():
        skip_or_fail(SERVERS, f"not on this machine: {', '.join(lacking)}")
    with ExitStack() as stack:
        yield Deployments(tmp_path_factory, stack)


@pytest.fixture(params=[name for name in RECIPE_NAMES if name.endswith("-subdomain")])
def with_subdomains(request: pytest.FixtureRequest, _deployments: Deployments) -> Server:
    """The recipes whose members have hosts of their own."""
    return _deployments.server(*request.param.split("-"))


@pytest.fixture(params=RECIPE_NAMES)
def server(request: pytest.FixtureRequest, _deployments: Deployments) -> Server:
    """Each recipe in turn; started once and kept until the end."""
    return _deployments.server(*request.param.split("-"))


class Deployments:
    """Starts what a test asks for the first time."""

    def __init__(self, folders: pytest.TempPathFactory, stack: ExitStack) -> None:
        self._folders = folders
        self._stack = stack
        self.server = cache(self._server)
        self.published = cache(self._published)

    def _server(self, name: str, layout: str) -> Server:
        work = self._folders.mktemp(f"{name}-{layout}")
        return self._stack.enter_context(running(name, self.published(layout), work))

    def _published(self, layout: str) -> Published:
        work = self._folders.mktemp(layout)
        folder = Path(shutil.copytree(SITES / layout / "input", work / "content"))
        replace_in(folder / "site.toml", "https://potandkettle.example", URL)
        replace_in(folder / "site.toml", "https://sign.potandkettle.example", f"{URL}/capture")
        for locale in ("en", "es"):
            (folder / "pages" / locale / "404.md").write_text(NOT_FOUND, encoding="utf-8")
        with (folder / "addresses.csv").open("a", encoding="utf-8") as book:
            book.write("m1,ana-obrien,2020-01-01,2021-01-01,\n")
        (port,) = free_ports(1)
        site = Published(layout, folder, work / "srv", port, environ(work))
        publish(site)
        command = [sys.executable, "-m", "capture", "serve", "--host", LOOPBACK, "--port", str(port)]
        until_listening(port, self._stack.enter_context(process(command, work, site.environ)))
        return site


def publish(site: Published) -> None:
    """Runs publish.sh as the deployment guide says."""
    script = str(RECIPES / "publish.sh")
    ended = subprocess.run(
        [script, str(site.folder), str(site.place)], env=dict(site.environ), capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr


def environ(work: Path) -> dict[str, str]:
    """Returns the environment of commands: of this process, with secrets, and a database in the folder ``work``."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ESPALIER_")}
    return {
        **kept,
        "PATH": f"{Path(sys.executable).parent}:{kept.get('PATH', '')}",
        "ESPALIER_TOKEN_KEY": TOKEN_KEY,
        "ESPALIER_SECRET_KEY": SECRET_KEY,
        "ESPALIER_DATABASE_URL": f"sqlite:///{work / 'capture.sqlite'}",
    }
