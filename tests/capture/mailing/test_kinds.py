"""The kinds of mails: declared by their rooms, with templates for every language, and an audience that says who may
be mailed."""

from __future__ import annotations

import importlib.resources
from dataclasses import replace

import pytest

from capture import features
from capture.base import words
from capture.base.feature import Feature
from capture.base.identity import derive_key
from capture.base.tokens import Links
from capture.company.hosts import Host
from capture.mailing import kinds, rendering, suppression
from capture.mailing.gate import CompanyGate
from capture.mailing.kinds import STOPPED_BY, MailAudience, MailKind, UnknownKind
from capture.mailing.letters import Letters
from capture.mailing.outbox import WEBHOOK
from capture.mailing.rendering import Part
from capture.mailing.suppression import Reason
from capture.models import Company, Lead, Member, OutboxMail, PersonalData, Touch
from tests.capture.cast import KEY, cast
from tests.capture.clock import Clock

KINDS = kinds.table(features.ALL)
each_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
each_locale = pytest.mark.parametrize("locale", words.LOCALES)
NAME = "Kim <b> & 'Co'"


@pytest.fixture
def values() -> dict[str, object]:
    """Whatever a mail's template may use, with a name in it that HTML must escape."""
    people = cast()
    company, member = (next(each for each in people if isinstance(each, kind)) for kind in (Company, Member))
    company.name = company.legal_name = member.name = member.first_name = NAME
    company.look = {}
    lead = Lead(email="pat@example.com", first_name=NAME, interest="both", created_at=Clock().now, locale="en")
    touch = Touch(page="home", locale="en", at=Clock().now)
    touch.personal_data = PersonalData(utm={"source": NAME}, introducer=NAME)
    links = ("confirm_link", "not_me_link", "unsubscribe_link", "my_data_link", "sign_in_link")
    return {
        "host": Host(company, member),
        "lead": lead,
        "touch": touch,
        "owner": Member(id="m-9", name=NAME),
        "because": "stands-in",
        "page_title": NAME,
        **dict.fromkeys(links, "https://capture.fern.example/x?a=1&b=2"),
    }


@each_kind
@each_locale
@pytest.mark.parametrize("whose", ["member", "company"])
def test_only_html_escapes_names(values, kind, locale, whose):
    if whose == "company":
        values["host"] = replace(values["host"], member=None)
    letter = Letters(Links([KEY])).write(kind, values.pop("host"), "pat@example.com", [locale], **values)
    assert (letter.kind, letter.recipient, letter.locale) == (kind, "pat@example.com", locale)
    assert NAME in letter.text
    assert "&lt;" not in letter.subject + letter.text
    assert "Kim &lt;b&gt; &amp; &#39;Co&#39;" in letter.html
    assert "<b>" not in letter.html
    if "https" in letter.text:
        assert "?a=1&b=2" in letter.text
        assert "?a=1&amp;b=2" in letter.html


@each_kind
@each_locale
def test_every_mail_has_all_its_parts(kind, locale):
    template = rendering.environment(escapes=False).get_template(rendering.template_of(kind.room, kind.name, locale))
    assert template.blocks.keys() >= set(Part)
    assert rendering.environment(escapes=True).autoescape is True
    assert rendering.environment(escapes=False).autoescape is False


@each_kind
def test_every_mail_has_a_name_in_each_language(kind):
    names = {locale: rendering.name_of(kind.name, locale) for locale in words.LOCALES}
    assert all(name and name != kind.name and "\n" not in name for name in names.values())
    assert len(set(names.values())) == len(words.LOCALES)


def test_the_office_shows_a_kind_that_is_no_longer_written_as_it_is_stored():
    assert rendering.name_of("birthday", "en") == "birthday"


def test_every_template_is_of_a_kind():
    found = {
        (room.name, file.name)
        for room in importlib.resources.files("capture").iterdir()
        if room.joinpath("mails").is_dir()
        for file in room.joinpath("mails").iterdir()
    }
    assert found == {(kind.room, f"{kind.name}.{locale}.jinja") for kind in KINDS.values() for locale in words.LOCALES}


@each_kind
def test_every_kind_has_an_audience(kind):
    assert isinstance(kind.audience, MailAudience)
    signing_in = kind.audience is MailAudience.SIGNING_IN
    assert (Reason.BOUNCED in kind.stopped_by) is not signing_in, "only a link into the office goes to any address"
    assert len(kind.name) <= OutboxMail.__table__.c.kind.type.length


def test_every_audience_says_what_stops_its_mails():
    assert STOPPED_BY.keys() == set(MailAudience)


def test_a_kind_without_an_audience_cannot_be_made():
    with pytest.raises(TypeError):
        MailKind("birthday", "consent")  # type: ignore[call-arg]


@pytest.mark.parametrize("name", ["confirm", WEBHOOK])
def test_a_name_is_taken_once(name):
    mine = Feature("leads", mails=[MailKind(name, "leads", MailAudience.PROSPECT)])
    with pytest.raises(ValueError, match=f'leads: the name of a mail is taken: "{name}"'):
        kinds.table([*features.ALL, mine])


@pytest.mark.parametrize("kind", [MailKind("birthday", "consent", MailAudience.PROSPECT), "birthday"])
def test_a_room_lists_its_own_kinds(kind):
    with pytest.raises(ValueError, match="leads: not a kind of mail of this room"):
        kinds.table([Feature("leads", mails=[kind])])


ALL = ("unsubscribed", "withdrawn", "erased", "not-me", "bounced", "requested")
STOPPED = {
    "confirm": ("not-me", "bounced"),
    "thank-you": ALL,
    "my-data": ("bounced",),
    "new-lead": ("bounced",),
    "sign-in": (),
}


@pytest.fixture
def asked(database, clock):
    """Whether the gate stops a mail of a kind to an address that is on the list for a reason."""
    links = Links([KEY])

    def ask(kind: str, reason: Reason | None = None) -> bool:
        row = OutboxMail(kind=kind, recipient="pat@example.com", created_at=clock.now)
        with database.write() as session:
            if reason:
                suppression.suppress(session, links.address_keys, "pat@example.com", reason, clock.now)
            return CompanyGate(links, KINDS).blocks(session, row, clock.now)

    return ask


@pytest.mark.parametrize("reason", Reason)
@pytest.mark.parametrize("kind", STOPPED)
def test_what_stops_each_mail(asked, kind, reason):
    assert not asked(kind)
    assert asked(kind, reason) is (reason in STOPPED[kind])


def test_reasons_add_up(database, clock):
    keys = (derive_key(KEY),)
    with database.write() as session:
        for reason in (Reason.UNSUBSCRIBED, Reason.NOT_ME):
            suppression.suppress(session, keys, "pat@example.com", reason, clock.now)
        blocked = {
            name
            for name, kind in KINDS.items()
            if suppression.blocks(session, keys, "pat@example.com", kind, clock.now)
        }
    assert blocked == {"confirm", "thank-you"}


def test_a_mail_of_an_unknown_kind_does_not_pass(asked):
    with pytest.raises(UnknownKind, match='no feature declares mails of the kind "birthday"'):
        asked("birthday")


def test_only_the_thanks_can_be_unsubscribed_from():
    assert {name for name, kind in KINDS.items() if kind.on_list} == {"thank-you"}
