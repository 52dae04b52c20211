"""Both bundled themes on the sample company: every page is stamped, and is what plain Jinja writes."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from sitegen.check import people
from sitegen.render import hosts
from sitegen.render.context import Photo, PhotoSource
from sitegen.render.renderer import Renderer
from sitegen.site import site as sites
from sitegen.token import TokenSigner
from tests.conftest import ROOT


def photo(name: str) -> Photo:
    return Photo(f"/assets/photos/{name}", (PhotoSource("image/avif", f"/assets/photos/{name}.avif 160w"),), 160)


@pytest.mark.parametrize("theme", ["almanac", "nightmarket"])
def test_all_pages_of_all_members_are_stamped(theme: str) -> None:
    site = sites.load(ROOT / "content", theme_name=theme)
    renderer = Renderer(site, TokenSigner(["k" * 32]))
    with people.roster(site) as roster:
        for member, sponsor in roster.active_with_sponsors():
            host = hosts.of_member(site, member, sponsor, photo)
            sheet = renderer.sheet(host)
            for planned in renderer.plan(site.member_variant(member.locale)):
                assert renderer.stamp(planned, sheet) == renderer.render(planned, host), planned.page.key
    reasons = {planned.page.key: program.reason for planned, program in renderer.programs.items()}
    assert reasons
    assert not {key: reason for key, reason in reasons.items() if reason}
    # Those whose shape was met before are stamped; only the first of each shape is rendered plainly.
    figures = [program.figures for program in renderer.programs.values()]
    assert sum(each.stamps for each in figures) > sum(each.plain for each in figures)


@pytest.mark.parametrize("theme", ["almanac", "nightmarket"])
@pytest.mark.parametrize("phone", ["+34600111222", None])
def test_a_member_without_an_address_has_no_link_to_write_to_them(theme: str, phone: str | None) -> None:
    site = sites.load(ROOT / "content", theme_name=theme)
    renderer = Renderer(site, TokenSigner(["k" * 32]))
    with people.roster(site) as roster:
        members = [replace(each, email=None, phone=phone) for each in list(roster.active())[:3]]
    for member in members:
        host = hosts.of_member(site, member, None, photo)
        sheet = renderer.sheet(host)
        for planned in renderer.plan(site.member_variant(member.locale)):
            page = renderer.stamp(planned, sheet)
            assert page == renderer.render(planned, host), planned.page.key
            text = page if isinstance(page, str) else page.decode()
            assert "None" not in text, planned.page.key
            assert 'class="hero-reach">\n</ul>' not in text
            assert set(re.findall(r'mailto:([^"]*)', text)) <= {site.company.email}
