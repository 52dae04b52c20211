"""The mails: every template rendered, in every language, for members and the company."""

from __future__ import annotations

import importlib.resources
import re
from typing import get_args

import pytest

from capture.base import words
from capture.base.tokens import Links
from capture.company.generator import Interest
from capture.company.hosts import Host
from capture.credit.attribution import Rule
from capture.mailing.letters import Letters
from capture.models import Company, Lead, Member, Particular, Touch
from tests.capture.cast import KEY
from tests.capture.clock import Clock


@pytest.fixture
def letters(database):
    def write(member_id: str | None, locale: str, **changes: object):
        with database.read() as session:
            member = session.get(Member, member_id) if member_id else None
            host = Host(session.get_one(Company, 1), member)
        values = {
            "email": "pat@example.com",
            "first_name": "Pat",
            "interest": "both",
            "locale": locale,
            "handle": "h" * 32,
            **changes,
        }
        lead = Lead(member_id=member_id, created_at=Clock().now, **values)
        touch = Touch(page="home", locale=locale, at=Clock().now)
        touch.particular = Particular(utm={"source": "radio"})
        letters, now = Letters(Links([KEY])), Clock().now
        return (
            letters.thank_you(host, lead, now),
            letters.new_lead(host, lead, touch, "Home <1>"),
            letters.confirm(host, lead, now),
            letters.my_data(host, lead, now),
        )

    return write


@pytest.mark.parametrize("member", ["m-1", "m-2", None])
@pytest.mark.parametrize("locale", ["en", "es", "fr"])
@pytest.mark.parametrize("interest", list(Interest))
def test_every_mail_is_a_whole_letter(letters, member, locale, interest):
    for letter in letters(member, locale, interest=interest.value):
        assert letter.subject
        assert "\n" not in letter.subject
        assert "Fern and Flint Limited" in letter.text
        assert "1 Mill Lane" in letter.text
        assert "1 Mill Lane" in letter.html
        assert letter.html.startswith("<!doctype html>")
        assert "{{" not in letter.text + letter.html + letter.subject


def test_the_prospect_is_told_who_holds_the_address_in_their_language(letters):
    letter, *_ = letters("m-1", "es")
    assert (letter.recipient, letter.locale, letter.subject) == (
        "pat@example.com",
        "es",
        "Gracias de parte de Ana <b>Núñez</b>",
    )
    assert "ana@members.example.com" in letter.text
    assert "Ana &lt;b&gt;Núñez&lt;/b&gt;" in letter.html
    assert "<b>" not in letter.html


def test_nothing_typed_reaches_a_mail_to_the_prospect(letters):
    thanks, _, question, my_data = letters("m-2", "en", first_name="Buy pills at spam.example")
    for letter in (thanks, question, my_data):
        assert "pills" not in letter.subject + letter.text + letter.html


def test_the_member_is_told_in_their_own_language(letters):
    _, letter, *_ = letters("m-1", "en", first_name="<i>Pat</i>")
    assert (letter.recipient, letter.locale) == ("ana@members.example.com", "es")
    assert "Llegó por: radio" in letter.text
    assert "<i>Pat</i>" in letter.text
    assert "<i>" not in letter.html
    assert "Home &lt;1&gt;" in letter.html


def test_the_company_is_told_of_its_own_leads(letters):
    _, letter, *_ = letters(None, "es")
    assert (letter.recipient, letter.locale) == ("desk@fern.example.com", "en")


@pytest.mark.parametrize("locale", words.LOCALES)
@pytest.mark.parametrize("rule", get_args(Rule))
def test_whoever_follows_up_is_told_why(database, letters, locale, rule):
    with database.read() as session:
        company, ana, cleo = (session.get_one(*key) for key in ((Company, 1), (Member, "m-1"), (Member, "m-3")))
    ana.locale = company.locale = locale
    lead = Lead(email="pat@example.com", interest="both", locale=locale, created_at=Clock().now)
    touch = Touch(page="home", locale=locale, at=Clock().now, member_id="m-2")
    touch.particular = Particular(utm={}, introducer="my <b>aunt</b>")
    written = Letters(Links([KEY]))
    plain = written.new_lead(Host(company, ana), lead, touch, "Home", rule=rule, owner=ana)
    stands_in = written.new_lead(Host(company, ana), lead, touch, "Home", rule=rule, owner=cleo)
    pool = written.new_lead(Host(company, None), lead, touch, "Home", rule=rule)
    assert "Cleo Past" in stands_in.text
    assert "Cleo Past" in stands_in.html
    assert "Cleo Past" not in plain.text + pool.text
    assert len({plain.text, stands_in.text, pool.text}) == 3
    assert "my <b>aunt</b>" in pool.text
    assert "my &lt;b&gt;aunt&lt;/b&gt;" in pool.html
    assert "aunt" not in plain.text + plain.html
    for letter in (plain, stands_in, pool):
        assert "\n\n\n" not in letter.text
        assert re.search(r"\S\n\n  \S.*\n  pat@example.com\n", letter.text), "the person stands in lines of their own"


def test_every_mail_exists_in_every_language():
    rooms = importlib.resources.files("capture")
    kinds = [kind for room in ("accounts", "consent", "credit") for kind in rooms.joinpath(room, "mails").iterdir()]
    assert {each.name for each in kinds} == {"confirm", "thank-you", "new-lead", "my-data", "sign-in"}
    for kind in kinds:
        assert {each.name for each in kind.iterdir()} == set(words.LOCALES)
        for locale in kind.iterdir():
            parts = {each.name for each in locale.iterdir()}
            assert parts >= {"subject.txt", "body.txt", "body.html"}
            assert parts == {each.name for each in kind.joinpath(words.FALLBACK).iterdir()}
