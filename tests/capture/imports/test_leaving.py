"""People who left another program are not mailed, whatever form its list has; what is unsure is never a yes."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from capture.imports import importing
from capture.imports.importing import ListOrigin
from capture.imports.leaving import Leaving
from capture.imports.lists import LeadList
from capture.imports.vocabulary import Standing
from capture.leads import caseload
from capture.mailing import suppression
from capture.mailing.suppression import Source
from capture.models import ImportRow, Lead, Suppression

PROVEN = ListOrigin("m-2", "Lists & Co", date(2026, 2, 1), "I want news")

PROGRAMS = {
    "mailchimp": (
        "subscribed_members_export_1a2b.csv",
        "Email Address,First Name,OPTIN_TIME,UNSUB_TIME\n"
        "{kept},Ada,2024-01-02 10:00:00,\n{left},Lou,,2024-05-03 10:00:00\n",
    ),
    "mailchimp, unsubscribed": (
        "unsubscribed_members_export_1a2b.csv",
        "Email Address,First Name,UNSUB_TIME,UNSUB_REASON\n{left},Lou,2024-05-03 10:00:00,NORMAL\n",
    ),
    "mailchimp, cleaned": (
        "cleaned_members_export_1a2b.csv",
        "Email Address,First Name,CLEAN_TIME\n{left},Lou,2024-05-03 10:00:00\n",
    ),
    "mailchimp, never subscribed": ("nonsubscribed_email_audience_export.csv", "Email Address\n{left}\n"),
    "listmonk": ("subscribers.csv", "uuid,email,name,status\n1,{kept},Ada,enabled\n2,{left},Lou,blocklisted\n"),
    "hubspot": (
        "contacts.csv",
        "Record ID,First Name,Email,Unsubscribed from all email\n1,Ada,{kept},\n2,Lou,{left},true\n",
    ),
    "constant contact": (
        "contacts.csv",
        "Email address,Email status,Email permission status\n{kept},Active,Express\n{left},Unsubscribed,Opted out\n",
    ),
    "activecampaign": ("contacts.csv", "Email,First Name,Status\n{kept},Ada,Active\n{left},Lou,Unsubscribed\n"),
    "brevo": ("contacts.csv", "EMAIL;VORNAME;BLACKLISTED\n{kept};Ada;0\n{left};Lou;1\n"),
    "mailerlite": (
        "subscribers.csv",
        "Email,Status,Unsubscribed at\n{kept},active,\n{left},unsubscribed,2024-05-03\n",
    ),
    "klaviyo": ("list.csv", "Email,Email Marketing Consent\n{kept},SUBSCRIBED\n{left},NEVER_SUBSCRIBED\n"),
    "shopify": ("customers.csv", "First Name,Email,Accepts Email Marketing\nAda,{kept},yes\nLou,{left},no\n"),
    "a form": ("answers.csv", "Correo electrónico,Consentimiento\n{kept},Sí\n{left},No\n"),
    "a suppression list": ("do-not-mail 2024.csv", "email\n{left}\n"),
    "a case of letters": ("x.csv", "E-MAIL,STATUS\n{kept},Subscribed \n{left}, UNSUBSCRIBED\n"),
}


@pytest.fixture
def bring(database: Any, links: Any, clock: Any, tmp_path: Path) -> Any:
    def take(name: str, text: str, origin: ListOrigin = PROVEN) -> dict[str, int]:
        file = tmp_path / name
        file.write_text(text, encoding="utf-8")
        dry = importing.try_list(database, links, LeadList(file), origin, clock.now)
        totals = importing.import_list(database, links, LeadList(file), origin, clock)
        assert (dry.outcomes, dry.reasons) == (totals.outcomes, totals.reasons), "a dry run tells what will be"
        return dict(totals.outcomes)

    return take


def mailable(database: Any, links: Any, clock: Any) -> set[str]:
    with database.read() as session:
        leads = session.query(Lead).all()
        refused = caseload.why_unmailable(session, links.address_keys, leads, clock.now)
        return {lead.email for lead in leads if lead.id not in refused}


@pytest.mark.parametrize("program", PROGRAMS)
def test_who_left_there_is_not_mailed_here(program, bring, database, links, clock, rows):
    name, text = PROGRAMS[program]
    outcomes = bring(name, text.format(kept="ada@example.com", left="lou@example.com"))
    kept = text.count("{kept}")
    assert outcomes == {"left": 1} | ({"added": 1} if kept else {})
    assert [each.email for each in rows(Lead)] == ["ada@example.com"] * kept
    assert {each.source for each in rows(Suppression)} == {Source.LIST}
    assert mailable(database, links, clock) == ({"ada@example.com"} if kept else set())
    with database.read() as session:
        assert suppression.reasons(session, links.address_keys, "L.OU+x@example.com", clock.now)
    assert bring("again.csv", "email\nLOU@example.com\n") == {"suppressed": 1}, "nor by a list that does not say so"


@pytest.mark.parametrize(
    ("header", "cell"),
    [("Status", "in progress"), ("Status", ""), ("Consent", ""), ("Consent", "maybe"), ("Opted out", "perhaps")],
)
def test_an_unknown_word_is_never_a_yes(header, cell, bring, rows):
    assert bring("x.csv", f"email,{header}\npat@example.com,{cell}\n") == {"refused": 1}
    assert [(each.outcome, each.reason) for each in rows(ImportRow)] == [("refused", "unclear status")]
    assert (rows(Lead), rows(Suppression)) == ([], [])


@pytest.mark.parametrize("order", ["left first", "left last"])
def test_two_spellings_of_one_person_and_one_of_them_left(order, bring, database, links, clock):
    lines = ["lou@example.com,unsubscribed", "L.ou+fair@example.com,active"]
    lines = lines if order == "left first" else lines[::-1]
    bring("x.csv", "email,status\n" + "\n".join(lines) + "\n")
    assert mailable(database, links, clock) == set()


def test_leads_of_earlier_lists_are_withdrawn(bring, rows, database, links, clock):
    bring("x.csv", "email\nlou@example.com\n")
    assert mailable(database, links, clock) == {"lou@example.com"}
    assert bring("y.csv", "email,status\nLOU@example.com,unsubscribed\n") == {"left": 1}
    assert rows(Lead)[0].withdrawn_at == clock.now
    assert mailable(database, links, clock) == set()


def test_who_confirmed_with_us_is_not_taken_away_by_a_list(bring, confirmed, database, links, clock, rows):
    """Anyone can write a list; a person's own click in their own mailbox counts more."""
    confirmed("m-1", "ada@example.com")
    assert bring("x.csv", "email,status\nA.DA@example.com,unsubscribed\n") == {"known": 1}
    assert rows(Suppression) == []
    assert mailable(database, links, clock) == {"ada@example.com"}


def test_a_member_s_list_takes_nobody_away_from_others(bring, confirmed, database, links, clock, rows, client, form):
    """Not another member's lead, and not a sign-up that waits to be confirmed."""
    bring("theirs.csv", "email\nkim@example.com\n", ListOrigin("m-1", "Lists & Co", date(2026, 2, 1), "I want news"))
    client.post("/signup", data=form("m-1", email="waits@example.com"))
    text = "email,status\nKIM@example.com,unsubscribed\nwaits@example.com,unsubscribed\nnew@example.com,unsubscribed\n"
    assert bring("x.csv", text) == {"known": 2, "left": 1}
    assert [each.withdrawn_at for each in rows(Lead)] == [None, None]
    assert len(rows(Suppression)) == 1
    company = ListOrigin(None, "Lists & Co", date(2026, 2, 1), "I want news")
    assert bring("y.csv", text, company) == {"left": 1, "known": 1, "suppressed": 1}
    assert [each.email for each in rows(Lead) if each.withdrawn_at] == ["kim@example.com"]


def test_a_file_s_name_is_not_overruled_by_a_column(bring, rows):
    assert bring("cleaned_members_export.csv", "email,Opt In\nlou@example.com,yes\n") == {"left": 1}


def test_mail_that_came_back_elsewhere_is_a_weak_mark(bring, rows):
    bring("x.csv", "email,status\nlou@example.com,hard_bounced\n")
    [mark] = rows(Suppression)
    assert (mark.reason, mark.strong, mark.source) == ("bounced", False, "list")


@pytest.mark.parametrize(
    ("header", "cells", "standing"),
    [
        (["email", "status", "consent"], ["x", "subscribed", "no"], Standing.LEFT),
        (["email", "status", "consent"], ["x", "bounced", "yes"], Standing.BOUNCED),
        (["email", "status"], ["x"], Standing.UNCLEAR),
        (["email", "name"], ["x", "unsubscribed"], Standing.KEPT),
        (["email", "Fecha de baja"], ["x", "3/5/2024"], Standing.LEFT),
        (["email", "Date unsubscribed"], ["x", "N/A"], Standing.KEPT),
        (["email", "Do Not Email"], ["x", "2024-05-03T10:00:00Z"], Standing.LEFT),
    ],
)
def test_what_one_row_says(header, cells, standing):
    assert Leaving.of("list.csv", header).standing(cells) is standing


@pytest.mark.parametrize(
    ("name", "standing"),
    [
        ("subscribed_members.csv", Standing.KEPT),
        ("resubscribed.csv", Standing.KEPT),
        ("Unsubscribed contacts (3).csv", Standing.LEFT),
        ("cleaned_members_export_1.csv", Standing.BOUNCED),
        ("fair_leads_cleaned.csv", Standing.KEPT),
        ("opt-out.csv", Standing.LEFT),
        ("fair 2024.csv", Standing.KEPT),
    ],
)
def test_what_a_file_s_name_says(name, standing):
    assert Leaving.of(name, ["email"]).standing(["x"]) is standing
