"""Lists: what becomes of each row, cut off and taken up again, nobody brought back, nobody mailed."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from conftest import Clock

from capture import commands
from capture.cases import importing
from capture.cases.importing import List, Origin
from capture.credit import evidence, story
from capture.db import Database
from capture.directory import EspalierError
from capture.mailing import suppression
from capture.mailing.suppression import Reason
from capture.models import Lead, Ledger, OutboxMail, Provenance

PROVEN = Origin("m-2", "Fair Lists Ltd", date(2026, 1, 5), "I may be written to about candles.")


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
    dry = importing.dry_run(database, links, List(path), PROVEN)
    assert rows(Provenance) == []
    totals = importing.take_in(database, links, List(path), PROVEN, clock)
    assert dry.outcomes == totals.outcomes == {"added": 3, "known": 2, "suppressed": 1, "refused": 3}
    assert totals.reasons == {"not an address": 1, "no address": 1, "unreadable": 1}
    assert [each.outcome for each in rows(Ledger)] == [
        "added", "added", "known", "known", "suppressed", "refused", "refused", "refused", "added",
    ]  # fmt: skip
    nell = next(each for each in rows(Lead) if each.email == "new@example.com")
    assert (nell.first_name, nell.phone, nell.interest) == ("Nell", "+353871234567", "products")
    assert (nell.owner_id, nell.servicer_id, nell.confirmed_at, nell.known_at) == ("m-2", "m-2", None, clock.now)
    assert len(rows(OutboxMail)) == mails
    with database.read() as session:
        assert evidence.audit(session).faults == []
        assert "because they entered them, from row 1 of list" in list(story.tell(session, nell.id))[-2]


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
        importing.take_in(database, links, List(path), PROVEN, clock, cut)
    assert len(rows(Lead)) == 20
    totals = importing.take_in(database, links, List(path), PROVEN, clock)
    assert (totals.before, totals.rows, totals.outcomes["added"]) == (20, 20, 20)
    assert len(rows(Lead)) == len(rows(Ledger)) == 40
    again = importing.take_in(database, links, List(path), PROVEN, clock)
    assert again.outcomes == {"known": 40}
    assert len(rows(Lead)) == 40


def test_columns_are_found_or_named(write: Any) -> None:
    path = write("x", header="Adresse,Anything")
    with pytest.raises(EspalierError, match="no column holds e-mail addresses") as error:
        List(path)
    assert "its columns are: Adresse, Anything" in str(error.value)
    assert List(path, {"email": "adresse"}).columns == {"email": "Adresse"}
    with pytest.raises(EspalierError) as error:
        List(path, {"emial": "Adresse", "email": "Adress"})
    assert 'did you mean "email"?' in str(error.value)
    assert 'did you mean "Adresse"?' in str(error.value)


def test_by_command(settings: Any, write: Any, rows: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ESPALIER_TOKEN_KEY", settings.token_keys[0])
    monkeypatch.setenv("ESPALIER_SECRET_KEY", settings.secret_key)
    monkeypatch.setenv("ESPALIER_DATABASE_URL", settings.database_url)
    path = str(write("a@example.com,,,", "b,,,"))

    def run(*words: str) -> Any:
        return CliRunner().invoke(commands.main, ["import", path, *words])

    assert "would be: 2 rows: 1 added, 0 known, 0 suppressed, 1 refused (1 not an address)" in run("--dry-run").output
    assert rows(Lead) == []
    assert 'nobody has the slug "bob"' in run("--member", "bob").output
    answer = run("--member", "bo")
    assert "nobody may be mailed because of this list" in answer.output
    assert [each.member_id for each in rows(Lead)] == ["m-2"]
    assert json.loads(run("--member", "bo", "--json").output)["known"] == 1
    assert run("--map", "email").exit_code == 2


def test_a_sign_up_of_somebody_on_a_list_becomes_the_same_lead(
    database: Database, links: Any, write: Any, rows: Any, clock: Clock, confirmed: Any
) -> None:
    importing.take_in(database, links, List(write("pat@example.com,,,")), PROVEN, clock)
    confirmed("m-2", "pat@example.com")
    [lead] = rows(Lead)
    assert lead.confirmed_at is not None
    assert lead.known_at is not None
