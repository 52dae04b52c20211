"""A key changes with everything that a file is made from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from sitegen.model import Campaign, Channel
from sitegen.render import fingerprints, hosts
from sitegen.render.context import Photo
from sitegen.render.fingerprints import Fingerprints
from sitegen.render.renderer import Renderer
from sitegen.roster.table import FIELDS
from sitegen.site import site as sites
from sitegen.token import TokenSigner
from tests.conftest import replace_in

KEY = "another key of more than thirty-two characters"
ROW = tuple(f"{name} of a member" for name in FIELDS)
SHOWN = {"id", "slug", "name", "first_name", "photo", "place"}
"""What a member's pages show of the sponsor."""


def keys(folder: Path, signer: TokenSigner) -> dict[str, object]:
    site = sites.load(folder)
    renderer = Renderer(site, signer)
    made = Fingerprints(renderer)
    plan = renderer.plan(site.member_variant("en"))
    home = next(each for each in plan if each.page.key == "home")
    company = made.company(hosts.of_company(site))
    landing = made.landing(Campaign("fair", None, Channel.EVENT), company, made.page(home))
    return {
        "page": made.page(home),
        "files": made.member_files("en"),
        "company": company,
        "landing": landing,
        "sitemap": made.sitemap([plan]),
    }


def test_the_same_site_has_the_same_keys(folder: Path, signer: TokenSigner) -> None:
    assert keys(folder, signer) == keys(folder, signer)


def test_another_signing_key_changes_pages_alone(folder: Path, signer: TokenSigner) -> None:
    before, after = keys(folder, signer), keys(folder, TokenSigner([KEY]))
    assert {name for name in before if before[name] != after[name]} == {"page", "landing"}


def test_another_address_changes_everything(folder: Path, signer: TokenSigner) -> None:
    before = keys(folder, signer)
    replace_in(folder / "site.toml", 'locales = ["en", "es"]', 'layout = "subdomain"\nlocales = ["en", "es"]')
    after = keys(folder, signer)
    assert {name for name in before if before[name] != after[name]} == before.keys()


@pytest.mark.parametrize("column", FIELDS)
def test_every_column_of_a_member_and_what_is_shown_of_the_sponsor(column: str) -> None:
    at = FIELDS.index(column)
    other = (*ROW[:at], "another", *ROW[at + 1 :])
    same = fingerprints.of_member(ROW, ROW)
    assert fingerprints.of_member(other, ROW) != same
    assert (fingerprints.of_member(ROW, other) != same) is (column in SHOWN)
    assert fingerprints.of_member(ROW, None) != same


def test_photos_and_campaigns(folder: Path, signer: TokenSigner) -> None:
    photo = Photo("/assets/a.jpg", (), 1)
    other = replace(photo, src="/assets/b.jpg")
    shown: list[tuple[Photo | None, ...]] = [(), (photo,), (other,), (None, photo), (photo, other)]
    different = {fingerprints.of_member(ROW, ROW, *each) for each in shown}
    assert len(different) == 5
    made = Fingerprints(Renderer(sites.load(folder), signer))
    kinds = [("fair", Channel.EVENT), ("fair", Channel.WEB), ("bus", Channel.WEB)]
    landings = [Campaign(code, None, channel) for code, channel in kinds]
    assert len({made.landing(each, b"host", "page") for each in landings}) == 3
