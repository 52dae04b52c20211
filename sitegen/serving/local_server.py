"""The web server for one's own machine: the preview with live reload, or a built folder as it is on the disk."""

from __future__ import annotations

import errno
import signal
import socket
from collections.abc import Callable, Iterable, Iterator
from html import escape
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.utils import send_from_directory
from werkzeug.wrappers import Request, Response

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

from sitegen.errors import EspalierError, Fault
from sitegen.render.resolver import NOT_FOUND_FILE
from sitegen.serving.policy import policy
from sitegen.serving.preview import Preview, PreviewPages, unexpected
from sitegen.site.addresses import Addresses

RequestHandler = Callable[[Request], Response]

RELOAD_PATH, SCRIPT_PATH = "/-/reload", "/-/reload.js"
_SCRIPT = (Path(__file__).parent / "reload.js").read_bytes()
_TAG = f'<script src="{SCRIPT_PATH}" defer></script>'
_STREAM_SECONDS = 3600.0
_PORTS_TRIED = 20


def preview_app(preview: Preview) -> RequestHandler:
    """Returns the application that renders pages on request; each page reloads itself when a file is saved."""

    def answer(request: Request) -> Response:
        if request.path == SCRIPT_PATH:
            return Response(_SCRIPT, mimetype="text/javascript")
        if request.path == RELOAD_PATH:
            return Response(_versions(preview), mimetype="text/event-stream", headers={"Cache-Control": "no-store"})
        if request.method not in {"GET", "HEAD"}:
            return Response("only GET and HEAD", 405, headers={"Allow": "GET, HEAD"})
        pages = preview.pages
        if pages is None:
            return _error_page(preview.error.faults if preview.error else ())
        try:
            return _page(pages, request)
        except EspalierError as error:
            return _error_page(error.faults)
        except Exception as error:  # noqa: BLE001 - the person who writes the page sees what happened, and goes on
            return _error_page(unexpected(error).faults)

    return answer


def built_app(folder: Path, capture_url: str, addresses: Addresses | None = None) -> RequestHandler:
    """Returns the application that sends the files of a built folder, with the headers of a production server.

    The folder stands where the site's address has it: below ``/shops/`` for ``https://example.com/shops``. ``/`` leads
    there; all else outside is not found.
    """
    root = addresses.root if addresses else "/"

    def answer(request: Request) -> Response:
        if request.path == "/" != root or f"{request.path}/" == root:
            return Response(status=308, headers={"Location": root})
        if not request.path.startswith(root):
            return _not_found(folder)
        path = request.path.removeprefix(root).lstrip("/")
        if path.startswith(".") or ".." in path.split("/"):
            return Response("not found", 404)
        if not path or path.endswith("/"):
            path += "index.html"
        elif (folder / path).is_dir():
            return Response(status=308, headers={"Location": f"{request.path}/"})
        if not (folder / path).is_file():
            return _not_found(folder)
        response = send_from_directory(folder.resolve(), path, request.environ)
        response.headers["Content-Security-Policy"] = policy(capture_url, addresses)
        response.headers["X-Content-Type-Options"] = "nosniff"
        cache = "public, max-age=31536000, immutable" if path.startswith("assets/") else "no-cache"
        response.headers["Cache-Control"] = cache
        return response

    return answer


class LocalServer:
    """The web server for one's own machine. It has its port at once, and answers when ``run`` is called."""

    def __init__(self, host: str, port: int) -> None:
        self._app: RequestHandler | None = None
        self._server = make_server(host, port, self._wsgi, threaded=True, request_handler=_Quiet)
        self._server.daemon_threads = True  # type: ignore[attr-defined]  # an open reload stream must not hold the end
        self.host = host
        self.port = self._server.port
        self.address = f"http://{self.host}:{self.port}"

    def run(self, app: RequestHandler, ready: Callable[[], None]) -> None:
        """Answers requests until Ctrl-C or SIGTERM. ``ready`` is called once, just before the first answer."""
        self._app = app
        ending = signal.signal(signal.SIGTERM, _interrupt)
        try:
            ready()
            self._server.serve_forever(poll_interval=0.1)
        except KeyboardInterrupt:
            pass
        finally:
            signal.signal(signal.SIGTERM, ending)
            self._server.server_close()

    def _wsgi(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        assert self._app is not None
        return self._app(Request(environ))(environ, start_response)


def listening(host: str, port: int) -> LocalServer:
    """Returns a server on the first free port from ``port`` on. Raises EspalierError if twenty ports are in use."""
    for candidate in range(port, port + _PORTS_TRIED):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, candidate))
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    raise EspalierError(
                        Fault(f"cannot listen: {error.strerror}", where=f"{host}:{candidate}")
                    ) from error
                continue
        return LocalServer(host, candidate)
    message = f"this port and the next {_PORTS_TRIED - 1} are in use"
    raise EspalierError(Fault(message, where=f"{host}:{port}", hint="name another one with --port"))


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


class _Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Does nothing: single requests are not logged."""


def _page(pages: PreviewPages, request: Request) -> Response:
    site = pages.snapshot.site
    by_host = site.addresses.layout == "subdomain"
    found = pages.answer(request.path.lstrip("/"), pages.snapshot.slug_of_host(request.host) if by_host else None)
    if found.status == 308:
        return Response(status=308, headers={"Location": found.location})
    content = found.content
    if found.status == 410:
        return _message(410, "This site is gone", "The member whose site this was is no longer active.")
    if found.status == 404:
        return _message(404, "There is no such page", f"The site has no page at {request.path}.")
    if found.type == "text/html":
        content = content.replace(b"</body>", f"{_TAG}</body>".encode())
    headers = {
        "Cache-Control": "no-store",
        "Content-Security-Policy": policy(site.settings.capture_url, site.addresses),
    }
    return Response(content, found.status, headers=headers, mimetype=found.type)


def _versions(preview: Preview) -> Iterator[bytes]:
    """Yields a server-sent event for each version of the site, beginning with the current one."""
    version, ends = preview.version, monotonic() + _STREAM_SECONDS
    yield f"retry: 500\ndata: {version}\n\n".encode()
    while monotonic() < ends:
        newest = preview.wait(version, seconds=15)
        yield f"data: {newest}\n\n".encode() if newest > version else b": still here\n\n"
        version = newest


def _error_page(faults: Iterable[Fault]) -> Response:
    items = "".join(_fault_html(fault) for fault in faults)
    body = f"<h1>This site cannot be shown yet</h1><ol>{items}</ol><p>Save the file and this page comes back.</p>"
    return _document(500, "This site cannot be shown yet", body)


def _fault_html(fault: Fault) -> str:
    place = "" if fault.where is None else f"{fault.where}{f':{fault.line}' if fault.line else ''}"
    hint = f"<p>hint: {escape(fault.hint)}</p>" if fault.hint else ""
    excerpt = f"<pre>{escape(_line(fault))}</pre>" if fault.line else ""
    return f"<li><code>{escape(place)}</code><p><strong>{escape(fault.message)}</strong></p>{excerpt}{hint}</li>"


def _line(fault: Fault) -> str:
    path = Path(str(fault.where))
    if not path.is_file() or fault.line is None:
        return ""
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    return lines[fault.line - 1] if fault.line <= len(lines) else ""


def _message(status: int, title: str, text: str) -> Response:
    return _document(status, title, f"<h1>{escape(title)}</h1><p>{escape(text)}</p>")


def _document(status: int, title: str, body: str) -> Response:
    html = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">'
        f"</head><body>{body}{_TAG}</body></html>"
    )
    return Response(html, status, mimetype="text/html", headers={"Cache-Control": "no-store"})


def _not_found(folder: Path) -> Response:
    page = folder / NOT_FOUND_FILE
    body = page.read_bytes() if page.is_file() else b"not found"
    return Response(body, 404, mimetype="text/html" if page.is_file() else "text/plain")
