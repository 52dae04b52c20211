"""Lists in the browser: brought, described, tried, taken in by the worker; theirs alone, and gone when it is over."""

from __future__ import annotations

import csv
import hashlib
import http.client
import io
import os
import re
import signal
import socket
import threading
import time
import tracemalloc
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from benchmarks import importing as benchmark
from capture.base.db import Database
from capture.base.unavailable import Unavailable
from capture.credit import evidence
from capture.imports import importing, lists, uploads
from capture.imports.worker import ImportWorker
from capture.limits.slots import UploadSlots
from capture.mailing import suppression
from capture.models import AccessLogEntry, Campaign, ImportRow, Lead, OfficeSession, OutboxMail, Provenance, Upload
from capture.web.service import LARGEST_BODY
from tests.capture.clock import Clock
from tests.capture.office import HOST, STAFF, Browser, SignIn
from tests.capture.process import ask, serving

BO = "bo@members.example.com"
LIST = (
    "Nombre;Correo electrónico;Notas;Interés\r\n"
    "Zoë;zoe@example.com;=1+1;products\r\n"
    "<b>Rob</b>;rob@example.com;;\r\n"
    "Rob;rob@example.com;;\r\n"
    "Gone;gone@example.com;;\r\n"
    "Nobody;;;\r\n"
)
TOTALS = {"added": 2, "known": 1, "suppressed": 1, "refused": 1}
PROVEN = {"vendor": "Fair Lists Ltd", "obtained_on": "2026-01-05", "wording": "I may be written to.\nAbout candles."}
COLUMNS = {"column_email": "1", "column_first_name": "0", "column_phone": "", "column_interest": "3", "campaign": ""}


@pytest.fixture
def intake(app: Flask) -> ImportWorker:
    service = app.extensions["espalier"]
    return ImportWorker(service.database, service.links, service.clock)


@pytest.fixture(autouse=True)
def who_left(database: Database, links: Any, clock: Clock) -> None:
    with database.write() as session:
        reason = suppression.Reason.UNSUBSCRIBED
        suppression.suppress(session, links.address_keys, "gone@example.com", reason, clock.now)


def bring(browser: Browser, content: str | bytes = LIST, name: str = "fair.csv") -> Any:
    """As a browser sends it; the test client's own way leaves files open."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/office/import").text)
    assert token
    parts = [
        f'--x\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token[1]}\r\n'.encode(),
        f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode(),
        content.encode() if isinstance(content, str) else content,
        b"\r\n--x--\r\n",
    ]
    kind = "multipart/form-data; boundary=x"
    return browser.client.post("/office/import", base_url=HOST, data=b"".join(parts), content_type=kind)


def brought(browser: Browser, content: str | bytes = LIST) -> str:
    """The address of a list's page."""
    answer = bring(browser, content)
    assert answer.status_code == 303, answer.text
    return "/office/import/" + answer.headers["Location"].rpartition("/")[2]


@pytest.fixture
def kept(database: Database) -> Callable[[], list[str | None]]:
    """What lies there of each file."""

    def read() -> list[str | None]:
        with database.read() as session:
            return list(session.scalars(select(Upload.content).order_by(Upload.id)))

    return read


def test_from_the_file_to_the_leads(
    enter: SignIn,
    intake: ImportWorker,
    rows: Any,
    database: Database,
    clock: Clock,
) -> None:
    with database.write() as session:
        session.add(Campaign(code="fair7", member_id="m-2", channel="list", name="The fair", created_at=clock.now))
        session.add(Campaign(code="fair8", member_id="m-1", channel="list", name="Another fair", created_at=clock.now))
    browser = enter(BO)
    mails = len(rows(OutboxMail))
    path = brought(browser)
    page = browser.get(path).text
    assert "&lt;b&gt;Rob&lt;/b&gt;" in page
    assert re.search(r'id="column_email".*?<option value="1" selected>Correo', page, re.DOTALL)
    assert re.search(r'id="column_phone".*?<option value="" selected>not on this list', page, re.DOTALL)
    assert "The fair (fair7)" in page
    assert "Another fair" not in page
    campaign = str(rows(Campaign)[0].id)
    assert browser.post(path, **{**COLUMNS, "campaign": campaign}, **PROVEN).status_code == 303
    page = browser.get(path)
    assert page.headers["Refresh"] == "3"
    assert "0 of 5 rows" in page.text
    assert "Refresh" not in browser.get(f"{path}?still=yes").headers
    intake.run()
    assert rows(Lead) == rows(Provenance) == []
    page = browser.get(path).text
    assert re.findall(r'class="number">(\d+)<', page) == ["4", "0", "1", "5"]
    assert "no address: 1" in page
    assert "under “The fair”" in page
    assert "saved, but may not be e-mailed" not in page.partition("<details>")[0]
    assert browser.post(f"{path}/take").status_code == 303
    assert browser.post(f"{path}/take").status_code == 409
    intake.run()
    page = browser.get(path).text
    assert re.findall(r'class="number">(\d+)<', page) == ["4", "0", "1", "5"]
    assert [each.outcome for each in rows(ImportRow)] == ["added", "added", "known", "suppressed", "refused"]
    zoe, rob = rows(Lead)
    assert (zoe.email, zoe.first_name, zoe.interest) == ("zoe@example.com", "Zoë", "products")
    assert (rob.first_name, rob.assignee_id, rob.known_at, rob.confirmed_at) == ("<b>Rob</b>", "m-2", clock.now, None)
    assert {str(zoe.campaign_id), str(rows(Provenance)[0].campaign_id)} == {campaign}
    assert rows(Provenance)[0].wording == "I may be written to.\nAbout candles."
    ledger = list(csv.reader(io.StringIO(browser.get(f"{path}/ledger.csv").text)))
    outcomes = [*[["accepted", ""]] * 4, ["refused", "no address"]]
    assert ledger == [["row", "outcome", "reason"], *([str(n), *each] for n, each in enumerate(outcomes, 1))]
    assert "mailto:zoe@example.com" in browser.get(f"/office/leads/{zoe.id}").text
    assert len(rows(OutboxMail)) == mails, "nobody is mailed"
    with database.read() as session:
        assert evidence.audit(session).faults == []
        assert session.get_one(Upload, 1).content is None, "the file is destroyed"
    assert "Imported" in browser.get("/office/import").text


def test_without_its_origin_a_list_is_quarantined(enter: SignIn, intake: ImportWorker, rows: Any) -> None:
    browser = enter(BO)
    path = brought(browser)
    assert browser.post(path, **COLUMNS, vendor="Fair Lists Ltd", obtained_on="", wording="").status_code == 303
    intake.run()
    assert "saved, but may not be e-mailed" in browser.get(path).text
    browser.post(f"{path}/take")
    intake.run()
    assert "saved, but may not be e-mailed" in browser.get(path).text
    assert not rows(Provenance)[0].proven
    page = browser.get(f"/office/leads/{rows(Lead)[0].id}").text
    assert "do not e-mail them" in page
    assert "mailto:" not in page


def test_staff_bring_lists_for_the_company(enter: SignIn, intake: ImportWorker, rows: Any) -> None:
    staff, bo = enter(STAFF), enter(BO)
    path = brought(staff)
    staff.get(path)
    assert bo.get(path).status_code == 404
    assert "fair.csv" not in bo.get("/office/import").text
    assert [(each.what, each.rows) for each in rows(AccessLogEntry)] == [("import", 5)]
    staff.post(path, **COLUMNS, **PROVEN)
    intake.run()
    staff.post(f"{path}/take")
    intake.run()
    assert {(each.member_id, each.assignee_id) for each in rows(Lead)} == {(None, None)}
    assert staff.get(brought(bo)).status_code == 404


def test_staff_are_told_what_is_wrong_and_hold_nobody_up(enter: SignIn, intake: ImportWorker, rows: Any) -> None:
    staff = enter(STAFF)
    path = brought(staff)
    answer = staff.post(path, **{**COLUMNS, "column_email": ""})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert [(each.what, each.rows) for each in rows(AccessLogEntry)] == [("list-dry-run", 5)]
    assert staff.post(path, **COLUMNS).status_code == 303
    assert staff.post(path, **COLUMNS).status_code == 409
    assert staff.post(path, **{**COLUMNS, "column_email": ""}).status_code == 409
    assert staff.post(f"{path}/take").status_code == 409
    intake.run()
    assert staff.post(f"{path}/discard").status_code == 303
    assert staff.post(path, **COLUMNS).status_code == 409


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PK\x03\x04whatever", "a workbook or an archive"),
        ("Email\nzoë@example.com".encode("latin-1"), "text of this file cannot be read"),
        ("Email\nzoë@example.com".encode("utf-16-le"), "text of this file cannot be read"),
        ("Email\nzoë@example.com, ë".encode()[:-1], "text of this file cannot be read"),
        (b"", "file has no rows"),
        (b"Email\r\n\r\n", "file has no rows"),
        (b"Email\n" + b"x" * 200_000, "longer than 64 kilobytes"),
        (b'"email\n",' + b"ab," * 6_990_000 + b"\na@example.com\n", "longer than 64 kilobytes"),
        (b'email\n"' + b"a\n" * 40_000, "longer than 64 kilobytes"),
        (b"email" + b"," * 200 + b"\na@example.com\n", "more than 200 columns"),
        (b"email\na@example.com" + b"," * 60_000 + b"\n", "more than 200 columns"),
        (b"email\n" + b"a\n" * 250_001, "more than 250,000 rows"),
    ],
)
def test_what_is_no_list_is_told(enter: SignIn, rows: Any, content: bytes, words: str) -> None:
    answer = bring(enter(BO), content)
    assert answer.status_code == 422
    assert words in answer.text
    assert rows(Upload) == []


def test_only_who_is_signed_in_may_send_much_and_not_too_much(
    app: Flask,
    enter: SignIn,
    rows: Any,
) -> None:
    browser = enter(BO)
    line = b"somebody@example.com," + b"Somebody" * 4 + b"\n"
    much = b"Email,Name\n" + line * (10 * 1024 * 1024 // len(line))
    assert bring(browser, much).status_code == 303
    assert rows(Upload)[0].rows == 10 * 1024 * 1024 // len(line)
    answer = bring(browser, b"x" * (uploads.LARGEST + 1))
    assert answer.status_code == 413
    assert "larger than 20 megabytes" in answer.text

    class Unread:
        """Nobody may look at a body before it is known who sends it."""

        def read(self, size: int = -1) -> bytes:
            raise AssertionError("it was read")

    def send(client: Any, length: int) -> int:
        environ = {"wsgi.input": Unread(), "CONTENT_LENGTH": str(length)}
        kind = "multipart/form-data; boundary=x"
        answer = client.post("/office/import", base_url=HOST, content_type=kind, environ_overrides=environ)
        return int(answer.status_code)

    assert send(app.test_client(), len(much)) == 403
    assert send(browser.client, uploads.LARGEST * 2) == 413
    assert browser.post("/office/met", email="x" * 100_000).status_code == 413, "everywhere else it stays at 64 KB"


def test_what_is_said_of_a_list_is_checked(enter: SignIn, rows: Any, database: Database, clock: Clock) -> None:
    with database.write() as session:
        session.add(Campaign(id=7, code="fair8", member_id="m-1", channel="list", name="x", created_at=clock.now))
    browser = enter(BO)
    path = brought(browser)
    for wrong in (
        {"column_email": ""},
        {"column_email": "9"},
        {"column_email": "x"},
        {"obtained_on": "2026-03-05"},
        {"obtained_on": "yesterday"},
        {"vendor": "x" * 201},
        {"wording": "a\u202eb"},
        {"campaign": "7"},
    ):
        answer = browser.post(path, **{**COLUMNS, **PROVEN, **wrong})
        assert answer.status_code == 422, wrong
        assert 'aria-invalid="true"' in answer.text, wrong
    assert rows(Upload)[0].state == "new"


def test_a_list_can_be_described_anew_and_thrown_away(
    enter: SignIn,
    intake: ImportWorker,
    rows: Any,
    kept: Any,
) -> None:
    browser = enter(BO)
    path = brought(browser)
    browser.post(path, **{**COLUMNS, "column_email": "0"})
    intake.run()
    assert rows(Upload)[0].outcomes["outcomes"] == {"refused": 5}
    assert re.findall(r'class="number">(\d+)<', browser.get(path).text) == ["0", "0", "5", "5"]
    assert browser.post(path, **COLUMNS).status_code == 303
    assert browser.post(path, **COLUMNS).status_code == 409
    intake.run()
    assert rows(Upload)[0].outcomes["outcomes"] == TOTALS
    assert browser.post(f"{path}/discard").status_code == 303
    assert kept() == [None]
    assert browser.get(path).status_code == 200
    for late in ("", "/take", "/discard"):
        assert browser.post(f"{path}{late}", **COLUMNS).status_code == 409
    assert browser.get(f"{path}/ledger.csv").status_code == 404
    intake.run()
    assert rows(Lead) == []


def test_five_lists_may_wait(enter: SignIn, rows: Any) -> None:
    browser = enter(BO)
    for _ in range(5):
        brought(browser)
    answer = bring(browser)
    assert answer.status_code == 409
    assert "5 lists are waiting" in answer.text
    browser.post("/office/import/1/discard")
    brought(browser)


def test_after_a_day_a_file_is_destroyed(
    enter: SignIn,
    intake: ImportWorker,
    rows: Any,
    clock: Clock,
    kept: Any,
) -> None:
    browser = enter(BO)
    path = brought(browser)
    clock.forward(hours=23.9)
    intake.run()
    assert kept() != [None]
    clock.forward(hours=0.1)
    intake.run()
    assert kept() == [None]
    assert "was deleted" in browser.get(path).text


def test_the_leads_tell_where_they_are_from_and_whether_they_may_be_mailed(
    enter: SignIn,
    intake: ImportWorker,
    rows: Any,
    database: Database,
    links: Any,
    clock: Clock,
) -> None:
    browser = enter(BO)
    people = "Email\nquiet@example.com\nback@example.com\nleft@example.com\nelsewhere@example.com\n"
    columns = {**COLUMNS, "column_email": "0", "column_first_name": "", "column_interest": ""}

    def take(content: str, **origin: str) -> str:
        path = brought(browser, content)
        browser.post(path, **columns, **origin)
        intake.run()
        browser.post(f"{path}/take")
        intake.run()
        return browser.get(path).text

    assert "keep their recorded origin" not in take(people)
    assert "keep their recorded origin" in take(f"{people}fresh@example.com\n", **PROVEN)
    browser.post("/office/met", email="met@example.com", first_name="", phone="", interest="both", asked="y")
    numbers = {each.email: each.id for each in rows(Lead)}
    with database.write() as session:
        for name, reason in (("back", "BOUNCED"), ("elsewhere", "UNSUBSCRIBED")):
            reason = suppression.Reason[reason]
            suppression.suppress(session, links.address_keys, f"{name}@example.com", reason, clock.now)
        session.get_one(Lead, numbers["left@example.com"]).withdrawn_at = clock.now
    table = csv.DictReader(io.StringIO(browser.get("/office/leads.csv").text))
    assert {row["email"].partition("@")[0]: (row["may_be_mailed"], row["why_not"]) for row in table} == {
        "quiet": ("no", "quarantined"),
        "back": ("no", "bounced"),
        "elsewhere": ("no", "suppressed"),
        "left": ("no", "withdrawn"),
        "fresh": ("yes", ""),
        "met": ("yes", ""),
    }
    for source, words, count in (("list", "Purchased list", 5), ("met", "Met in person", 1)):
        page = browser.get(f"/office/leads?source={source}").text
        assert re.findall(r'data-label="Source"><span>([^<]+)', page) == [words] * count


@pytest.mark.parametrize(
    "content",
    [
        b'"email\n",' + b"ab," * 6_990_000 + b"\na@example.com\n",
        b"email," + b"ab," * 6_990_000 + b"\na@example.com\n",
        b"email\n" + b"," * 20_000_000,
    ],
)
def test_looking_at_a_file_takes_little_more_than_the_file(content: bytes) -> None:
    text, digest = lists.decoded(content, "x.csv")
    tracemalloc.start()
    try:
        with pytest.raises(lists.NotAListError):
            lists.LeadList.of_text("x.csv", digest, text).count(uploads.MOST_ROWS)
        assert tracemalloc.get_traced_memory()[1] < 5 * len(content)
    finally:
        tracemalloc.stop()


def test_the_ledger_is_read_some_lines_at_a_time(
    enter: SignIn,
    intake: ImportWorker,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("capture.imports.pages.LINES", 2)
    browser = enter(BO)
    path = brought(browser)
    browser.post(path, **COLUMNS)
    intake.run()
    browser.post(f"{path}/take")
    intake.run()
    answer = browser.get(f"{path}/ledger.csv")
    assert answer.is_streamed
    assert [line.partition(",")[0] for line in answer.text.splitlines()] == ["row", *"12345"]


def test_few_files_arrive_at_a_time_and_one_of_each_person(app: Flask, enter: SignIn, rows: Any) -> None:
    arriving = app.extensions["espalier"].part(UploadSlots)
    browser, staff = enter(BO), enter(STAFF)
    for held, refused in ((["member m-2"], True), (["member m-1"], False), (["member m-1", "member m-3"], True)):
        with ExitStack() as stack:
            assert all(stack.enter_context(arriving.held(each)) for each in held)
            answer = bring(browser)
        assert answer.status_code == (503 if refused else 303), held
        if refused:
            assert answer.headers["Retry-After"] == "60"
            assert "send yours again in a minute" in answer.text
    with arriving.held("member m-2"):
        assert bring(staff).status_code == 303
    assert bring(browser, b"").status_code == 422
    assert bring(browser).status_code == 303, "a place is free again, however it ended"
    assert len(rows(Upload)) == 3


@pytest.mark.database("sqlite")
def test_slow_files_leave_room_for_sign_ups(settings: Any, tmp_path: Path, cookie: tuple[str, str]) -> None:
    """Eight slow files of one member, on as many threads: one is waited for, and all else is answered at once."""
    head = [
        "POST /office/import HTTP/1.1",
        "Host: x",
        "Content-Length: 1000000",
        "Content-Type: multipart/form-data; boundary=x",
        f"Cookie: {cookie[0]}",
    ]
    with serving(settings, tmp_path, "--threads", "8") as (_, port), ExitStack() as stack:
        senders = []
        for _ in range(8):
            sender = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=2))
            sender.sendall(("\r\n".join(head) + "\r\n\r\n--x\r\n").encode())
            senders.append(sender)
        answers = []
        for sender in senders:
            with suppress(TimeoutError):
                answers.append(sender.recv(65536).split()[1])
        assert answers == [b"503"] * 7
        assert ask(port, "GET", "/office/sign-in", timeout=5) == 200


class Killed(BaseException):
    """As kill -9 does: nothing is tidied up."""


def test_of_a_worker_that_was_killed_another_takes_over(
    enter: SignIn,
    app: Flask,
    intake: ImportWorker,
    rows: Any,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    database: Database,
) -> None:
    monkeypatch.setattr(importing, "BATCH", 10)
    browser = enter(BO)
    people = "".join(f"p{number}@example.com\n" for number in range(95))
    path = brought(browser, f"Email\n{people}")
    browser.post(path, **{**COLUMNS, "column_email": "0", "column_first_name": "", "column_interest": ""})
    intake.run()
    browser.post(f"{path}/take")
    real, calls = uploads.renew_lease, iter(range(100))

    def renew(*words: Any, **more: Any) -> None:
        real(*words, **more)
        if next(calls) % 4 == 3:
            raise Killed

    monkeypatch.setattr(uploads, "renew_lease", renew)
    seen = [0]
    for _ in range(30):
        service = app.extensions["espalier"]
        worker = ImportWorker(service.database, service.links, clock)
        try:
            worker.run()
        except Killed:
            held = rows(Upload)[0]
            assert held.done == len(rows(Lead)) == len(rows(ImportRow)) >= seen[-1]
            seen.append(held.done)
            intake.run()
            assert rows(Upload)[0].done == held.done, "it is still leased"
            clock.forward(minutes=1.1)
        if rows(Upload)[0].state == "done":
            break
    assert len(seen) > 3
    [upload] = rows(Upload)
    assert (upload.state, upload.outcomes["outcomes"]) == ("done", {"added": 95})
    assert len(rows(Provenance)) == 1
    assert [each.row for each in rows(ImportRow)] == list(range(1, 96))
    with database.read() as session:
        assert evidence.audit(session).faults == []


def test_killed_right_before_the_end_nothing_comes_in_twice(
    enter: SignIn,
    intake: ImportWorker,
    rows: Any,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    browser = enter(BO)
    path = brought(browser)
    browser.post(path, **COLUMNS)
    intake.run()
    browser.post(f"{path}/take")

    def killed(*words: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(uploads, "finish_import", killed)
        with pytest.raises(Killed):
            intake.run()
    clock.forward(minutes=2)
    intake.run()
    assert rows(Upload)[0].outcomes["outcomes"] == TOTALS
    assert len(rows(Provenance)) == 1
    assert len(rows(ImportRow)) == 5


@pytest.fixture
def cookie(database: Database) -> tuple[str, str]:
    """Bo is signed in, by the real clock: the cookie, and what forms must carry."""
    now = datetime.now(UTC)
    office_session = OfficeSession(digest=hashlib.sha256(b"secret").hexdigest(), member_id="m-2", csrf="c" * 32)
    office_session.created_at, office_session.until = now, now + timedelta(hours=1)
    with database.write() as session:
        session.add(office_session)
    return "__Host-espalier=secret", office_session.csrf


SHORT = (
    "import sys, capture.ops.connections as c; c.REQUEST_SECONDS = 4.0; sys.argv[0] = 'capture';"
    "from capture.commands import main; main()"
)


@pytest.mark.database("sqlite")
def test_a_file_may_take_its_time_from_who_is_signed_in(
    settings: Any, tmp_path: Path, cookie: tuple[str, str], rows: Any
) -> None:
    """A telephone sends slowly; whoever is not signed in is refused before anything is read."""
    with serving(settings, tmp_path, program=("-c", SHORT)) as (_, port):
        asked = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        asked.request("GET", "/office/import", headers={"Cookie": cookie[0]})
        token = re.search(r'name="csrf_token" value="([^"]+)"', asked.getresponse().read().decode())
        assert token
        asked.close()
        for known, status in ((True, b" 303 "), (False, b" 403 ")):
            head = f'--x\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token[1]}\r\n'
            head += '--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\nEmail\r\n'
            body = (head + "a@example.com\r\n" * 5_000 + "\r\n--x--\r\n").encode()
            assert len(body) > LARGEST_BODY
            lines = [
                "POST /office/import HTTP/1.1",
                "Host: x",
                f"Content-Length: {len(body)}",
                "Content-Type: multipart/form-data; boundary=x",
                *([f"Cookie: {cookie[0]}"] if known else []),
                "",
                "",
            ]
            with socket.create_connection(("127.0.0.1", port), timeout=30) as sender:
                sender.sendall("\r\n".join(lines).encode() + body[:200])
                if known:
                    for part in range(12):
                        time.sleep(0.5)
                        sender.sendall(body[200 + part : 201 + part])
                    sender.sendall(body[212:])
                assert status in sender.recv(65536).splitlines()[0]
    assert [each.rows for each in rows(Upload)] == [5_000]


@pytest.mark.slow
def test_a_service_that_is_killed_goes_on_with_the_list(settings: Any, database: Database, tmp_path: Path) -> None:
    """kill -9 for the whole service while it takes a list in, several times."""
    size = 6_000
    benchmark.write(tmp_path / "list.csv", size)
    text = (tmp_path / "list.csv").read_text(encoding="utf-8")
    places = {"email": 2, "first_name": 0, "phone": 3, "interest": 5}
    with database.write() as session:
        upload = Upload(id=7, member_id="m-2", file="list.csv", digest="d" * 64, rows=size, content=text)
        upload.places, upload.outcomes, upload.state, upload.at = places, {}, "taking", datetime.now(UTC)
        session.add(upload)

    def at() -> tuple[str, int]:
        with database.read() as session:
            found = session.get_one(Upload, 7)
            return found.state, found.done

    patient = replace(settings, busy_seconds=30)
    until = time.monotonic() + 120
    for kill in range(1, 4):
        with serving(patient, tmp_path) as (process, _):
            while at()[1] < size * kill // 4:
                assert time.monotonic() < until
                time.sleep(0.01)
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        with database.write() as session:
            session.execute(update(Upload).values(leased_until=datetime.now(UTC)))  # as if a minute had gone
    assert at()[1] < size
    with serving(patient, tmp_path):
        while at()[0] != "done":
            assert time.monotonic() < until
            time.sleep(0.05)
    with database.read() as session:
        found = session.get_one(Upload, 7)
        assert sum(found.outcomes["outcomes"].values()) == size
        assert session.scalars(select(ImportRow.row).order_by(ImportRow.row)).all() == list(range(1, size + 1))
        counted = select(func.count(), func.count(Lead.email.distinct())).where(Lead.member_id == "m-2")
        assert tuple(session.execute(counted).one()) == (found.outcomes["outcomes"]["added"],) * 2
        assert evidence.audit(session).faults == []


def test_two_workers_share_the_lists(enter: SignIn, app: Flask, rows: Any, clock: Clock) -> None:
    browser = enter(BO)
    for number in range(4):
        path = brought(browser, "Email\n" + "".join(f"l{number}p{row}@example.com\n" for row in range(1200)))
        browser.post(path, **{**COLUMNS, "column_email": "0", "column_first_name": "", "column_interest": ""})
    service = app.extensions["espalier"]

    def patiently(intake: ImportWorker) -> None:
        while True:
            try:
                return intake.run()
            except Unavailable:  # the tests' patience with a busy database is short
                time.sleep(0.1)

    def work() -> None:
        intakes = [ImportWorker(service.database, service.links, clock) for _ in range(3)]
        threads = [threading.Thread(target=patiently, args=(each,)) for each in intakes]
        for each in threads:
            each.start()
        for each in threads:
            each.join()

    work()
    for number in range(1, 5):
        assert browser.post(f"/office/import/{number}/take").status_code == 303
    work()
    assert {each.state for each in rows(Upload)} == {"done"}
    assert len(rows(Lead)) == len(rows(ImportRow)) == 4800
    assert len(rows(Provenance)) == 4


def test_told_to_stop_it_leaves_the_list_to_the_next(
    enter: SignIn,
    app: Flask,
    intake: ImportWorker,
    rows: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(importing, "BATCH", 1)
    browser = enter(BO)
    path = brought(browser)
    browser.post(path, **COLUMNS)
    intake.run()
    browser.post(f"{path}/take")
    real = uploads.renew_lease

    def renew(*words: Any, **more: Any) -> None:
        real(*words, **more)
        intake.stop()

    with monkeypatch.context() as patch:
        patch.setattr(uploads, "renew_lease", renew)
        intake.run()
    [upload] = rows(Upload)
    assert (upload.state, upload.done, upload.leased_until) == ("taking", 1, None)
    service = app.extensions["espalier"]
    ImportWorker(service.database, service.links, service.clock).run()
    assert rows(Upload)[0].outcomes["outcomes"] == TOTALS


def test_every_state_speaks_spanish(enter: SignIn, intake: ImportWorker, rows: Any) -> None:
    browser = enter("ana@members.example.com")
    path = brought(browser)
    assert "Columnas sin indicar" in browser.get(path).text
    browser.post(path, **COLUMNS)
    assert "En prueba" in browser.get(path).text
    intake.run()
    assert "Resultado de la prueba" in browser.get(path).text
    browser.post(f"{path}/take")
    assert "0 de 5 filas" in browser.get(path).text
    intake.run()
    assert "Importada" in browser.get(path).text
    assert rows(Provenance)[0].obtained_on is None
    assert date.fromisoformat("2026-03-04") == rows(Upload)[0].at.date()
