"""The mails: every template rendered, in every language, for members and the company."""

from __future__ import annotations

import re
from itertools import product
from typing import get_args

import pytest

from capture.base import words
from capture.base.tokens import Links
from capture.company.generator import Interest
from capture.company.hosts import Host
from capture.consent import mails as consent
from capture.credit import mails as credit
from capture.credit.attribution import Rule
from capture.mailing.letters import Letters
from capture.models import Company, Lead, Member, PersonalData, Touch
from tests.capture.cast import KEY, cast
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
        touch.personal_data = PersonalData(utm={"source": "radio"})
        letters, now = Letters(Links([KEY])), Clock().now
        return (
            consent.thank_you(letters, host, lead, now),
            credit.new_lead(letters, host, lead, touch, "Home <1>"),
            consent.confirm(letters, host, lead, now),
            consent.my_data(letters, host, lead, now),
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
        "Gracias por confirmar su correo",
    )
    assert "ana@members.example.com" in letter.text
    assert "Ana &lt;b&gt;Núñez&lt;/b&gt;" in letter.html
    assert "<b>" not in letter.html


def test_names_of_members_stand_in_no_subject(letters):
    """Spam filters count letters with accents in the subject against a mail whose short text has none (rspamd's
    R_MIXED_CHARSET); and the company's sign-in mail names the company alone."""
    for locale in ("en", "es"):
        for letter in letters("m-1", locale):
            assert "Núñez" not in letter.subject
            assert "Ana" not in letter.subject


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
    touch.personal_data = PersonalData(utm={}, introducer="my <b>aunt</b>")
    written = Letters(Links([KEY]))
    plain = credit.new_lead(written, Host(company, ana), lead, touch, "Home", rule=rule, owner=ana)
    stands_in = credit.new_lead(written, Host(company, ana), lead, touch, "Home", rule=rule, owner=cleo)
    pool = credit.new_lead(written, Host(company, None), lead, touch, "Home", rule=rule)
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


def test_what_is_written_but_for_its_links_is_the_same_mail():
    company, *members = (each for each in cast() if isinstance(each, Company | Member))
    company.look = {}
    letters, now = Letters(Links([KEY])), Clock().now
    for number, host in product(range(3), (Host(company, None), *(Host(company, each) for each in members))):
        lead = Lead(email=f"p{number}@example.com", handle=f"{number}" * 32, locale=("en", "es", "fr")[number])
        links = {"confirm_link": f"https://x.example/{number}?a=1&b=<2>", "not_me_link": f"https://y.example/{number}"}
        where = (consent.CONFIRM, host, lead.email, [lead.locale, host.home_locale])
        for _ in range(2):
            assert letters.write_with_links(*where, links) == letters.write(*where, **links)
        assert lead.handle not in str(letters.write_with_links(*where, links))
        assert consent.confirm(letters, host, lead, now).recipient == lead.email


def test_what_is_kept_written_is_bounded(monkeypatch):
    monkeypatch.setattr("capture.mailing.letters.KEPT_LETTERS", 3)
    rendered = []
    monkeypatch.setattr("capture.mailing.letters.render", lambda kind, part, locale, **_: rendered.append(part) or "x")
    company = next(each for each in cast() if isinstance(each, Company))
    letters = Letters(Links([KEY]))
    hosts = [Host(company, Member(id=f"m-{number}", locale="en")) for number in range(4)]
    for host in (*hosts, hosts[3], hosts[0]):
        letters.write_with_links(consent.CONFIRM, host, "pat@example.com", ["en"], {"confirm_link": "y"})
    assert len(rendered) == 3 * 5, "each host once, and again the first, which had to make room"
