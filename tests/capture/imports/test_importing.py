"""Lists: what becomes of each row, cut off and taken up again, nobody brought back, nobody mailed."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from email_validator import EmailNotValidError, validate_email
from hypothesis import given
from hypothesis import settings as settings_of_hypothesis
from hypothesis import strategies as st
from sqlalchemy import func, select

from benchmarks import importing as benchmark
from capture import commands, features
from capture.base.db import Database
from capture.base.retention import Policy
from capture.company.generator import Interest
from capture.consent import erasing, my_data
from capture.credit import evidence
from capture.imports import importing, lists
from capture.imports.importing import ListOrigin
from capture.imports.lists import LeadList, NotAListError
from capture.leads import story
from capture.mailing import suppression
from capture.mailing.suppression import Reason
from capture.models import Campaign, ImportRow, Lead, OutboxMail, Provenance
from sitegen.errors import EspalierError
from tests.capture.clock import Clock
from tests.capture.process import environment

PROVEN = ListOrigin("m-2", "Fair Lists Ltd", date(2026, 1, 5), "I may be written to about candles.")


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def make(*rows: str, header: str = "Email,First name,Phone,Interest") -> Path:
        path = tmp_path / "list.csv"
        path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        return path

    return make


def test_every_row_has_a_line_that_says_what_became_of_it(
    database: Database, links: Any, write: Any, confirmed: Any, rows: Any, clock: Clock
) -> None:
    confirmed("m-1", "ana.s@example.com")
    with database.write() as session:
        suppression.suppress(session, links.address_keys, "left@example.com", Reason.UNSUBSCRIBED, clock.now)
    mails = len(rows(OutboxMail))
    path = write(
        "new@example.com,Nell,+353 87 123 4567,products",
        "New@EXAMPLE.com,,,",
        "new@example.com,Again,,",
        "ana.s@example.com,,,",
        "left@example.com,,,",
        "nonsense,,,",
        ",Nobody,,",
        "pat\u202e@example.com,,,",
        '=cmd@example.com,"=HYPERLINK(""x"")",0871234567,everything',
    )
    dry = importing.try_list(database, links, LeadList(path), PROVEN, Clock().now)
    assert rows(Provenance) == []
    totals = importing.import_list(database, links, LeadList(path), PROVEN, clock)
    assert dry.outcomes == totals.outcomes == {"added": 3, "known": 2, "suppressed": 1, "refused": 3}
    assert totals.reasons == {"not an address": 1, "no address": 1, "unreadable": 1}
    assert [each.outcome for each in rows(ImportRow)] == [
        "added", "added", "known", "known", "suppressed", "refused", "refused", "refused", "added",
    ]  # fmt: skip
    nell = next(each for each in rows(Lead) if each.email == "new@example.com")
    assert (nell.first_name, nell.phone, nell.interest) == ("Nell", "+353871234567", "products")
    assert (nell.owner_id, nell.assignee_id, nell.confirmed_at, nell.known_at) == ("m-2", "m-2", None, clock.now)
    assert len(rows(OutboxMail)) == mails
    with database.read() as session:
        assert evidence.audit(session).faults == []
        assert "because they entered them, from row 1 of list" in list(story.tell(session, features.ALL, nell.id))[-2]


def test_a_list_that_was_cut_off_goes_on_where_it_stopped(
    database: Database, links: Any, write: Any, rows: Any, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(*(f"p{number}@example.com,,," for number in range(40)))
    monkeypatch.setattr(importing, "BATCH", 10)

    class CutError(Exception):
        pass

    def cut(done: int) -> None:
        if done == 20:
            raise CutError

    with pytest.raises(CutError):
        importing.import_list(database, links, LeadList(path), PROVEN, clock, cut)
    assert len(rows(Lead)) == 20
    totals = importing.import_list(database, links, LeadList(path), PROVEN, clock)
    assert (totals.before, totals.rows, totals.outcomes["added"]) == (20, 20, 20)
    assert len(rows(Lead)) == len(rows(ImportRow)) == 40
    again = importing.import_list(database, links, LeadList(path), PROVEN, clock)
    assert again.outcomes == {"known": 40}
    assert len(rows(Lead)) == 40


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"email": "Email"}, {"vendor": "Others Ltd"}),
        ({"email": "Email"}, {"vendor": None}),
        ({"email": "Email"}, {"obtained_on": date(2026, 1, 6)}),
        ({"email": "Email"}, {"wording": "Something else."}),
        ({"email": "Email"}, {"campaign_id": 7}),
        ({"email": "Email"}, {"member_id": None}),
        ({"email": "Email", "first_name": "Phone"}, {}),
        ({"email": "First name"}, {}),
    ],
)
def test_a_list_of_which_something_else_is_said_is_one_of_its_own(
    database: Database,
    links: Any,
    write: Any,
    rows: Any,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    columns: dict[str, str],
    said: dict[str, Any],
) -> None:
    """Half of it came in; neither that half nor the rest is told by the words of the other."""
    path = write(*(f"p{number}@example.com,q{number}@example.com,," for number in range(20)))
    monkeypatch.setattr(importing, "BATCH", 10)
    with database.write() as session:
        session.add(
            Campaign(id=7, code="fair7", member_id="m-2", channel="list", name="The fair", created_at=clock.now)
        )

    class CutError(Exception):
        pass

    def cut(done: int) -> None:
        raise CutError

    with pytest.raises(CutError):
        importing.import_list(database, links, LeadList(path), PROVEN, clock, cut)
    totals = importing.import_list(database, links, LeadList(path, columns), replace(PROVEN, **said), clock)
    others = columns["email"] != "Email"
    assert (totals.before, totals.rows) == (0, 20)
    assert totals.outcomes == ({"added": 20} if others else {"known": 10, "added": 10})
    first, second = rows(Provenance)
    assert (first.vendor, first.wording, first.campaign_id, first.rows) == (PROVEN.vendor, PROVEN.wording, None, 10)
    assert {name: getattr(second, name) for name in said} == said
    totals = importing.import_list(database, links, LeadList(path), PROVEN, clock)
    assert (totals.before, totals.rows, totals.provenance_id) == (10, 10, first.id)
    lines = {
        each.id: [line.row for line in rows(ImportRow) if line.provenance_id == each.id] for each in (first, second)
    }
    assert lines == {first.id: list(range(1, 21)), second.id: list(range(1, 21))}


def test_columns_are_found_or_named(write: Any) -> None:
    path = write("x", header="Adresse,Anything")
    with pytest.raises(EspalierError, match="no column holds e-mail addresses") as error:
        LeadList(path)
    assert "its columns are: Adresse, Anything" in str(error.value)
    assert LeadList(path, {"email": "adresse"}).columns == {"email": "Adresse"}
    with pytest.raises(EspalierError) as error:
        LeadList(path, {"emial": "Adresse", "email": "Adress"})
    assert 'did you mean "email"?' in str(error.value)
    assert 'did you mean "Adresse"?' in str(error.value)


def test_by_command(settings: Any, write: Any, rows: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ESPALIER_TOKEN_KEY", settings.token_keys[0])
    monkeypatch.setenv("ESPALIER_SECRET_KEY", settings.secret_key)
    monkeypatch.setenv("ESPALIER_DATABASE_URL", settings.database_url)
    path = str(write("a@example.com,,,", "b,,,"))

    def run(*words: str) -> Any:
        return CliRunner().invoke(commands.main, ["import", path, *words])

    assert (
        "would be: 2 rows: 1 added, 0 known, 0 left, 0 suppressed, 1 refused (1 not an address)"
        in run("--dry-run").output
    )
    assert rows(Lead) == []
    assert 'no member has the slug "bob"' in run("--member", "bob").output
    answer = run("--member", "bo")
    assert "the new leads may not be e-mailed" in answer.output
    assert [each.member_id for each in rows(Lead)] == ["m-2"]
    assert json.loads(run("--member", "bo", "--json").output)["known"] == 1
    assert run("--map", "email").exit_code == 2


def test_a_campaign_brought_who_is_new(
    settings: Any, database: Database, write: Any, rows: Any, clock: Clock, confirmed: Any, monkeypatch: Any
) -> None:
    confirmed("m-1", "known@example.com")
    with database.write() as session:
        for code, member in (("fair7", "m-2"), ("radio7", None), ("fair8", "m-1")):
            session.add(Campaign(code=code, member_id=member, channel="list", name=code, created_at=clock.now))
    for name, value in environment(settings).items():
        monkeypatch.setenv(name, value)
    path = str(write("new@example.com,,,", "known@example.com,,,"))

    def run(*words: str) -> Any:
        return CliRunner().invoke(commands.main, ["import", path, "--member", "bo", *words])

    for wrong, hint in (("fair77", 'did you mean "fair7"?'), ("fair8", 'did you mean "fair7"?')):
        answer = run("--campaign", wrong)
        assert answer.exit_code == 1
        assert f'there is no campaign "{wrong}" for these leads' in answer.output
        assert hint in answer.output
    assert rows(Provenance) == []
    assert run("--campaign", "Fair7").exit_code == 0
    codes = {each.id: each.code for each in rows(Campaign)}
    assert {each.email: codes.get(each.campaign_id) for each in rows(Lead)} == {
        "known@example.com": None,
        "new@example.com": "fair7",
    }
    path = str(write("newer@example.com,,,"))
    assert run("--campaign", "radio7").exit_code == 0, "the company's campaigns are everybody's"
    assert codes[rows(Lead)[-1].campaign_id] == "radio7"


def test_who_came_by_a_list_is_no_sign_up_that_nobody_confirmed(
    database: Database, links: Any, write: Any, rows: Any, clock: Clock
) -> None:
    importing.import_list(database, links, LeadList(write("pat@example.com,,,")), PROVEN, clock)
    clock.forward(days=400)
    with database.write() as session:
        erasing.purge(session, features.ALL, Policy(), clock.now)
    assert rows(Lead)[0].email == "pat@example.com"


def test_who_came_by_a_list_or_was_met_and_left_is_forgotten(
    database: Database, links: Any, write: Any, rows: Any, clock: Clock
) -> None:
    importing.import_list(database, links, LeadList(write("pat@example.com,,,\nstays@example.com,,,")), PROVEN, clock)
    with database.write() as session:
        met = (None, "nell@example.com", "Nell", "+353871234567", Interest.BOTH)
        assert importing.add_met(session, links, *met, clock.now)
        for address in ("pat@example.com", "nell@example.com"):
            my_data.withdraw(session, links, address, clock.now)
    clock.forward(days=89)
    with database.write() as session:
        assert erasing.purge(session, features.ALL, Policy(), clock.now)["withdrawn"] == 0
    clock.forward(days=1)
    with database.write() as session:
        purged = erasing.purge(session, features.ALL, Policy(), clock.now)
    assert (purged["unconfirmed"], purged["withdrawn"]) == (0, 2)
    assert [each.email for each in rows(Lead) if each.erased_at is None] == ["stays@example.com"]
    assert not any(each.phone or each.first_name for each in rows(Lead))


_NAMES = st.one_of(
    st.from_regex(r"[A-Za-z0-9_.+-]{1,20}", fullmatch=True),
    st.sampled_from(["Info", "POSTMASTER", "a..b", ".a", "a.", "a-", "-a", '"a b"', "é", "a'b", "a@b", "", "A" * 65]),
    st.text(max_size=8),
)
_DOMAINS = st.one_of(
    st.from_regex(r"[A-Za-z0-9-]{1,10}(\.[A-Za-z]{2,5}){1,2}", fullmatch=True),
    st.sampled_from(
        [
            "Example.COM",
            "münchen.de",
            "xn--mnchen-3ya.de",
            "ｅxample.com",
            "a.local",
            "localhost",
            "x.com.",
            "[1.2.3.4]",
            "a@b.com",
            "b.com>",
            " b.com",
            "b.com ",
            "x.com\n",
            "ß.de",
            "é.com",
            "",
            "a" * 64 + ".com",
            "fußball.example.com",
        ]
    ),
    st.text(max_size=8),
)


@settings_of_hypothesis(max_examples=600, deadline=None)
@given(_NAMES, _DOMAINS)
def test_an_address_is_what_the_library_says(name: str, domain: str) -> None:
    address = f"{name}@{domain}"
    try:
        expected = validate_email(address, check_deliverability=False).normalized
    except EmailNotValidError:
        expected = None
    assert lists.normal_address(address) == expected


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("byte_order_mark", ["", "\ufeff"])
def test_a_list_as_spreadsheets_write_it(tmp_path: Path, separator: str, byte_order_mark: str) -> None:
    cells = ["Correo electrónico", "Nombre", "Notas"], ["zoë@example.com", '"García, Ana; ""la"""', "1,5"]
    path = tmp_path / "list.csv"
    path.write_bytes((byte_order_mark + "\r\n".join(map(separator.join, cells)) + "\r\n\r\n").encode())
    found = LeadList(path)
    assert found.columns == {"email": "Correo electrónico", "first_name": "Nombre"}
    [row] = found.rows()
    assert (row.number, row.email, row.first_name) == (1, "zoë@example.com", 'García, Ana; "la"')
    assert found.count() == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"PK\x03\x04\x14\x00", "a workbook or an archive"),
        (b"\xd0\xcf\x11\xe0\xa1", "a workbook or an archive"),
        ("Email\nzoë@example.com".encode("latin-1"), "not CSV in UTF-8"),
        ("Email\nzoe@example.com".encode("utf-16-le"), "not CSV in UTF-8"),
        (b"", "no header"),
        (b"\r\n\r\n", "no header"),
        (b"Email,x\n" + b"a" * 200_000, None),
        (b"Email" + b"l" * 200_000, "longer than 64 KB: line 1"),
        (b'"Email\n"' + b"," * 300, "more than 200 columns: line 2"),
    ],
)
def test_what_is_no_list_is_told_at_once(tmp_path: Path, content: bytes, message: str | None) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(content)
    if message is None:
        with pytest.raises(NotAListError, match="longer than 64 KB: line 2"):
            LeadList(path).count()
        return
    with pytest.raises(NotAListError, match=message) as error:
        LeadList(path)
    assert "hint: " in str(error.value)


def test_two_programs_never_take_in_the_same_list(
    database: Database, links: Any, write: Any, rows: Any, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(*(f"p{number}@example.com,,," for number in range(40)))
    monkeypatch.setattr(importing, "BATCH", 10)

    def meddle(done: int) -> None:
        if done == 20:
            importing.import_list(database, links, LeadList(path), PROVEN, clock)

    with pytest.raises(importing.TakenElsewhereError, match="another process is importing this list"):
        importing.import_list(database, links, LeadList(path), PROVEN, clock, meddle)
    assert len(rows(Lead)) == len(rows(ImportRow)) == 40


def test_a_dry_run_of_many_rows_says_what_taking_in_does(
    database: Database, links: Any, tmp_path: Path, clock: Clock
) -> None:
    path = tmp_path / "list.csv"
    benchmark.write(path, 5_000)
    dry = importing.try_list(database, links, LeadList(path), PROVEN, Clock().now)
    totals = importing.import_list(database, links, LeadList(path), PROVEN, clock)
    assert dry.outcomes == totals.outcomes
    assert dry.reasons == totals.reasons
    assert sum(totals.outcomes.values()) == totals.rows == 5_000


@pytest.mark.parametrize(
    ("size", "kills"),
    [pytest.param(20_000, 2, marks=pytest.mark.slow), pytest.param(100_000, 5, marks=pytest.mark.slow)],
)
def test_killed_again_and_again_a_list_comes_in_whole(
    settings: Any, database: Database, rows: Any, tmp_path: Path, size: int, kills: int
) -> None:
    """kill -9 in the middle of it, several times: each row has one line, each person one lead, and the chain holds."""
    path = tmp_path / "list.csv"
    benchmark.write(path, size)
    patient = replace(settings, busy_seconds=30)
    command = [sys.executable, "-m", "capture", "import", str(path), "--member", "bo", "--json"]

    def done() -> int:
        with database.read() as session:
            return session.scalar(select(func.max(Provenance.rows))) or 0

    dice = random.Random(size)
    for part in range(6 - kills, 6):
        process = subprocess.Popen(command, env=environment(patient), stdout=subprocess.DEVNULL)
        until = time.monotonic() + 120
        while done() < size * part // 8:
            assert process.poll() is None
            assert time.monotonic() < until
            time.sleep(0.01)
        time.sleep(dice.uniform(0, 0.15))
        process.kill()
        assert process.wait() == -signal.SIGKILL
    before = done()
    assert size * 5 // 8 <= before < size
    ended = subprocess.run(command, env=environment(patient), stdout=subprocess.PIPE, check=True)
    told = json.loads(ended.stdout)
    assert (told["before"], told["rows"]) == (before, size - before)
    whole = told["whole"]
    assert whole["rows"] == size == sum(whole[name] for name in importing.OUTCOMES)
    with database.read() as session:
        assert session.scalars(select(ImportRow.row).order_by(ImportRow.row)).all() == list(range(1, size + 1))
        counted = select(func.count(), func.count(Lead.email.distinct())).where(Lead.member_id == "m-2")
        assert tuple(session.execute(counted).one()) == (whole["added"], whole["added"])
        assert session.scalar(select(func.count(ImportRow.lead_id.distinct()))) == whole["added"]
    audit = subprocess.run([*command[:3], "audit"], env=environment(settings), stdout=subprocess.PIPE, check=True)
    assert f"{whole['added']} rows, 0 faults".encode() in audit.stdout


def test_a_sign_up_of_somebody_on_a_list_becomes_the_same_lead(
    database: Database, links: Any, write: Any, rows: Any, clock: Clock, confirmed: Any
) -> None:
    importing.import_list(database, links, LeadList(write("pat@example.com,,,")), PROVEN, clock)
    confirmed("m-2", "pat@example.com")
    [lead] = rows(Lead)
    assert lead.confirmed_at is not None
    assert lead.known_at is not None
