"""Words that are not known, in columns that say or may say who left: asked about, and never taken for a yes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from capture import commands
from capture.imports.answers import described, read_answers
from capture.imports.lists import LeadList
from capture.imports.vocabulary import Standing
from capture.imports.worker import ImportWorker
from capture.models import Lead, Suppression, Upload
from sitegen.errors import EspalierError
from tests.capture.imports.test_lists import brought
from tests.capture.process import environment


def leads(tmp_path: Path, header: str, *cells: str, said: tuple[str, ...] = ()) -> LeadList:
    lines = (f"p{number}@example.com;{cell}" for number, cell in enumerate(cells))
    file = tmp_path / "list.csv"
    file.write_text("\n".join([f"email;{header}", *lines]) + "\n", encoding="utf-8")
    found = LeadList(file)
    found.answer(read_answers(said, found.header, found.leaving))
    return found


def standings(found: LeadList) -> list[Standing]:
    return [each.standing for each in found.rows()]


@pytest.mark.parametrize(
    ("header", "yes", "no"),
    [
        ("Abonnement", "aktiv", "abgemeldet"),
        ("Abonnement", "aktiv", "inaktiv"),
        ("Subscription", "active", "paused"),
        ("Einwilligung", "ja", "nein"),
        ("I agree to receive e-mail", "Yes", "No"),
        ("Marketing consent given?", "yes", "no"),
        ("Newsletter erwünscht", "ja", "nein"),
        ("Recevoir nos offres", "oui", "non"),
        ("OK to mail", "Y", "N"),
        ("¿Quiere recibir noticias?", "Sí", "No"),
        ("Whatever", "subscribed", "Unsubscribed"),
        ("Whatever", "1", "0"),
        ("Whatever", "true", "FALSE"),
        ("", "yes", "no"),
        ("Land", "Österreich", "abgemeldet"),
    ],
)
def test_a_no_under_an_unknown_name_is_never_taken_in(header, yes, no, tmp_path):
    kept, left = standings(leads(tmp_path, header, yes, no))
    assert kept is Standing.KEPT
    assert left in (Standing.UNCLEAR, Standing.LEFT)


@pytest.mark.parametrize(
    "header", ["I agree to receive e-mail", "Darf ich mailen? (Zustimmung)", "Newsletter-Anmeldung"]
)
def test_a_blank_box_of_consent_is_no_yes(header, tmp_path):
    assert standings(leads(tmp_path, header, "Yes", "")) == [Standing.KEPT, Standing.UNCLEAR]


@pytest.mark.parametrize(
    ("header", "cell", "standing"),
    [
        ("Opted out of email: Marketing Information", "Yes", Standing.LEFT),
        ("Opted out of email: One to One", "", Standing.KEPT),
        ("Email hard bounce reason", "UNKNOWN_USER", Standing.BOUNCED),
        ("Email hard bounce reason", "", Standing.KEPT),
        ("Email Suppressions", "[]", Standing.KEPT),
        ("Email Suppressions", "['UNSUBSCRIBE']", Standing.LEFT),
        ("UNSUB_REASON", "NORMAL", Standing.LEFT),
        ("Bitte keine Werbung", "ja", Standing.UNCLEAR),
        ("Please do not write to me", "x", Standing.UNCLEAR),
        ("Datum Abmeldung", "3.5.2024", Standing.UNCLEAR),
        ("Datum Abmeldung", "", Standing.KEPT),
    ],
)
def test_names_that_sound_like_leaving(header, cell, standing, tmp_path):
    assert standings(leads(tmp_path, header, cell)) == [standing]


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("Status", ("New lead", "Open", "Contacted", "ATTEMPTED_TO_CONTACT", "Open - Not Contacted")),
        ("Gender", ("F", "M", "")),
        ("Sex or so", ("F", "M", "")),
        ("Country", ("NO", "ES", "")),
        ("Orders", ("0", "1", "7")),
        ("Surname", ("No", "Abuse", "Byrne")),
        ("SMS marketing consent", ("no", "yes", "")),
        ("Town", ("Cork", "Vigo", "")),
        ("Membership", ("gold", "silver", "")),
    ],
)
def test_what_says_nothing_about_mail_costs_nobody(header, cells, tmp_path):
    found = leads(tmp_path, header, *cells)
    assert standings(found) == [Standing.KEPT] * len(cells)
    assert found.questions == []


def test_unknown_words_are_listed_with_their_counts_and_the_option(tmp_path):
    found = leads(tmp_path, "Status", "in Progress", "on hold", "on hold", "active", "unsubscribed", "")
    assert list(described(found.questions)) == [
        '2 rows: column "Status" says "on hold": add --word "Status:on hold" with =yes or =left or =skip',
        '1 rows: column "Status" is blank: add --word "Status:" with =yes or =left or =skip',
        '1 rows: column "Status" says "in progress": add --word "Status:in progress" with =yes or =left or =skip',
    ]


def test_answers_decide(tmp_path):
    said = ("status: On Hold =yes", "Status:in progress=LEFT", "Status:*=skip")
    found = leads(tmp_path, "Status", "in progress", "on hold", "odd", "", "unsubscribed", said=said)
    assert standings(found) == [Standing.LEFT, Standing.KEPT, Standing.SKIPPED, Standing.SKIPPED, Standing.LEFT]
    assert [each.reason for each in found.rows()] == [None, None, "set aside", "set aside", None]
    assert found.questions == []
    assert found.meant != leads(tmp_path, "Status", "in progress", "on hold", "odd", "", "unsubscribed").meant


def test_an_answer_overrules_no_known_word_and_no_file_s_name(tmp_path):
    with pytest.raises(EspalierError, match="known to say no"):
        leads(tmp_path, "Abonnement", "aktiv", "abgemeldet", said=("Abonnement:abgemeldet=yes",))
    with pytest.raises(EspalierError, match="known to say no"):
        leads(tmp_path, "I agree to receive e-mail", "Yes", "No", said=("I agree to receive e-mail:no=yes",))
    all_yes = ("Darf gemailt werden? (Zustimmung):*=yes",)
    agreed = leads(tmp_path, "Darf gemailt werden? (Zustimmung)", "ja", "nein", "", said=all_yes)
    assert standings(agreed) == [Standing.KEPT, Standing.UNCLEAR, Standing.KEPT]
    said = ("Whatever:*=yes",)
    assert standings(leads(tmp_path, "Whatever", "gold", "unsubscribed", said=said))[1] is Standing.UNCLEAR
    assert standings(leads(tmp_path, "Status", "odd", "unsubscribed", said=("Status:*=yes",))) == [
        Standing.KEPT, Standing.LEFT,
    ]  # fmt: skip
    file = (tmp_path / "list.csv").rename(tmp_path / "unsubscribed.csv")
    by_name = LeadList(file)
    by_name.answer(read_answers(("Status:odd=yes",), by_name.header, by_name.leaving))
    assert (standings(by_name), by_name.questions) == ([Standing.LEFT] * 2, [])


def test_a_column_of_many_words_is_asked_about_as_one(tmp_path):
    moments = [f"on day {number}" for number in range(300)]
    found = leads(tmp_path, "Abmeldung", *moments, "")
    *_, rest = found.questions
    assert sum(each.rows for each in found.questions) == 300
    assert (rest.word, len(found.questions) <= 21) == ("*", True)
    answered = leads(tmp_path, "Abmeldung", *moments, "", said=("Abmeldung:*=left",))
    assert standings(answered) == [Standing.LEFT] * 300 + [Standing.KEPT]


def test_columns_are_named_whatever_is_in_their_name(tmp_path):
    said = ("Opted out of email: news:perhaps=skip",)
    assert standings(leads(tmp_path, "Opted out of email: news", "perhaps", said=said)) == [Standing.SKIPPED]
    assert standings(leads(tmp_path, "", "no", "yes", said=("2:no=left",))) == [Standing.LEFT, Standing.KEPT]


@pytest.mark.parametrize(
    ("said", "hint"),
    [
        ("Status=yes", "names no column"),
        ("Status:odd", "is not COLUMN:WORD=ANSWER"),
        ("Status:odd=maybe", "the answers are yes, left and skip"),
        ("Statue:odd=yes", 'did you mean "Status"'),
        ("9:odd=yes", "known here: Status, email"),
    ],
)
def test_an_answer_that_cannot_be_read_is_told(said, hint, tmp_path):
    with pytest.raises(EspalierError, match=hint):
        leads(tmp_path, "Status", "odd", said=(said,))


def test_the_command_lists_words_takes_answers_and_asks_on_a_terminal(settings, database, tmp_path, monkeypatch, rows):
    for name, value in environment(settings).items():
        monkeypatch.setenv(name, value)
    leads(tmp_path, "Status", "odd", "active")

    def run(*words: str, typed: str | None = None) -> Any:
        monkeypatch.setattr("capture.commands.imports.on_terminal", lambda: typed is not None)
        return CliRunner().invoke(commands.main, ["import", str(tmp_path / "list.csv"), *words], input=typed)

    assert '--word "Status:odd" with =yes or =left or =skip' in run("--dry-run").output
    [asked] = json.loads(run("--dry-run", "--json").output)["unknown_words"]
    assert asked == {"column": "Status", "word": "odd", "rows": 1, "answers": ["yes", "left", "skip"]}
    assert run(typed="n\n").exit_code == 1
    assert rows(Lead) == []
    assert run("--separator", "comma").exit_code == 1, "under a comma there is no column of addresses"
    assert run("--separator", "semicolon", "--yes", typed="").exit_code == 0
    assert [each.email for each in rows(Lead)] == ["p1@example.com"]
    assert "1 added" in run("--word", "Status:odd=yes", typed="y\n").output
    assert rows(Suppression) == []


UNKNOWN = (
    "Name;Email;Phone;Status;Zusage\n"
    "Ada;ada@example.com;;odd;ja\nLou;lou@example.com;;unsubscribed;ja\nPat;pat@example.com;;active;nein\n"
    "Kim;kim@example.com;12;active;ja\n"
)


@pytest.fixture
def intake(app: Any) -> ImportWorker:
    service = app.extensions["espalier"]
    return ImportWorker(service.database, service.links, service.clock)


def test_the_page_shows_how_a_list_is_read_and_asks_before_the_import(enter, intake, rows):
    browser = enter("bo@members.example.com")
    path = brought(browser, UNKNOWN)
    assert "<bdi>Status</bdi>: status" in browser.get(path).text
    browser.post(path, column_email="1", column_first_name="0", column_phone="2", column_interest="", campaign="")
    intake.run()
    page = browser.get(path).text
    assert "<bdi>Zusage</bdi>: its words may be a status or consent" in page
    assert "1: they cannot be dialled" in page
    assert re.findall(r'name="word-([^"]+)" value="([^"]+)"', page) == [
        (key, value) for key in ("3:odd", "4:nein") for value in ("yes", "left", "skip")
    ]
    answer = {"word-3:odd": "yes", "word-4:nein": "nonsense", "word-3:unsubscribed": "yes"}
    assert browser.post(f"{path}/words", **answer).status_code == 303
    assert rows(Upload)[0].answers == {"3:odd": "yes"}
    assert browser.post(f"{path}/words", **answer).status_code == 409, "a dry run is under way"
    intake.run()
    page = browser.get(path).text
    assert re.search(r'name="word-3:odd" value="yes" checked', page)
    assert re.findall(r'class="number">(\d+)<', page) == ["2", "0", "1", "1", "4"]
    browser.post(f"{path}/words", **{"word-3:odd": "yes", "word-4:nein": "left"})
    intake.run()
    browser.post(f"{path}/take")
    intake.run()
    assert [each.email for each in rows(Lead)] == ["ada@example.com", "kim@example.com"]
    assert len(rows(Suppression)) == 2


def test_the_page_shows_what_is_kept_of_consents(enter, intake):
    browser = enter("bo@members.example.com")
    path = brought(browser, "Email,OPTIN_TIME,Legal basis\nada@example.com,2024-01-02,Consent\n")
    expected = ("When they signed up: <bdi>OPTIN_TIME</bdi>", "Legal basis: <bdi>Legal basis</bdi>")
    assert all(part in browser.get(path).text for part in expected)
    browser.post(path, column_email="0", column_first_name="", column_phone="", column_interest="", campaign="")
    intake.run()
    assert all(part in browser.get(path).text for part in expected)


def test_a_list_s_words_are_asked_in_spanish(enter, intake, rows):
    browser = enter("ana@members.example.com")
    path = brought(browser, UNKNOWN)
    browser.post(path, column_email="1", column_first_name="", column_phone="", column_interest="", campaign="")
    intake.run()
    page = browser.get(path).text
    for words in ("Palabras desconocidas", "Se fueron: no escribirles nunca", "Quién se fue lo dice"):
        assert words in page


def test_answers_about_a_list_of_another_are_not_taken(enter, intake, rows):
    path = brought(enter("bo@members.example.com"), UNKNOWN)
    assert enter("ana@members.example.com").post(f"{path}/words", **{"word-3:odd": "yes"}).status_code == 404
    assert rows(Upload)[0].answers == {}
