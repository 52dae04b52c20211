"""The demo as a person runs it: a process that starts two others, tells where to look, and leaves nothing behind."""

from __future__ import annotations

import html
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path
from urllib.parse import urlencode

import pytest

from capture.demo.supervisor import DemoError, free_port
from tests.capture.process import environment, serving

pytestmark = pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="children are found in /proc")


@pytest.fixture
def demo(request, tmp_path, sample, folder) -> Iterator[tuple[subprocess.Popen[str], dict[str, str], int]]:
    """A running demo, the addresses it told, and a port that it wished for but could not have.

    What it said stands in ``said``. ``@pytest.mark.parametrize("demo", [["--empty"]], indirect=True)`` adds options;
    the demo is then one of a small company, which is built in a moment.
    """
    options = getattr(request, "param", [])
    site = folder if options else sample
    environ = {name: value for name, value in os.environ.items() if not name.startswith("ESPALIER_")}
    environ |= {"ESPALIER_INSTANCE": str(tmp_path / "instance"), "PYTHONUNBUFFERED": "1"}
    with socket.create_server(("127.0.0.1", 0)) as taken, (tmp_path / "log").open("w") as log:
        port = taken.getsockname()[1]
        command = [
            sys.executable,
            "-m",
            "capture",
            "demo",
            str(site),
            "--port",
            str(port),
            "--capture-port",
            str(port),
            *options,
        ]
        process = subprocess.Popen(
            command,
            cwd=tmp_path,
            env=environ,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            start_new_session=True,
            # Whoever starts the tests in the background ignores Ctrl-C, and so would the demo.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )
        assert process.stdout
        told = {}
        try:
            for line in process.stdout:
                with (tmp_path / "said").open("a") as said:
                    said.write(line)
                if found := re.match(r"  (\S.*?)  +(http://\S+)$", line):
                    told[found[1]] = found[2]
                if line.startswith("Ctrl-C"):
                    break
            assert told, (tmp_path / "log").read_text()
            yield process, told, port
        finally:
            if process.poll() is None:
                process.terminate()
            process.wait(30)
            process.stdout.close()


def children(pid: int) -> list[int]:
    """Everything that a process has started, and what those have started."""
    found = [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return found + [below for each in found for below in children(each)]


def gone(pids: list[int]) -> bool:
    deadline = time.monotonic() + 20
    while any(Path(f"/proc/{pid}").exists() for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.1)
    return not any(Path(f"/proc/{pid}").exists() for pid in pids)


def read(address: str, fields: dict[str, str] | None = None) -> tuple[str, str]:
    """An address's text, and where redirects led."""
    with urllib.request.urlopen(address, urlencode(fields).encode() if fields else None, timeout=30) as answer:
        return answer.read().decode(), answer.url


def changes(folder: Path) -> str:
    """What git says of the files below a folder: those that were changed, and those that it does not know."""
    command = ["git", "status", "--porcelain", "--ignored", "--", "."]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False).stdout


def one_click(address: str) -> str:
    """The page of the office that a sign-in page's one button leads to."""
    page, _ = read(address)
    assert page.count("<button") == 1
    cookies = CookieJar(policy=DefaultCookiePolicy(secure_protocols=("http", "https")))
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(cookies))
    with opener.open(address, b"", timeout=30) as answer:
        assert answer.url.endswith("/office/")
        return answer.read().decode()


@pytest.fixture
def untouched(sample) -> Iterator[None]:
    """The sample company's folder is as it was once the demo has ended."""
    before = changes(sample)
    yield
    assert changes(sample) == before
    assert not (sample / "campaigns.csv").exists()


@pytest.mark.slow
def test_a_sign_up_on_a_member_s_page_shows_in_the_mailbox(untouched, demo, tmp_path):
    process, told, taken = demo
    assert re.search(r"an invented quarter: 4\d\d leads, 19 campaigns", (tmp_path / "said").read_text())
    member, sponsor, staff = list(told.values())[3:6]
    assert "Follow-ups due" in one_click(member)
    assert "Follow-ups due" in one_click(sponsor)
    assert "desk@brambleandwick.example" in one_click(staff)
    landing = f"{told['The company']}{member.rpartition('/')[2]}/c/flyer1/"
    assert "<form" in read(landing)[0], "campaigns of the quarter have their pages"
    assert next(iter(told)) == "The company"
    assert list(told)[-1] == "The mailbox"
    assert list(told)[-2] == "The office"
    assert "Mail me the link" in read(told["The office"])[0]
    assert len(told) == 8
    assert all(f":{taken}/" not in address for address in told.values())
    home = list(told.values())[1]
    page, _ = read(home)
    action = re.search(r'<form[^>]*action="([^"]+/signup)"', page)
    tokens = dict(re.findall(r'name="?(token|page)"? value="?([\w~./-]+)', page))
    fields = {**tokens, "email": "pat@example.com", "interest": "both", "consent": "yes", "website": ""}
    between, where = read(action[1], fields)
    assert where == action[1], "without a script a page stands between"
    time.sleep(2.1)
    kept = {
        name: html.unescape(value) for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', between)
    }
    thanks, where = read(action[1], kept)
    assert where.startswith(home)
    assert where != home
    assert "<form" not in thanks or "<h1" in thanks
    assert "pat@example.com" in read(told["The mailbox"])[0]
    started = children(process.pid)
    assert len(started) >= 3
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 0
    assert gone(started)


@pytest.mark.slow
@pytest.mark.parametrize("demo", [["--empty"]], indirect=True)
def test_when_one_part_dies_the_other_is_ended(demo, tmp_path):
    process, told, _ = demo
    assert "quarter" not in (tmp_path / "said").read_text()
    assert "No new lead is waiting" in one_click(list(told.values())[3])
    started = children(process.pid)
    os.kill(started[0], signal.SIGKILL)
    assert process.wait(30) == 1
    assert gone(started)
    assert "ended with exit code -9" in (tmp_path / "log").read_text()


@pytest.mark.slow
@pytest.mark.parametrize("demo", [["--empty"]], indirect=True)
def test_a_second_demo_on_the_same_instance_is_refused_before_it_builds(demo, tmp_path, sample):
    process, _, _ = demo
    sites = tmp_path / "instance" / "sites"
    built = sites.stat().st_mtime_ns, (sites / "index.html").stat().st_mtime_ns
    second = subprocess.run(
        [sys.executable, "-m", "capture", "demo", str(sample)],
        cwd=tmp_path,
        env={**os.environ, "ESPALIER_INSTANCE": str(tmp_path / "instance")},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (second.returncode, second.stdout, second.stderr) == (
        1,
        "",
        f"{tmp_path / 'instance'}: a demo already runs on this instance: process {process.pid}\n"
        "  hint: stop it first, or name another folder by ESPALIER_INSTANCE\n",
    )
    assert built == (sites.stat().st_mtime_ns, (sites / "index.html").stat().st_mtime_ns)
    assert process.poll() is None


@pytest.mark.slow
@pytest.mark.database("sqlite")
def test_a_demo_does_not_build_where_a_service_runs_on_its_database(settings, tmp_path, sample):
    with serving(settings, tmp_path) as (service, _):
        demo = subprocess.run(
            [sys.executable, "-m", "capture", "demo", str(sample)],
            cwd=tmp_path,
            env=environment(settings, ESPALIER_INSTANCE=str(tmp_path / "instance")),
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert demo.returncode == 1
    assert f"another service runs on this database: process {service.pid}\n" in demo.stderr
    assert not (tmp_path / "instance" / "sites").exists()


def test_the_next_free_port():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert free_port(port) > port
        assert free_port(port + 1, taken=port + 1) > port + 1
        with pytest.raises(DemoError):
            free_port(65536)
