"""What brought a visitor travels in links: a landing page's own links name its campaign, and no other page's do."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pytest

from sitegen.check import people
from sitegen.model import Campaign, Channel
from sitegen.render import hosts, site_views
from sitegen.render.hosts import Host
from sitegen.render.renderer import Renderer
from sitegen.site import site as sites
from sitegen.site.site import Site, Variant
from sitegen.token import TokenSigner
from tests.browser.forms import Page
from tests.conftest import ROOT

FIELD = "?c=radio7"


@cache
def loaded(theme: str, capture_url: str | None = None, url: str | None = None) -> Site:
    return sites.load(ROOT / "content", theme_name=theme, capture_url=capture_url, url=url)


def shown_hosts(site: Site) -> Iterator[tuple[Host, Variant]]:
    """The company, and members who differ much."""
    yield hosts.of_company(site), site.company_variant
    with people.roster(site) as roster:
        for number, (member, sponsor) in enumerate(roster.active_with_sponsors()):
            if number % 9 == 0:
                host = hosts.of_member(site, member, sponsor, lambda name: None)
                yield host, site.member_variant(member.locale)


@pytest.mark.parametrize("theme", ["almanac", "nightmarket"])
def test_every_link_of_a_landing_page_to_its_own_site_names_the_campaign(theme: str) -> None:
    site = loaded(theme)
    renderer = Renderer(site, TokenSigner(["k" * 32]))
    for host, variant in shown_hosts(site):
        planned = renderer.landing_page(variant)
        assert planned is not None
        landing = renderer.landing(planned, host, Campaign("radio7", None, Channel.RADIO))
        html = renderer.render(planned, landing)
        assert renderer.stamp(planned, renderer.sheet(landing)) == html
        found = [each.attributes["href"] for each in Page(html.decode()).all("a")]
        pages = [each for each in found if each.startswith(host.base) and each.partition("?")[0].endswith("/")]
        assert len(pages) > 6
        assert [each for each in pages if not each.endswith(FIELD)] == []
        others = [each for each in found if each not in pages]
        assert [each for each in others if FIELD in each] == []
        assert "#signup" in others


@pytest.mark.parametrize("theme", ["almanac", "nightmarket"])
def test_no_other_page_names_one(theme: str) -> None:
    site = loaded(theme)
    renderer = Renderer(site, TokenSigner(["k" * 32]))
    for host, variant in list(shown_hosts(site))[:3]:
        for planned in renderer.plan(variant):
            assert b"?c=" not in renderer.render(planned, host)


@pytest.mark.parametrize(
    ("url", "capture_url", "same"),
    [
        ("https://fern.example", "https://fern.example/capture", True),
        ("https://fern.example/shops", "https://FERN.example:443/capture", True),
        ("https://fern.example", "https://capture.fern.example", False),
        ("https://fern.example", "http://fern.example/capture", False),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8001", False),
    ],
)
def test_pages_tell_a_service_elsewhere_their_whole_address(url: str, capture_url: str, same: bool) -> None:
    site = loaded("almanac", capture_url, url)
    renderer = Renderer(site, TokenSigner(["k" * 32]))
    for host, variant in list(shown_hosts(site))[:2]:
        assert site_views.capture_view(site, variant).same_origin is same
        for planned in renderer.plan(variant):
            page = Page(renderer.render(planned, host).decode())
            told = [each.attributes for each in page.all("meta") if each.attributes.get("name") == "referrer"]
            expected = [] if same else ["no-referrer-when-downgrade"]
            assert [each["content"] for each in told] == expected
            # Other sites still learn only which site a visitor comes from.
            for link in page.all("a"):
                address = link.attributes["href"]
                if address.startswith("http") and not address.startswith(site.addresses.home):
                    assert link.attributes["referrerpolicy"] == "strict-origin", address


def test_members_on_hosts_of_their_own_are_elsewhere(tmp_path: object) -> None:
    site = sites.load(ROOT / "tests" / "sites" / "subdomain" / "input", capture_url="https://potandkettle.example/c")
    assert site_views.capture_view(site, site.company_variant).same_origin
    assert not site_views.capture_view(site, site.member_variant("en")).same_origin
