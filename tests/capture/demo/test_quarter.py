"""The invented quarter: on both databases, made by the use cases alone, the same whenever it is told."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rich.console import Console
from sqlalchemy import func, select

from capture import features, models
from capture.base.db import Database
from capture.base.tokens import Links
from capture.company import directory, hosts
from capture.company.generator import Channel
from capture.credit import evidence
from capture.demo import filling, parts
from capture.demo.quarter import story
from capture.demo.quarter.agenda import Agenda
from capture.demo.quarter.world import DAYS
from capture.leads import caseload
from capture.leads.pipeline import Stage
from capture.reports import counting
from capture.reports.results import InterestFilter, Period
from capture.settings import Settings
from capture.sync.site_folder import sync
from tests.capture import databases
from tests.capture.cast import KEY
from tests.conftest import ROOT

pytestmark = pytest.mark.xdist_group("quarter")

NOWS = {
    "sqlite": datetime(2026, 9, 29, 1, 30, tzinfo=UTC),
    "postgresql": datetime(2027, 3, 3, 21, 45, tzinfo=UTC),
}
"""The story is told at different moments: in the night, and on a late evening of another season."""

STAGES = {
    Stage.NEW: 121,
    Stage.CONTACTED: 146,
    Stage.QUALIFIED: 21,
    Stage.CUSTOMER: 43,
    Stage.RECRUIT: 7,
    Stage.LOST: 78,
}
"""How many leads are in which stage: the same wherever and whenever the story is told. Count anew when it changes."""


@dataclass(frozen=True)
class Quarter:
    """A database that was filled, and the moment at which it was."""

    kind: str
    database: Database
    now: datetime


@pytest.fixture(
    scope="module",
    params=[pytest.param(kind, marks=pytest.mark.slow) if kind == "postgresql" else kind for kind in databases.KINDS],
)
def quarter(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Quarter]:
    kind = request.param
    folder = tmp_path_factory.mktemp("quarter")
    url = f"sqlite:///{folder / 'capture.sqlite'}"
    if kind == "postgresql":
        server = request.getfixturevalue("postgres")
        url = server.url(server.create())
    database = filled(url, ROOT / "content", NOWS[kind])
    yield Quarter(kind, database, NOWS[kind])
    database.engine.dispose()


def filled(url: str, content: Path, now: datetime) -> Database:
    """A database with that site's roster and the quarter."""
    database = Database(url)
    database.migrate()
    # There are no campaigns yet, so nothing is written to the folder.
    sync(database, directory.load_directory(content, url="http://127.0.0.1:1", capture_url="http://127.0.0.1:2"))
    days: list[int] = []
    story.tell(database, features.ALL, Links([KEY]), now, days.append)
    assert days == sorted(days)
    assert days[-1] == DAYS
    return database


def stages(quarter: Quarter) -> Counter[str]:
    with quarter.database.read() as session:
        return Counter(session.scalars(select(models.Lead.stage).where(models.Lead.known_at.is_not(None))))


def test_most_leads_are_new_or_contacted_and_few_have_bought(quarter: Quarter) -> None:
    found = stages(quarter)
    assert set(found) == set(Stage)
    assert 350 < found.total() < 500
    assert found[Stage.NEW] + found[Stage.CONTACTED] > found.total() / 2
    assert found[Stage.RECRUIT] < found[Stage.CUSTOMER] < found.total() / 6


def test_every_channel_brought_some_and_one_does_not_pay(quarter: Quarter) -> None:
    with quarter.database.read() as session:
        staff = session.scalars(select(models.Staff)).one()
        person = counting.Person(None, staff, models.OfficeSession())
        found = counting.results_for(
            session, counting.RecentResults(), person, Period.ALL, InterestFilter.ALL, quarter.now
        ).results
    assert found is not None
    lines = {line.key: line.figures for line in found.channels}
    assert set(lines) == {*map(str, Channel), "own", "met"}
    assert all(figures.leads for figures in lines.values())
    spent = {name: figures for name, figures in lines.items() if figures.spend}
    assert any(not figures.customers + figures.recruits for figures in spent.values())
    assert len({figures.spend for figures in spent.values()}) > 4
    assert found.total.visits > 5_000


def test_the_chain_of_evidence_holds(quarter: Quarter) -> None:
    with quarter.database.read() as session:
        report = evidence.audit(session)
    assert report.faults == []
    assert report.rows > 1_000
    assert report.erased > 0


def test_nothing_lies_ahead_and_the_chain_is_in_order_of_time(quarter: Quarter) -> None:
    with quarter.database.read() as session:
        for table in (*evidence.TABLES, models.LeadActivity, models.OutboxMail):
            column = table.created_at if table is models.OutboxMail else table.at
            first, last = session.execute(select(func.min(column), func.max(column))).one()
            assert quarter.now - timedelta(days=DAYS + 1) < first < last <= quarter.now
        acts = session.scalars(select(models.ProspectActivity.at).order_by(models.ProspectActivity.seq)).all()
    assert acts == sorted(acts)


def test_member_sponsor_and_staff_have_something_to_do_today(quarter: Quarter) -> None:
    with quarter.database.read() as session:
        found = parts.cast(session, hosts.get_company(session))
        assert found.member is not None
        assert found.sponsor is not None
        staff = session.scalars(select(models.Staff)).one()
        for member in (found.member, found.sponsor, None):
            person = counting.Person(member, None if member else staff, models.OfficeSession())
            waiting = caseload.today_for(session, person, quarter.now.date())
            assert waiting.new_count
            assert waiting.due_count
            assert waiting.unconfirmed
            assert waiting.bounced or member is found.sponsor
            assert waiting.held or member is found.sponsor
            overdue = [each for each in waiting.due if each.due_on and each.due_on < quarter.now.date()]
            assert len(overdue) < len(waiting.due)


def test_people_left_corrected_and_stood_on_lists(quarter: Quarter) -> None:
    with quarter.database.read() as session:
        acts = Counter(session.scalars(select(models.ProspectActivity.kind)))
        reasons = set(session.scalars(select(models.Suppression.reason)))
        outcomes = set(session.scalars(select(models.ImportRow.outcome)))
        uploads = Counter(session.scalars(select(models.Upload.state)))
        rules = set(session.scalars(select(models.Decision.rule)))
        quarantined = [each for each in session.scalars(select(models.Lead)) if each.quarantined]
    assert set(acts) == {"confirmed", "corrected", "disowned", "erased", "purged", "unsubscribed", "withdrawn"}
    assert reasons == {"bounced", "erased", "not-me", "unsubscribed", "withdrawn"}
    assert outcomes == {"added", "known", "suppressed", "refused"}
    assert uploads == {"done": 2, "checked": 1}
    assert {"answer", "correction", "existing-owner", "list", "page", "pool"} <= rules
    assert quarantined


def test_every_address_and_number_is_invented(quarter: Quarter) -> None:
    with quarter.database.read() as session:
        leads = session.scalars(select(models.Lead).where(models.Lead.erased_at.is_(None))).all()
    for lead in leads:
        domain = lead.email.rpartition("@")[2]
        assert domain in {"example.com", "example.net", "example.org"} or domain.endswith(".example")
        assert lead.phone is None or lead.phone.startswith("+447700900")
        assert lead.email.isascii()


def test_the_story_is_the_same_whenever_it_is_told(quarter: Quarter) -> None:
    assert stages(quarter) == STAGES


def test_a_second_start_adds_nothing_and_says_so(quarter: Quarter) -> None:
    settings = Settings((KEY,), KEY, quarter.database.url.render_as_string(hide_password=False))
    before = stages(quarter)
    console = Console(record=True, width=200)
    assert filling.fill(settings, features.ALL, console, empty=False) is False
    assert "there are leads here already" in console.export_text()
    assert stages(quarter) == before


def test_the_story_inserts_no_rows_itself() -> None:
    for path in (ROOT / "capture" / "demo").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert "session.add" not in text, path
        assert "insert(" not in text, path


@pytest.mark.parametrize("members", [0, 1])
def test_a_small_roster_will_do(tmp_path: Path, members: int) -> None:
    content = Path(shutil.copytree(ROOT / "content", tmp_path / "content"))
    text = (content / "members.csv").read_text(encoding="utf-8")
    header = text.splitlines()[0]
    rows = ["m-900,,Pat Example,Pat,pat@example.com,,,,,,,,en,,active,"][:members]
    (content / "members.csv").write_text("\n".join((header, *rows, "")), encoding="utf-8")
    database = filled(f"sqlite:///{tmp_path / 'capture.sqlite'}", content, NOWS["sqlite"])
    with database.read() as session:
        assert evidence.audit(session).faults == []
        assert session.scalar(select(func.count()).select_from(models.Lead)) or 0 > 50
    database.engine.dispose()


def test_acts_are_done_in_their_order_up_to_a_moment(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'capture.sqlite'}")
    database.migrate()
    start = NOWS["sqlite"]
    agenda, done = Agenda(), []

    def plan(minutes: int, name: str) -> None:
        agenda.at(start + timedelta(minutes=minutes), lambda session, at: done.append(name))

    plan(5, "late")
    plan(2, "second")
    agenda.at(start + timedelta(minutes=1), lambda session, at: plan(3, "planned by the first"))
    agenda.alone(start + timedelta(minutes=2), lambda at: done.append("alone"))
    agenda.run(database, start + timedelta(minutes=4), lambda at: done.append(f"told {at.minute - start.minute}"))
    assert done == ["second", "told 2", "alone", "told 2", "planned by the first", "told 3"]
    database.engine.dispose()
