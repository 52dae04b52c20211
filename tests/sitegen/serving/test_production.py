"""Production serving as visitors meet it: the real server in processes of its own, asked over the loopback address."""

from __future__ import annotations

import gzip
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from time import sleep

import pytest

from sitegen.build.builder import build
from sitegen.serving.http import host_of, takes_gzip
from sitegen.serving.production.change_times import ChangeTimes
from sitegen.serving.production.renewing import ServeOptions, SnapshotRenewer
from tests.conftest import TOKEN_KEY, build_options, replace_in, tree
from tests.sitegen.serving.production_server import COMPANY, ProductionServer, inactive, sample, serving, small

# One worker starts the server that most of them ask.
pytestmark = pytest.mark.xdist_group("production")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ProductionServer]:
    """One server for the tests that change nothing."""
    folder = sample(tmp_path_factory.mktemp("served"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ESPALIER_TOKEN_KEY", TOKEN_KEY)
        with serving(folder, "--workers", "2") as running:
            yield running


@pytest.mark.parametrize(
    ("company", "layout"),
    [
        pytest.param("potandkettle", "path", id="few-path"),
        pytest.param("potandkettle", "subdomain", id="few-subdomain"),
        pytest.param("brambleandwick", "path", id="sample-path", marks=pytest.mark.slow),
        pytest.param("brambleandwick", "subdomain", id="sample-subdomain", marks=pytest.mark.slow),
    ],
)
def test_every_file_of_a_build_is_served_byte_for_byte(tmp_path, company, layout):
    """Of a company with few pages, and (slow) of the sample company with all its members."""
    folder = small(tmp_path, layout) if company == "potandkettle" else sample(tmp_path, layout)
    out = tmp_path / "public"
    build(build_options(folder, out))
    built = tree(out)
    members = {path.split("/")[0] for path in built if path.endswith("/contact.vcf")}
    assert len(members) > (10 if company == "brambleandwick" else 1)
    with serving(folder, "--workers", "2") as running:
        for path, content in built.items():
            top, _, rest = path.partition("/")
            on_own_host = layout == "subdomain" and top in members
            host = f"{top}.{company}.example" if on_own_host else f"{company}.example"
            address = "/" + (rest if on_own_host else path).removesuffix("index.html")
            status, _, served = running.ask(address, host=host)
            assert (status, served == content) == (200, True), address


def test_a_page_has_what_caches_need(site):
    status, headers, content = site.ask("/bernadette/faq/")
    assert status == 200
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert headers["Cache-Control"] == "no-cache"
    assert headers["Vary"] == "Accept-Encoding"
    assert headers["Content-Length"] == str(len(content))
    assert re.fullmatch(r'"[0-9a-f]+"', headers["ETag"])
    changed = parsedate_to_datetime(headers["Last-Modified"])
    assert changed <= parsedate_to_datetime(headers["Date"])
    assert "form-action 'self' https://brambleandwick.example" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Content-Encoding" not in headers


@pytest.mark.parametrize(
    "path", ["/", "/bernadette/", "/bernadette/contact.vcf", "/bernadette/qr.svg", "/sitemap.xml", "/no"]
)
def test_head_is_get_without_a_body(site, path):
    status, headers, content = site.ask(path)
    also, same, nothing = site.ask(path, "HEAD")
    assert (also, nothing) == (status, b"")
    assert content
    del headers["Date"], same["Date"]  # a second may lie between them
    assert dict(same) == dict(headers)


@pytest.mark.parametrize("path", ["/", "/bernadette/story/", "/bernadette/contact.vcf", "/robots.txt"])
def test_compressed_is_the_same_under_another_tag(site, path):
    _, plain, content = site.ask(path)
    status, packed, smaller = site.ask(path, Accept_Encoding="br;q=1.0, gzip;q=0.8, *;q=0.1")
    assert (status, packed["Content-Encoding"]) == (200, "gzip")
    assert gzip.decompress(smaller) == content
    assert packed["ETag"] != plain["ETag"]
    assert "Content-Encoding" not in site.ask(path, Accept_Encoding="gzip;q=0, *")[1]


def test_conditions(site):
    for path in ("/", "/bernadette/", "/bernadette/qr.svg", "/sitemap.xml"):
        _, headers, _ = site.ask(path)
        tag, date = headers["ETag"], headers["Last-Modified"]
        for matching in (tag, f"W/{tag}", f'"other", {tag}', f'"a" ,W/{tag},', "*"):
            status, again, content = site.ask(path, If_None_Match=matching)
            assert (status, content) == (304, b""), (path, matching)
            for name in ("ETag", "Cache-Control", "Vary", "Last-Modified"):
                assert again[name] == headers[name]
            assert again["Content-Length"] is None
        for other in ('"other"', tag.strip('"'), "", f"{tag}x"):
            assert site.ask(path, If_None_Match=other)[0] == 200, other
        assert site.ask(path, If_Modified_Since=date)[0] == 304
        assert site.ask(path, "HEAD", If_Modified_Since=date)[0] == 304
        assert site.ask(path, If_Modified_Since="Sun, 06 Nov 1994 08:49:37 GMT")[0] == 200
        assert site.ask(path, If_Modified_Since="yesterday")[0] == 200
        # If-None-Match decides alone where it is there.
        assert site.ask(path, If_None_Match='"other"', If_Modified_Since=date)[0] == 200
        gz = site.ask(path, Accept_Encoding="gzip")[1]["ETag"]
        assert site.ask(path, If_None_Match=gz, Accept_Encoding="gzip")[0] == 304
        assert site.ask(path, If_None_Match=gz)[0] == 200


def test_assets_and_photos_are_kept_for_ever(site):
    home = site.ask("/bernadette/")[2].decode()
    addresses = set(re.findall(r"/assets/[^\"\s,]+", home))
    assert any("/photos/" in each for each in addresses)
    for each in addresses:
        status, headers, content = site.ask(each)
        assert (status, headers["Cache-Control"]) == (200, "public, max-age=31536000, immutable"), each
        assert content
        assert site.ask(each, If_None_Match=headers["ETag"])[0] == 304
    for wrong in (
        "/assets/",
        "/assets/nope.css",
        "/assets/photos/0123456789abcdef0123-160.avif",
        "/assets/photos/../x",
    ):
        assert site.ask(wrong)[0] == 404


def test_what_is_not_there(site):
    status, headers, content = site.ask("/no-such-member/")
    assert (status, headers["Cache-Control"]) == (404, "no-cache")
    assert b"Bramble" in content
    assert site.ask("/bernadette/no-such-page/")[0] == 404
    assert site.ask("/bernadette")[1]["Location"] == "/bernadette/"
    status, headers, _ = site.ask("/bernadette/faq?from=card")
    assert (status, headers["Location"]) == (308, "/bernadette/faq/?from=card")
    status, headers, _ = site.ask("/bernadette/", "POST")
    assert (status, headers["Allow"]) == (405, "GET, HEAD")


def test_a_member_who_left_is_gone_kindly(site):
    slug = inactive(site.folder)
    for path in (f"/{slug}", f"/{slug}/", f"/{slug}/faq/", f"/{slug}/contact.vcf"):
        status, headers, content = site.ask(path)
        assert (status, headers["Content-Type"]) == (410, "text/html; charset=utf-8")
        assert b"Bramble" in content
        assert b"/assets/" in content  # it wears the theme


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/../../etc/passwd",
            "/%2e%2e/%2e%2e/etc/passwd",
            "/assets/..%2f..%2fsite.toml",
            "/./",
            "//",
            "//evil.example/",
        ),
        *(
            "/%00",
            "/bernadette/%00",
            "/%ff%fe",
            "/%c3%28/",
            "/%E2%98%83/",
            "/%",
            "/%zz",
            "/a%0d%0ab",
            "/*",
            "/" + "a" * 3000,
        ),
        *("/bernadette%2f", "/BERNADETTE/", "/bernadette/..", "/.espalier/lock", "/site.toml", "/members.csv", "/;x=y"),
        *(
            "/sitemap-1.xml",
            "/sitemap-0.xml",
            "/assets/photos/" + "f" * 900 + "-1.jpg",
        ),
    ],
)
def test_odd_paths_are_never_our_fault(site, path):
    line = site.raw(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    assert line.split()[1] in (b"400", b"404") or path == "/bernadette%2f", line


def test_hosts_of_the_subdomain_layout(tmp_path):
    folder = sample(tmp_path, "subdomain")
    left = inactive(folder)
    with serving(folder, "--workers", "1") as running:
        assert running.ask("/", host=f"bernadette.{COMPANY}")[0] == 200
        assert running.ask("/", host=f"Bernadette.{COMPANY.upper()}.:8080")[0] == 200
        assert running.ask("/", host=f"nobody.{COMPANY}")[0] == 404
        assert running.ask("/", host=f"a.bernadette.{COMPANY}")[0] == 421
        assert running.ask("/", host="elsewhere.example")[0] == 421
        assert running.ask("/", host="")[0] in (400, 421)
        status, headers, _ = running.ask("/bernadette/faq/")
        assert (status, headers["Location"]) == (308, f"https://bernadette.{COMPANY}/faq/")
        status, _, content = running.ask("/", host=f"{left}.{COMPANY}")
        assert status == 410
        assert f'href="https://{COMPANY}/"'.encode() in content
        asset = re.findall(rb"/assets/[^\"]+\.css", content)[0].decode()
        assert running.ask(asset, host=f"{left}.{COMPANY}")[0] == 200


def test_a_bug_while_loading_keeps_the_site_as_it_was_and_the_next_look_tries_again(tmp_path, monkeypatch):
    folder = small(tmp_path)
    renewer = SnapshotRenewer(
        ServeOptions(folder=folder, token_keys=(TOKEN_KEY,), instance=tmp_path / "instance", threads=1)
    )
    before = renewer.files
    page = folder / "pages" / "es" / "about.md"
    page.write_text(page.read_text(encoding="utf-8") + "\n\nFresh from the press.\n", encoding="utf-8")
    with monkeypatch.context() as patch:
        patch.setattr(renewer, "_renewed", lambda now, before: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            renewer.renew()
    assert renewer.files is before
    assert renewer.renew()
    assert renewer.files is not before
    assert not renewer.renew()


@pytest.mark.slow
def test_changes_are_live_in_every_process_and_broken_ones_are_not(tmp_path):
    folder = small(tmp_path)
    page, roster = folder / "pages" / "es" / "about.md", folder / "members.csv"
    with serving(folder, "--workers", "2") as running:
        _, before, first = running.ask("/ana/quienes-somos/")
        _, other, _ = running.ask("/ana/gracias/")
        whole = page.read_text(encoding="utf-8")
        page.write_text(whole + "\n\nFresh from the press.\n", encoding="utf-8")
        running.becomes(lambda: b"Fresh from the press." in running.ask("/ana/quienes-somos/")[2])
        _, after, _ = running.ask("/ana/quienes-somos/")
        assert after["ETag"] != before["ETag"]
        assert parsedate_to_datetime(after["Last-Modified"]) > parsedate_to_datetime(before["Last-Modified"])
        untouched = running.ask("/ana/gracias/")[1]
        assert (untouched["ETag"], untouched["Last-Modified"]) == (other["ETag"], other["Last-Modified"])

        page.write_text(whole + "\n\n{{ member.nonsense }}\n", encoding="utf-8")
        running.becomes(lambda: "nonsense" in running.log.read_text())
        assert b"Fresh from the press." in running.ask("/ana/quienes-somos/")[2]
        assert running.log.read_text().count("cannot be shown") == 1

        # Back to what it was: the old tag, but never an older date.
        page.write_text(whole, encoding="utf-8")
        running.becomes(lambda: running.ask("/ana/quienes-somos/")[2] == first)
        _, back, _ = running.ask("/ana/quienes-somos/")
        assert back["ETag"] == before["ETag"]
        assert parsedate_to_datetime(back["Last-Modified"]) > parsedate_to_datetime(after["Last-Modified"])

        replace_in(roster, "Ana O'Brien,", "Ana Renamed,")
        running.becomes(lambda: b"Ana Renamed" in running.ask("/ana/")[2])
        assert "Traceback" not in running.log.read_text()


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_what_has_begun_is_finished_and_nobody_is_logged(tmp_path, ending):
    folder = small(tmp_path)
    with serving(folder, "--workers", "1") as running:
        assert running.ask("/tom-co-b/")[0] == 200
        with socket.create_connection(("127.0.0.1", running.port), timeout=60) as connection:
            connection.sendall(b"GET /tom-co-b/ HTTP/1.1\r\nHost: x\r\n")
            sleep(0.5)
            running.process.send_signal(ending)
            sleep(0.5)
            connection.sendall(b"\r\n")
            assert connection.recv(100).startswith(b"HTTP/1.1 200 ")
        assert running.process.wait(60) == 0
        assert "tom-co-b" not in running.log.read_text()


def test_a_site_with_faults_is_not_served(tmp_path):
    folder = sample(tmp_path)
    replace_in(folder / "site.toml", "reserved_slugs", "reserved_slug")
    done = subprocess.run(
        [sys.executable, "-m", "sitegen", "serve", str(folder), "--production", "--port", "0"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "did you mean" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        *(("", False), ("gzip", True), ("GZIP", True), ("gzip;q=0", False), ("gzip; q=0.0", False), ("*", True)),
        *(("*;q=0", False), ("gzip;q=0, *", False), ("br, deflate", False), ("identity", False), ("x-gzip", True)),
        *(("gzip;q=0.5, identity;q=1", False), ("gzip;q=x", False), ("gzip;q=0.001", True), (",,;;q=,", False)),
    ],
)
def test_accept_encoding(accepted, expected):
    assert takes_gzip(accepted) is expected


def test_hosts():
    read = host_of("Example.com:8000")
    assert [read(each) for each in ("example.com", "EXAMPLE.com.:1", "ana.example.com")] == ["", "", "ana"]
    for other in ("", "example.org", "a.b.example.com", ".example.com", "xexample.com", "[::1]:80", "\xff"):
        assert read(other) is None


def test_change_times_never_go_back(tmp_path):
    file = tmp_path / "page.md"
    file.write_text("x", encoding="utf-8")
    os.utime(file, (1, 1))  # an old time of content says nothing of when it came here
    times = ChangeTimes(tmp_path / "since.json")
    first = times.since({"a": "1", "b": "1"}, [file])
    assert first["a"] == int(file.stat().st_ctime)
    second = times.since({"a": "2", "b": "1"})
    assert second["a"] > first["a"]
    assert second["b"] == first["b"]
    third = ChangeTimes(tmp_path / "since.json").since({"a": "1", "b": "1"})
    assert third["a"] > second["a"]
    (tmp_path / "since.json").write_text("not JSON", encoding="utf-8")
    assert times.since({"a": "1"})["a"] >= first["a"]


@pytest.mark.parametrize("layout", ["path", pytest.param("subdomain", marks=pytest.mark.slow)])
def test_landing_pages(tmp_path, layout):
    """Those of a build, byte for byte; a new campaign is there at once, and nobody else's page."""
    folder = small(tmp_path, layout)
    build(build_options(folder, tmp_path / "public"))
    company = "potandkettle.example"

    def host(slug):
        return f"{slug}.{company}" if layout == "subdomain" and slug else company

    def at(slug, path):
        return f"/{slug}/{path}" if layout == "path" and slug else f"/{path}"

    with serving(folder, "--workers", "2") as running:

        def ask(slug, path, **headers):
            return running.ask(at(slug, path), host=host(slug), **headers)

        places = (("", "c/fair/"), ("", "c/"), ("ana", "c/radio7/"), ("ana", "c/tea/"), ("tom-co-b", "c/tom2/"))
        for slug, path in places:
            status, headers, content = ask(slug, path)
            assert status == 200
            assert content == (tmp_path / "public" / slug / path / "index.html").read_bytes()
            assert ask(slug, path, If_None_Match=headers["ETag"])[0] == 304
            packed = ask(slug, path, Accept_Encoding="gzip")
            assert gzip.decompress(packed[2]) == content
            status, headers, _ = ask(slug, path.removesuffix("/"))
            assert (status, headers["Location"]) == (308, at(slug, path))
        for slug, path in (
            ("", "c/radio7/"),
            ("", "c/nothing/"),
            ("ana", "c/fair/"),
            ("ana", "c/tom2/"),
            ("ana", "c/"),
        ):
            assert ask(slug, path)[0] == 404, (slug, path)
        assert ask("gone", "c/left/")[0] == 410
        tag = ask("ana", "c/tea/")[1]["ETag"]
        other = ask("ana", "c/radio7/")[1]["ETag"]
        replace_in(folder / "campaigns.csv", "tea,m1,flyer", "tea,m1,event")
        with (folder / "campaigns.csv").open("a") as file:
            file.write("bus,m2,newspaper,,,\n")
        running.becomes(lambda: ask("tom-co-b", "c/bus/")[0] == 200 and ask("ana", "c/tea/")[1]["ETag"] != tag)
        assert ask("ana", "c/radio7/")[1]["ETag"] == other
        with (folder / "campaigns.csv").open("a") as file:
            file.write("bus,m2,newspaper,,,\n")
        running.becomes(lambda: "is also on line" in running.log.read_text())
        assert ask("tom-co-b", "c/bus/")[0] == 200, "what was there before stays"
        replace_in(folder / "campaigns.csv", "bus,m2,newspaper,,,\nbus,m2,newspaper,,,\n", "")
        running.becomes(lambda: ask("tom-co-b", "c/bus/")[0] == 404)
