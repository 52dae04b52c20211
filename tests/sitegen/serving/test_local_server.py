"""The local server as a real process: preview with live reload, and a built folder as it lies on the disk."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest

from sitegen.build.options import BuildSummary
from tests.conftest import replace_in


@contextmanager
def serving(*arguments: str | Path) -> Iterator[int]:
    """A ``sitegen serve`` process; gives its port."""
    command = [sys.executable, "-m", "sitegen", "serve", *map(str, arguments)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            yield int(line.split("http://127.0.0.1:")[1].split("/")[0])
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=10) == 0
        finally:
            process.kill()


def get(port: int, path: str, method: str = "GET", host: str | None = None) -> tuple[int, dict[str, str], str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request(method, path, headers={"Host": host} if host else {})
    answer = connection.getresponse()
    body = answer.read().decode(errors="replace")
    connection.close()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, body


def test_the_preview_follows_every_save(folder: Path) -> None:
    home = folder / "pages" / "en" / "home.md"
    with serving(folder, "--port", "0") as port:
        status, headers, page = get(port, "/tom-co-b/")
        assert status == 200
        assert "I'm Tom" in page
        assert '<script src="/-/reload.js" defer></script></body>' in page
        assert "default-src 'self'" in headers["content-security-policy"]
        with urlopen(f"http://127.0.0.1:{port}/-/reload", timeout=10) as versions:
            assert versions.readline() == b"retry: 500\n"
            first = versions.readline()
            versions.readline()
            saved = time.monotonic()
            replace_in(home, "I'm {{", "I am {{")
            assert versions.readline() != first
            told_after = time.monotonic() - saved
        assert "I am Tom" in get(port, "/tom-co-b/")[2]
        # The promise is a second; the bound here is loose because machines that test are busy ones.
        assert told_after < 10


def test_a_broken_file_shows_where_and_recovers(folder: Path) -> None:
    about = folder / "pages" / "en" / "about.md"
    with serving(folder, "--port", "0") as port:
        replace_in(about, "![A leaf]", "{{ membr }} ![A leaf]")
        _, page = _when(lambda: get(port, "/about/"), 500)
        assert "about.md:12" in page
        assert "unknown name &quot;membr&quot;" in page
        assert get(port, "/")[0] == 200, "the other pages still show"
        replace_in(about, "title: About", "titel: About")
        _, page = _when(lambda: get(port, "/"), 500)
        assert "about.md:2" in page
        assert "did you mean &quot;title&quot;?" in page
        replace_in(about, "titel: About", "title: About")
        replace_in(about, "{{ membr }} ", "")
        assert _when(lambda: get(port, "/about/"), 200)[0] == 200


def append(path: Path, text: str) -> None:
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


def _when(ask: Callable[[], tuple[int, dict[str, str], str]], status: int) -> tuple[int, str]:
    """Asks until the preview has seen the save."""
    for _ in range(200):
        found, _, body = ask()
        if found == status:
            return found, body
        time.sleep(0.05)
    pytest.fail(f"no answer {status}")


def test_what_the_preview_answers(folder: Path) -> None:
    with serving(folder, "--port", "0") as port:
        assert get(port, "/gone/")[0] == 410
        assert get(port, "/nobody/")[0] == 404
        assert get(port, "/ana/nothing/")[0] == 404
        assert get(port, "/ana", "GET")[1]["location"] == "/ana/"
        assert get(port, "/ana/quienes-somos")[1]["location"] == "/ana/quienes-somos/"
        assert get(port, "/ana/en/about/")[0] == 200
        assert get(port, "/ana/contact.vcf")[1]["content-type"].startswith("text/vcard")
        assert get(port, "/ana/qr.svg")[1]["content-type"].startswith("image/svg+xml")
        assert get(port, "/sitemap.xml")[0] == 200
        assert get(port, "/ana/", "POST")[0] == 405
        assert get(port, "/../site.toml")[0] == 404
        page = get(port, "/ana/")[2]
        photo = page.split('<img src="')[1].split('"')[0]
        assert get(port, photo)[0] == 200


def test_landing_pages_in_the_preview(folder: Path) -> None:
    replace_in(folder / "members.csv", ",en,CN,active,", ",en,CN,inactive,")
    append(folder / "campaigns.csv", "wang,m4,web,,,\n")
    with serving(folder, "--port", "0") as port:
        assert "Nos oíste en la radio" in get(port, "/ana/c/radio7/")[2]
        assert "We met" in get(port, "/c/fair/")[2]
        assert "Do you have a code?" in get(port, "/c/")[2]
        assert get(port, "/ana/c/radio7")[1]["location"] == "/ana/c/radio7/"
        assert get(port, "/c/fair")[1]["location"] == "/c/fair/"
        assert get(port, "/c")[1]["location"] == "/c/"
        for nothing in (
            "/ana/c/tom2/",
            "/ana/c/fair/",
            "/c/radio7/",
            "/c/nothing/",
            "/ana/c/",
            "/c/Fair/",
            "/campaign/",
        ):
            assert get(port, nothing)[0] == 404, nothing
        for gone in ("/gone/c/left/", "/wang-xiao-ming/c/wang/"):
            assert get(port, gone)[0] == 410, gone
        append(folder / "campaigns.csv", "bus,m2,newspaper,,,\n")
        assert "You read about us" in _when(lambda: get(port, "/tom-co-b/c/bus/"), 200)[1]
        append(folder / "campaigns.csv", "bus,m1,newspaper,,,\n")
        assert "code &quot;bus&quot; is also on line 8" in _when(lambda: get(port, "/"), 500)[1]


def test_members_hosts_in_the_subdomain_layout(folder: Path) -> None:
    replace_in(folder / "site.toml", 'locales = ["en", "es"]', 'layout = "subdomain"\nlocales = ["en", "es"]')
    with serving(folder, "--port", "0") as port:
        assert "Ana O" in get(port, "/", host=f"ana.127.0.0.1:{port}")[2]
        assert "We are Pot" in get(port, "/")[2]
        assert "Nos oíste en la radio" in get(port, "/c/radio7/", host=f"ana.127.0.0.1:{port}")[2]
        assert get(port, "/c/fair/", host=f"ana.127.0.0.1:{port}")[0] == 404
        policy = get(port, "/c/")[1]["content-security-policy"]
        members = f"http://*.127.0.0.1:{port};"
        assert f"form-action 'self' https://sign.potandkettle.example {members}" in policy


def test_the_next_port_is_taken_where_one_is_in_use(folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        wished = taken.getsockname()[1]
        with serving(folder, "--port", wished) as port:
            assert wished < port <= wished + 20


def test_a_built_folder_as_it_lies_there(rebuild: Callable[..., BuildSummary], folder: Path, out: Path) -> None:
    rebuild()
    with serving(folder, "--built", out, "--port", "0") as port:
        _, headers, page = get(port, "/ana/")
        assert page == (out / "ana" / "index.html").read_text(encoding="utf-8")
        assert headers["cache-control"] == "no-cache"
        assert headers["etag"]
        assert "form-action 'self' https://sign.potandkettle.example" in headers["content-security-policy"]
        style = page.split('rel="stylesheet" href="')[1].split('"')[0]
        assert "immutable" in get(port, style)[1]["cache-control"]
        assert get(port, "/ana")[1]["location"] == "/ana/"
        assert get(port, "/gone/")[0] == 404
        assert get(port, "/.espalier/record.sqlite")[0] == 404
        for outside in ("/../site/site.toml", "/ana/../../site/site.toml", "/ana/../..", f"/ana/../../{out.name}"):
            assert get(port, outside)[0] == 404


def test_a_built_folder_stands_at_the_path_of_its_address(
    rebuild: Callable[..., BuildSummary], folder: Path, out: Path
) -> None:
    (folder / "pages" / "en" / "404.md").write_text("---\ntitle: Nothing\n---\n\nNothing here.\n", encoding="utf-8")
    (folder / "pages" / "es" / "404.md").write_text("---\ntitle: Nada\n---\n\nNada aqui.\n", encoding="utf-8")
    replace_in(folder / "site.toml", "https://potandkettle.example", "https://kettle.example/shops")
    rebuild()
    with serving(folder, "--built", out, "--port", "0") as port:
        page = get(port, "/shops/ana/")[2]
        assert page == (out / "ana" / "index.html").read_text(encoding="utf-8")
        style = page.split('rel="stylesheet" href="')[1].split('"')[0]
        assert style.startswith("/shops/assets/")
        assert get(port, style)[0] == 200
        for start in ("/", "/shops"):
            assert (get(port, start)[0], get(port, start)[1]["location"]) == (308, "/shops/")
        assert get(port, "/shops/ana")[1]["location"] == "/shops/ana/"
        for outside in ("/ana/", "/shopsana/", "/assets/", "/robots.txt", "/shops/nowhere/"):
            status, _, told = get(port, outside)
            assert (status, "Nothing here." in told) == (404, True)
        assert get(port, "/shops/../ana/")[0] == 404
