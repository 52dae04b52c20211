"""Real web servers with the recipes of docs/deploy, on loopback, and a client that says which host it means.

Of a recipe only ports and paths are replaced: the client connects to 127.0.0.1 and names ``example.com`` in TLS and
in the Host header, so that nothing has to be resolved.
"""

from __future__ import annotations

import http.client
import os
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import ROOT
from tests.deploy import apache, caddy, lighttpd, nginx

DOMAIN = "example.com"
RECIPES = ROOT / "docs" / "deploy"
LOOPBACK = "127.0.0.1"
START_SECONDS = 30.0
STOP_SECONDS = 10.0

PLACE, CERTIFICATE_FOLDER, CAPTURE = "/srv/espalier", f"/etc/letsencrypt/live/{DOMAIN}", f"{LOOPBACK}:8001"
ACME = "/var/www/acme"
ACCESS_LOGS = ("/var/log/nginx/espalier.log", "/var/log/apache2/espalier.log", "/var/log/lighttpd/espalier.log")
ERROR_LOGS = ("/var/log/apache2/espalier-errors.log", "/var/log/lighttpd/espalier-errors.log")
"""What a recipe says and a test replaces."""

IPV6 = ("listen [::]", '$SERVER["socket"] == "[::]')
"""How lines begin that let a server listen on IPv6, too."""


@dataclass(frozen=True)
class Published:
    """A site as publish.sh left it, with the capture service that belongs to it."""

    layout: str
    folder: Path
    place: Path
    capture_port: int
    environ: Mapping[str, str]


@dataclass(frozen=True)
class Answer:
    """What a server said. Names of headers are in lower case; ``doubled`` holds those that came twice."""

    status: int
    headers: Mapping[str, str]
    doubled: frozenset[str]
    body: bytes


@dataclass(frozen=True)
class Server:
    """A running web server."""

    name: str
    published: Published
    http_port: int
    https_port: int
    authority: Path
    """The certificate that its own is checked against."""
    logs: tuple[Path, ...]
    """The files in which it writes of visits and errors."""

    @property
    def subdomains(self) -> bool:
        """Whether members stand on hosts of their own."""
        return self.published.layout == "subdomain"

    def member(self, slug: str, path: str = "/", **request: object) -> Answer:
        """Asks for a path below a member's root."""
        if self.subdomains:
            return self.ask(path, host=f"{slug}.{DOMAIN}", **request)  # type: ignore[arg-type]
        return self.ask(f"/{slug}{path}", **request)  # type: ignore[arg-type]

    def ask(
        self,
        path: str,
        *,
        host: str = DOMAIN,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        plain: bool = False,
    ) -> Answer:
        """One request, sent as it is written here. ``plain``: without TLS."""
        port = self.http_port if plain else self.https_port
        connection = http.client.HTTPConnection(LOOPBACK, port, timeout=10)
        with socket.create_connection((LOOPBACK, port), timeout=10) as plain_socket:
            connection.sock = plain_socket if plain else self.tls().wrap_socket(plain_socket, server_hostname=host)
            try:
                connection.request(method, path, body=body, headers={"Host": host, **(headers or {})})
                answer = connection.getresponse()
                found = [(name.lower(), value) for name, value in answer.getheaders()]
                names = [name for name, _ in found]
                doubled = frozenset(name for name in names if names.count(name) > 1)
                return Answer(answer.status, dict(found), doubled, answer.read())
            finally:
                connection.close()

    def tls(self) -> ssl.SSLContext:
        """How a client checks the server's certificate."""
        return ssl.create_default_context(cafile=str(self.authority))


def missing() -> list[str]:
    """The programs that these tests need and this machine lacks."""
    needed = ("nginx", "caddy", "apache2", "lighttpd", "openssl")
    path = f"{os.environ.get('PATH', '')}:/usr/sbin"  # where Debian keeps nginx
    return [name for name in needed if shutil.which(name, path=path) is None] + lighttpd.missing()


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on just now, all different."""
    listeners = [socket.create_server((LOOPBACK, 0)) for _ in range(count)]
    ports = [listener.getsockname()[1] for listener in listeners]
    for listener in listeners:
        listener.close()
    return ports


def certificate(folder: Path) -> Path:
    """Makes a certificate for the domain and every host below it, with its key, as certbot would name them."""
    folder.mkdir(parents=True)
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
            *("-days", "2", "-subj", f"/CN={DOMAIN}", "-keyout", folder / "privkey.pem"),
            *("-addext", f"subjectAltName=DNS:{DOMAIN},DNS:*.{DOMAIN}", "-out", folder / "fullchain.pem"),
            *("-addext", "keyUsage=digitalSignature,keyCertSign"),
        ],
        check=True,
        capture_output=True,
    )
    return folder


@contextmanager
def running(name: str, published: Published, work: Path) -> Iterator[Server]:
    """nginx, caddy, apache or lighttpd with the recipe for the published layout, until the block ends."""
    http_port, https_port = free_ports(2)
    certificates = certificate(work / "certificates")
    replaced = {
        PLACE: str(published.place),
        ACME: str(work / "acme"),
        CERTIFICATE_FOLDER: str(certificates),
        CAPTURE: f"{LOOPBACK}:{published.capture_port}",
        **dict.fromkeys(ACCESS_LOGS, str(work / "access.log")),
        **dict.fromkeys(ERROR_LOGS, str(work / "errors.log")),
    }
    authority = certificates / "fullchain.pem"
    logs = (work / "access.log", work / "errors.log", work / f"{name}.log", work / "setpriv.log")
    if name == "nginx":
        replaced |= {"listen 443": f"listen {LOOPBACK}:{https_port}", "listen 80": f"listen {LOOPBACK}:{http_port}"}
        command = nginx.command(work, _recipe(RECIPES / f"nginx-{published.layout}.conf", replaced))
    elif name == "apache":
        replaced |= {"*:443": f"{LOOPBACK}:{https_port}", "*:80": f"{LOOPBACK}:{http_port}"}
        command = apache.command(
            work, _recipe(RECIPES / f"apache-{published.layout}.conf", replaced), http_port, https_port
        )
    elif name == "lighttpd":
        replaced |= {
            "server.port = 80": f'server.bind = "{LOOPBACK}"\nserver.port = {http_port}',
            '":443"': f'"{LOOPBACK}:{https_port}"',
            '"port" => 8001': f'"port" => {published.capture_port}',
            "/etc/lighttpd": str(work),
            "/run/lighttpd.pid": str(work / "lighttpd.pid"),
            "/var/cache/lighttpd/uploads": str(work / "uploads"),
        }
        command = lighttpd.command(
            work,
            _recipe(RECIPES / f"lighttpd-{published.layout}.conf", replaced),
            _recipe(RECIPES / "espalier.lua", replaced),
        )
    else:
        command = caddy.command(
            work, _recipe(RECIPES / f"{published.layout}.Caddyfile", replaced), http_port, https_port
        )
        if published.layout == "path":  # the recipe that leaves certificates to Caddy
            authority = work / "storage" / "pki" / "authorities" / "local" / "root.crt"
    server = Server(name, published, http_port, https_port, authority, logs)
    with process(command, work, _environ(work)) as log:
        _wait(server, log)
        yield server


@contextmanager
def process(
    command: list[str], work: Path, environ: Mapping[str, str]
) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """A child with its output in a file, ended by its process id when the block ends."""
    log = work / f"{Path(command[0]).name}.log"
    with log.open("wb") as output:
        child = subprocess.Popen(command, env=dict(environ), stdout=output, stderr=output, cwd=work)
        try:
            yield child, log
        finally:
            child.terminate()
            try:
                child.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def _recipe(path: Path, replaced: Mapping[str, str]) -> str:
    # Tests listen on IPv4 loopback alone.
    lines = path.read_text(encoding="utf-8").splitlines()
    text = "\n".join(line for line in lines if not line.strip().startswith(IPV6))
    for old, new in replaced.items():
        text = text.replace(old, new)
    return text + "\n"


def _environ(work: Path) -> dict[str, str]:
    home = str(work)
    path = f"{os.environ.get('PATH', '')}:/usr/sbin"
    return {"PATH": path, "HOME": home, "XDG_DATA_HOME": home, "XDG_CONFIG_HOME": home}


def until_listening(port: int, child: tuple[subprocess.Popen[bytes], Path]) -> None:
    """Waits until somebody takes connections at a port of this machine."""
    _until(lambda: socket.create_connection((LOOPBACK, port), timeout=5).close(), f"port {port}", child)


def _wait(server: Server, child: tuple[subprocess.Popen[bytes], Path]) -> None:
    _until(lambda: server.ask("/"), server.name, child)


def _until(answers: Callable[[], object], name: str, child: tuple[subprocess.Popen[bytes], Path]) -> None:
    started, log = child
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            answers()
            return
        except (OSError, http.client.HTTPException) as error:
            if started.poll() is not None or time.monotonic() > deadline:
                said = log.read_text(encoding="utf-8", errors="replace")
                raise AssertionError(f"{name} does not answer ({error}); it said:\n{said}") from error
            time.sleep(0.05)
