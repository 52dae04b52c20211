"""What a build writes is what the resolver says of each address, and nothing else has one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sitegen.build.builder import build
from sitegen.check import people
from sitegen.model import Campaign
from sitegen.render.renderer import Renderer
from sitegen.render.resolver import Moved, PageFile, Resolver
from sitegen.roster.lookup import IndexLookup
from sitegen.serving.snapshot import NothingHere, OnMemberSite, Snapshot
from sitegen.site import site as sites
from sitegen.token import TokenSigner
from tests.conftest import SITES, build_options, tree


@pytest.fixture
def snapshot(folder: Path, signer: TokenSigner) -> Iterator[Snapshot]:
    site = sites.load(folder)
    with people.opened(site) as (roster, placements):
        lookup = IndexLookup(roster, since=0)
        yield Snapshot(Resolver(Renderer(site, signer)), lookup, placements)
        lookup.close()


def test_every_file_of_a_build_stands_at_its_address(snapshot: Snapshot, folder: Path, out: Path) -> None:
    build(build_options(folder, out))
    for file in tree(out):
        path = file.removesuffix("index.html")
        here = snapshot.below_root("/", path)
        assert not isinstance(here, Moved | NothingHere), path
        if isinstance(here, OnMemberSite):
            assert file == f"{here.member.member.slug}/{here.file.file}"
        elif isinstance(here, PageFile):
            assert file == here.file
        if path.endswith("/"):
            assert snapshot.below_root("/", path.rstrip("/")) == Moved(f"/{path}")


def test_what_has_no_address(snapshot: Snapshot) -> None:
    for path in (
        "nobody/",
        "ana/nothing/",
        "c/nothing/",
        "ana/c/fair/",
        "ana/sitemap.xml",
        "assets/x.css",
        "contact.vcf",
    ):
        here = snapshot.below_root("/", path)
        assert isinstance(here, NothingHere), path
        assert not here.gone
    assert snapshot.below_root("/", "gone/") == NothingHere("en", gone=True)


def test_hosts_of_members(signer: TokenSigner) -> None:
    site = sites.load(SITES / "subdomain" / "input")
    with people.opened(site) as (roster, placements):
        lookup = IndexLookup(roster, since=0)
        snapshot = Snapshot(Resolver(Renderer(site, signer)), lookup, placements)
        member = next(roster.active())
        home = site.addresses.member_home(member.slug)
        assert snapshot.on_company_host(f"{member.slug}/x/") == Moved(f"{home}x/")
        assert isinstance(snapshot.on_member_host(member.slug, ""), OnMemberSite)
        assert snapshot.on_member_host("nobody", "") == NothingHere()
        for asset in snapshot.resolver.assets:
            assert snapshot.on_member_host(member.slug, asset) == snapshot.on_company_host(asset)
        lookup.close()


def test_a_campaign_stands_on_its_own_site_alone(snapshot: Snapshot) -> None:
    resolver = snapshot.resolver
    campaign = snapshot.placements.one("radio7")
    assert campaign is not None
    assert campaign.member is not None

    def campaign_of(code: str) -> Campaign | None:
        return campaign if code == campaign.code else None

    here = resolver.on_member_site("es", campaign.member, "c/radio7/", campaign_of)
    assert isinstance(here, PageFile)
    assert here.campaign is campaign
    assert resolver.on_member_site("es", "another", "c/radio7/", campaign_of) is None
    assert resolver.on_company_site("c/radio7/", campaign_of) is None
