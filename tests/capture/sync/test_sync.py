"""``capture sync``: the roster, the pages and the wordings come into the database, once and for all the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path

import pytest

from capture import features
from capture.accounts import signing_in
from capture.accounts.signing_in import Person
from capture.base.db import Database
from capture.campaigns import catalogue
from capture.company import hosts
from capture.company.directory import PageAddress, Policies, SiteWording, load_directory, member_timezone
from capture.company.generator import Campaign, Channel, Company, Member
from capture.company.roster import KnownSlug, ReadRoster
from capture.credit import evidence
from capture.leads import story
from capture.models import Campaign as CampaignRow
from capture.models import Company as CompanyRow
from capture.models import Lead, OfficeSession, Page, Slug
from capture.models import Member as MemberRow
from capture.models import Wording as WordingRow
from capture.sync.site_folder import Summary, SyncError, members_without_timezone, sync
from sitegen.errors import EspalierError, RosterError
from sitegen.model import Status
from sitegen.site.consent import digest
from tests.capture.clock import Clock

COMPANY = Company("Fern & Flint", "Fern and Flint Limited", ("1 Mill Lane",), "desk@fern.example.com")
ANA = Member("m-1", "ana", "Ana Núñez", "Ana", "ana@example.com", "es")
POLICIES = Policies("first", 90, 30, 30, 90, 90)
BO = Member("m-2", "bo", "Bo", "Bo", "bo@example.com", "en", sponsor_id="m-1")


@dataclass(frozen=True)
class Folder:
    """A site folder that was read, as ``directory.load_directory`` gives it."""

    people: tuple[Member, ...]
    consent: str = "I agree that {member} and {company} keep it."
    url: str = "https://fern.example/"
    service_url: str = "https://capture.fern.example/"
    company: Company = COMPANY
    layout: str = "path"
    default_locale: str = "en"
    policies: Policies = POLICIES
    look: Mapping[str, str] = field(default_factory=dict)
    fault: Exception | None = field(default=None)
    listed: list[Campaign] = field(default_factory=list)
    has_landing_pages: bool = True

    def members(self) -> Iterator[Member]:
        yield from self.people
        if self.fault:
            raise self.fault

    @contextmanager
    def roster(self, known: Iterable[KnownSlug] = (), *, strict: bool = False) -> Iterator[ReadRoster]:
        yield ReadRoster(path=Path("members.csv"), members=self.members(), remember=lambda: None)

    def member_home(self, member: Member) -> str:
        return f"{self.url}{member.slug}/"

    def read_campaigns(self) -> Iterator[Campaign]:
        yield from self.listed

    def write_campaigns(self, found: Iterable[Campaign]) -> bool:
        self.listed[:] = found
        return True

    def pages(self) -> Iterator[PageAddress]:
        yield PageAddress(True, "en", "en", "thanks", "thanks/", "Thanks")

    def wordings(self) -> Iterator[SiteWording]:
        yield SiteWording(digest(self.consent), "en", True, self.consent)


@pytest.fixture
def empty(unfilled_url: str) -> Iterator[Database]:
    database = Database(unfilled_url, busy_seconds=0.3)
    yield database
    database.engine.dispose()


def table(database: Database, kind: type) -> list:
    with database.read() as session:
        return list(session.query(kind).order_by(*kind.__table__.primary_key))


def test_the_first_sync_fills_the_tables(empty):
    summary = sync(empty, Folder((ANA, BO)))
    assert summary == Summary(members=2, active=2, added=2, changed=0, deactivated=0, pages=1, wordings=1)
    ana, bo = table(empty, MemberRow)
    assert (ana.home, ana.locale, ana.active) == ("https://fern.example/ana/", "es", True)
    assert bo.sponsor_id == "m-1"
    assert {(each.slug, each.member_id) for each in table(empty, Slug)} == {("ana", "m-1"), ("bo", "m-2")}


@pytest.mark.database("sqlite")
def test_the_second_sync_writes_nothing(empty):
    sync(empty, Folder((ANA, BO)))
    before = _bytes(empty)
    summary = sync(empty, Folder((ANA, BO)))
    assert (summary.added, summary.changed, summary.deactivated) == (0, 0, 0)
    assert _bytes(empty) == before


def _bytes(database: Database) -> list[bytes]:
    """The database and its log."""
    return [Path(f"{database.file}{end}").read_bytes() for end in ("", "-wal")]


def test_what_changed_is_changed(empty):
    sync(empty, Folder((ANA, BO)))
    summary = sync(empty, Folder((replace(ANA, name="Ana Belén", phone="+34600111222"), BO)))
    assert (summary.added, summary.changed, summary.deactivated) == (0, 1, 0)
    assert table(empty, MemberRow)[0].phone == "+34600111222"


def test_members_who_leave_are_kept_but_inactive(empty):
    sync(empty, Folder((ANA, replace(BO, sponsor_id=None))))
    with empty.write() as session:
        ana = session.get_one(MemberRow, "m-1")
        session.add(Lead(member=ana, email="a@example.com", interest="both", locale="en", created_at=Clock().now))
    summary = sync(empty, Folder((replace(BO, sponsor_id=None, status=Status.INACTIVE),)), remove_up_to=2)
    assert (summary.members, summary.active, summary.changed, summary.deactivated) == (1, 0, 2, 2)
    assert [each.active for each in table(empty, MemberRow)] == [False, False]
    assert len(table(empty, Lead)) == 1
    assert sync(empty, Folder((ANA, BO))).changed == 2
    assert [each.active for each in table(empty, MemberRow)] == [True, True]


def test_a_slug_is_never_given_to_another_person(empty):
    sync(empty, Folder((ANA,)))
    other = Folder((replace(BO, slug="ana", sponsor_id=None),))
    message = (
        'the slug "ana" of member m-2 was the address of member m-1\n'
        "  hint: links and printed codes still lead there: give the newcomer another slug"
    )
    with pytest.raises(SyncError) as caught:
        sync(empty, other, strict=True)
    assert str(caught.value) == message
    assert [(each.id, each.active) for each in table(empty, MemberRow)] == [("m-1", True)], "nothing of it stays"
    assert list(map(str, sync(empty, other, remove_up_to=1).faults)) == [message]
    assert [(each.id, each.active) for each in table(empty, MemberRow)] == [("m-1", False)], "only m-1 has left"


def test_a_member_may_change_slugs_and_come_back(empty):
    for slug in ("ana", "ana-belen", "ana"):
        sync(empty, Folder((replace(ANA, slug=slug),)))
    assert {each.slug for each in table(empty, Slug)} == {"ana", "ana-belen"}


def test_another_address_moves_everybody(empty):
    sync(empty, Folder((ANA, BO)))
    assert sync(empty, Folder((ANA, BO), url="http://127.0.0.1:8000/")).changed == 2
    assert table(empty, MemberRow)[0].home == "http://127.0.0.1:8000/ana/"


def test_old_wordings_are_kept(empty):
    sync(empty, Folder((ANA,)))
    sync(empty, Folder((ANA,), consent="{member} and {company} may."))
    assert {(each.text, each.current) for each in table(empty, WordingRow)} == {
        ("I agree that {member} and {company} keep it.", False),
        ("{member} and {company} may.", True),
    }
    sync(empty, Folder((ANA,)))
    assert [each.current for each in sorted(table(empty, WordingRow), key=lambda each: each.text)] == [
        True,
        False,
    ]


def test_a_roster_with_faults_changes_nothing(empty):
    sync(empty, Folder((ANA,)))
    with pytest.raises(RosterError):
        sync(empty, Folder((replace(ANA, name="X"), BO), fault=RosterError("line 7: no")))
    assert [each.name for each in table(empty, MemberRow)] == ["Ana Núñez"]
    assert sync(empty, Folder((ANA, BO))).added == 1


def test_the_company_s_policies_and_colours_come_along(empty):
    chosen = Policies("last", 120, 14, 7, 60, 45)
    sync(empty, Folder((ANA,), policies=chosen, look={"accent": "#123456"}))
    (company,) = table(empty, CompanyRow)
    assert {name: getattr(company, name) for name in Policies.__slots__} == asdict(chosen)
    assert company.look == {"accent": "#123456"}
    sync(empty, Folder((ANA,)))
    assert table(empty, CompanyRow)[0].touch_policy == "first"


def test_sign_ups_go_on_while_a_roster_is_read(empty):
    class Slow(Folder):
        def members(self):
            yield ANA
            with empty.write() as session:
                assert session.query(MemberRow).count() == 0
            yield BO

    assert sync(empty, Slow((ANA, BO))).added == 2


def test_the_sample_company(empty, sample):
    summary = sync(empty, load_directory(sample, url="http://127.0.0.1:9"))
    assert summary.members == summary.added > 40
    assert summary.active == summary.members - 2
    pages = {(each.replica, each.home_locale, each.locale, each.key): each.path for each in table(empty, Page)}
    assert pages[True, "en", "en", "thanks"].endswith("/")
    assert pages[True, "es", "en", "home"] == "en/"
    assert pages[False, "en", "es", "home"] == "es/"
    assert sync(empty, load_directory(sample, url="http://127.0.0.1:9")).changed == 0
    assert table(empty, CompanyRow)[0].look["accent"].startswith("#")


def test_the_leads_of_who_leaves_are_followed_up_above_and_return(empty: Database, clock: Clock) -> None:
    sync(empty, Folder((ANA, BO)))
    with empty.write() as session:
        session.add(
            Lead(
                member_id="m-2",
                owner_id="m-2",
                assignee_id="m-2",
                email="pat@example.com",
                interest="products",
                locale="en",
                created_at=clock.now,
                confirmed_at=clock.now,
            )
        )
    away = replace(BO, status=Status.INACTIVE)
    assert sync(empty, Folder((ANA, away)), clock.now).handed_over == 1
    [lead] = table(empty, Lead)
    assert (lead.owner_id, lead.assignee_id) == ("m-2", "m-1")
    assert sync(empty, Folder((ANA, away)), clock.now).handed_over == 0
    both = Folder((replace(ANA, status=Status.INACTIVE), away))
    assert sync(empty, both, clock.now, remove_up_to=1).handed_over == 1
    [lead] = table(empty, Lead)
    assert (lead.owner_id, lead.assignee_id) == ("m-2", None)
    assert sync(empty, Folder((ANA, BO)), clock.now).handed_over == 1
    [lead] = table(empty, Lead)
    assert (lead.owner_id, lead.assignee_id) == ("m-2", "m-2")
    with empty.read() as session:
        told = list(story.tell(session, features.ALL, lead.id))
        assert evidence.audit(session).faults == []
    assert "They are not active or have no address: Ana Núñez (ana) follows up." in told[1]
    assert "They can follow up again, and do." in told[3]


def test_a_member_without_an_address_is_credited_and_the_next_who_is_reached_follows_up(
    empty: Database, clock: Clock
) -> None:
    unreached = replace(BO, email=None)
    sync(empty, Folder((ANA, unreached)))
    with empty.read() as session:
        bo = session.get(MemberRow, "m-2")
        assert (bo.email, bo.folded_email, bo.active, bo.follows_up) == (None, "", True, False)
        assert hosts.find_host(session, "m-2").member is bo, "the site and its form are theirs"
        assert hosts.active_host(session, "m-2").member.id == "m-1"
        lead = Lead(member_id="m-2", owner_id="m-2", email="pat@example.com", interest="products", locale="en")
        assert hosts.assignee_of(session, lead).member is None, "the company, as was decided"
    with empty.write() as session:
        lead.assignee_id, lead.created_at, lead.confirmed_at = "m-2", clock.now, clock.now
        session.add(lead)
    assert sync(empty, Folder((ANA, unreached)), clock.now).handed_over == 1
    [lead] = table(empty, Lead)
    assert (lead.owner_id, lead.assignee_id) == ("m-2", "m-1")
    assert sync(empty, Folder((ANA, BO)), clock.now).handed_over == 1
    [lead] = table(empty, Lead)
    assert (lead.owner_id, lead.assignee_id) == ("m-2", "m-2")
    assert sync(empty, Folder((replace(ANA, email=None), unreached)), clock.now).handed_over == 1
    [lead] = table(empty, Lead)
    assert (lead.owner_id, lead.assignee_id) == ("m-2", None), "nobody above is reached: the company"


def test_who_loses_their_address_is_signed_out(empty: Database, clock: Clock) -> None:
    sync(empty, Folder((ANA, BO)))
    with empty.write() as session:
        secret = signing_in.begin(session, clock.now, member_id="m-2")
    sync(empty, Folder((ANA, replace(BO, email=None))), clock.now)
    with empty.read() as session:
        assert signing_in.person_of_cookie(session, secret, clock.now) is None


def test_campaigns_go_both_ways(empty, tmp_path):
    folder = Folder((ANA, BO), listed=[Campaign("radio7", "m-1", Channel.RADIO, "Spot", ends=date(2026, 3, 1))])
    first = sync(empty, folder)
    assert (first.campaigns_found, first.campaigns_told) == (1, 0)
    with empty.write() as session:
        bo = Person(session.get(MemberRow, "m-2"), None, OfficeSession())
        made = catalogue.create_campaign(session, bo, Channel.RADIO, "Mine", None, None, Clock().now)
        assert made.code == "radio8", "the number after the highest"
        assert made.published_at is None
    second = sync(empty, folder)
    assert (second.campaigns_found, second.campaigns_told) == (0, 1)
    assert sorted(each.code for each in folder.listed) == ["radio7", "radio8"]
    assert all(each.published_at for each in table(empty, CampaignRow))
    third = sync(empty, folder)
    assert (third.campaigns_found, third.campaigns_told) == (0, 0)
    sync(empty, replace(folder, people=(ANA, replace(BO, status=Status.INACTIVE))))
    assert [each.code for each in folder.listed] == ["radio7"], "an inactive member has no pages"
    sync(empty, folder)
    assert sorted(each.code for each in folder.listed) == ["radio7", "radio8"], "and they come back with the member"


@pytest.mark.parametrize(
    ("name", "listed"),
    [
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        (" +44 radio", "' +44 radio"),
        ("-5 % week", "'-5 % week"),
        ("\uff1dSUM(1)", "'\uff1dSUM(1)"),
        ("'t Hof", "'t Hof"),
        ("Spring = autumn", "Spring = autumn"),
    ],
)
def test_no_name_in_campaigns_csv_is_run_by_a_spreadsheet(empty, name, listed):
    folder = Folder((ANA, BO))
    sync(empty, folder)
    with empty.write() as session:
        bo = Person(session.get(MemberRow, "m-2"), None, OfficeSession())
        catalogue.create_campaign(session, bo, Channel.RADIO, name, None, None, Clock().now)
    for _ in range(2):
        sync(empty, folder)
        assert [each.name for each in folder.listed] == [listed]
        assert [each.name for each in table(empty, CampaignRow)] == [name], "the office shows it as it was typed"


def test_a_name_that_is_too_long_with_its_mark_keeps_no_campaign_from_the_others(empty):
    folder = Folder((ANA, BO))
    sync(empty, folder)
    with empty.write() as session:
        bo = Person(session.get(MemberRow, "m-2"), None, OfficeSession())
        for name in ("=" * 200, "Mine"):
            catalogue.create_campaign(session, bo, Channel.RADIO, name, None, None, Clock().now)
    assert sync(empty, folder).campaigns_waiting == ("radio1",)
    assert [each.name for each in folder.listed] == ["Mine"]


def test_a_site_without_the_page_for_it_is_told_of_no_campaign(empty):
    """A member who makes a campaign must not keep the company from building."""
    folder = Folder((ANA, BO), has_landing_pages=False)
    sync(empty, folder)
    with empty.write() as session:
        bo = Person(session.get(MemberRow, "m-2"), None, OfficeSession())
        catalogue.create_campaign(session, bo, Channel.RADIO, "Mine", None, None, Clock().now)
    summary = sync(empty, folder)
    assert (folder.listed, summary.campaigns_told, summary.campaigns_waiting) == ([], 0, ("radio1",))
    assert [each.published_at for each in table(empty, CampaignRow)] == [None]
    assert sync(empty, replace(folder, has_landing_pages=True)).campaigns_told == 1


@pytest.mark.parametrize(
    ("listed", "message"),
    [
        (Campaign("radio7", "m-9", Channel.RADIO), "who is unknown"),
        (Campaign("radio7", "m-2", Channel.RADIO), "belongs to a campaign of member m-1 by radio"),
        (Campaign("radio7", "m-1", Channel.FLYER), "belongs to a campaign of member m-1 by radio"),
    ],
)
def test_a_code_is_never_given_to_another(empty, listed, message):
    sync(empty, Folder((ANA, BO), listed=[Campaign("radio7", "m-1", Channel.RADIO)]))
    with pytest.raises(EspalierError) as error:
        sync(empty, Folder((ANA, BO), listed=[listed, Campaign("flyer1", "m-8", Channel.FLYER)]))
    assert message in str(error.value)
    assert "m-8" in str(error.value), "all faults at once"
    assert [each.code for each in table(empty, CampaignRow)] == ["radio7"]


def test_leads_that_came_before_their_campaign_was_known_are_noted(client, form, database, clock):
    client.post("/signup", data=form("m-1", key="c/radio7"))
    client.post("/signup", data=form("m-2", key="c/radio7", email="other@example.com"))
    client.post("/signup", data=form("m-1", email="before@example.com"))
    client.post("/signup", data=form("m-1", key="c/radio7", email="before@example.com"))
    sync(database, Folder((ANA, BO), listed=[Campaign("radio7", "m-1", Channel.RADIO)]))
    found = {each.email: each.campaign_id for each in table(database, Lead)}
    assert found["pat@example.com"] is not None
    assert found["other@example.com"] is None, "another member's page cannot borrow the code"
    assert found["before@example.com"] is None, "another page brought them"


def test_so_are_those_that_came_by_a_link_with_its_code(client, form, database, clock):
    for member, email, code in (
        ("m-1", "own@example.com", "radio7"),
        ("m-2", "other@example.com", "radio7"),
        ("m-2", "fair@example.com", "fair1"),
        (None, "company@example.com", "fair1"),
        ("m-1", "before@example.com", "none9"),
        ("m-1", "before@example.com", "radio7"),
    ):
        client.post("/signup", data=form(member, email=email, c=code))
    listed = [Campaign("radio7", "m-1", Channel.RADIO), Campaign("fair1", None, Channel.EVENT)]
    sync(database, Folder((ANA, BO), listed=listed))
    codes = {each.id: each.code for each in table(database, CampaignRow)}
    assert {each.email: codes.get(each.campaign_id or 0) for each in table(database, Lead)} == {
        "own@example.com": "radio7",
        "other@example.com": None,
        "fair@example.com": "fair1",
        "company@example.com": "fair1",
        "before@example.com": None,
    }


def test_members_addresses_are_folded(empty):
    sync(empty, Folder((replace(ANA, email="Ana.Nu+x@Example.com"), BO)))
    assert {each.id: each.folded_email for each in table(empty, MemberRow)} == {
        "m-1": "ananu@example.com",
        "m-2": "bo@example.com",
    }


def test_a_campaign_that_the_file_cannot_hold_keeps_nobody_from_publishing(empty):
    folder = Folder((ANA, BO))
    sync(empty, folder)
    with empty.write() as session:
        common = {"member_id": "m-2", "channel": "radio", "created_at": Clock().now}
        session.add(CampaignRow(code="radio1", name="Caf\ufffd", **common))
        session.add(CampaignRow(code="radio2", name="Café", **common))
        session.add(CampaignRow(code="radio1000000", name="Far", **common))
    summary = sync(empty, folder)
    assert [each.code for each in folder.listed] == ["radio2"]
    assert summary.campaigns_waiting == ("radio1", "radio1000000")


def test_codes_stop_at_six_digits(empty):
    sync(empty, Folder((ANA, BO)))
    with empty.write() as session:
        bo = Person(session.get(MemberRow, "m-2"), None, OfficeSession())
        for code in ("radio999999", "radio1", "radiotalk"):
            session.add(CampaignRow(code=code, member_id="m-2", channel="radio", name="x", created_at=Clock().now))
        made = catalogue.create_campaign(session, bo, Channel.RADIO, "Next", None, None, Clock().now)
        assert made.code == "radio2"


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ({}, None),
        ({"timezone": "America/New_York", "market": "NZ"}, "America/New_York"),
        ({"market": "IE", "phone": "+64211234567"}, "Europe/Dublin"),
        ({"market": "VN"}, "Asia/Ho_Chi_Minh"),
        ({"market": "ES"}, None),
        ({"market": "ES", "phone": "+34922123456"}, "Atlantic/Canary"),
        ({"market": "ES", "phone": "+34600111222"}, None),
        ({"market": "US", "phone": "+12125550100"}, "America/New_York"),
        ({"phone": "+353211234567"}, "Europe/Dublin"),
        ({"phone": "+64211234567"}, None),
    ],
)
def test_a_member_s_time_zone(told, found):
    assert member_timezone(replace(ANA, **told)) == found


def test_time_zones_come_along_and_go_again(empty):
    dublin = replace(COMPANY, timezone="Europe/Dublin")
    sync(empty, Folder((replace(ANA, timezone="Pacific/Auckland"), BO), company=dublin))
    assert [each.timezone for each in table(empty, MemberRow)] == ["Pacific/Auckland", None]
    assert table(empty, CompanyRow)[0].timezone == "Europe/Dublin"
    assert members_without_timezone(empty) == 1
    assert sync(empty, Folder((ANA, BO))).changed == 1
    assert [each.timezone for each in table(empty, MemberRow)] == [None, None]
    assert table(empty, CompanyRow)[0].timezone is None
    assert members_without_timezone(empty) == 2
