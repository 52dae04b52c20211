"""Learning ahead: a few members who differ teach how everybody's pages are stamped."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from sitegen.build import builder
from sitegen.build.chunks import ChunkBuilder, ChunkResult
from sitegen.check import people, rendering
from sitegen.errors import EspalierError
from sitegen.render import hosts, learning
from sitegen.render.hosts import Host
from sitegen.render.renderer import Renderer
from sitegen.roster.survey import unreached
from sitegen.site import bundled
from sitegen.site import site as sites
from sitegen.stamping import Program, Sheet
from sitegen.token import TokenSigner
from tests.conftest import build_options, replace_in
from tests.sitegen.build.test_photos import populate


@pytest.fixture(scope="module")
def sample() -> tuple[Renderer, list[Host]]:
    site = sites.load(bundled.folder("content"))
    with people.opened(site, frozen=False) as (roster, _):
        members = [hosts.of_member(site, *each, learning.stand_in) for each in roster.active_with_sponsors()]
    return Renderer(site, TokenSigner(["a-key-of-more-than-thirty-two-characters"])), members


def test_whoever_shows_something_new_is_among_the_chosen(sample: tuple[Renderer, list[Host]]) -> None:
    _, members = sample
    chosen = list(learning.differing(members))
    assert 5 <= len(chosen) <= 20
    for field in ("photo", "story", "phone", "tagline", "place", "joined", "email"):
        for locale in {each.member.locale for each in members if each.member}:
            of_all, of_chosen = (
                {bool(getattr(each.member, field)) for each in some if each.member and each.member.locale == locale}
                for some in (members, chosen)
            )
            assert of_all == of_chosen, (field, locale)
    most = max(len(each.member.links) for each in members if each.member)
    assert most in {len(each.member.links) for each in chosen if each.member}
    assert list(learning.differing(chosen)) == chosen


def test_what_they_teach_is_enough_for_everybody(sample: tuple[Renderer, list[Host]]) -> None:
    renderer, everybody = sample
    members = [each for each in everybody if each.member and each.member.locale == "es"]
    assert len(members) > 8
    learning.learn(renderer, members)
    learnt = {page: program.figures.traces for page, program in renderer.programs.items()}
    for number, host in enumerate(members):
        sheet = renderer.sheet(host)
        for planned in renderer.plan(renderer.site.member_variant("es")):
            page = renderer.stamp(planned, sheet)
            if number % 8 == 0:
                renderer.verify(planned, host, page)
    assert {page: program.figures.traces for page, program in renderer.programs.items()} == learnt


def test_a_build_learns_before_it_shares_out_the_work(folder: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    populate(folder, 20)
    shutil.copy(folder / "photos" / "n4.png", folder / "photos" / "n3.png")  # which cannot be read else
    learnt_late: list[Program] = []
    learn, chunk = Program._learn, ChunkBuilder.chunk

    def noting(program: Program, sheet: Sheet) -> bytes:
        learnt_late.append(program)
        return learn(program, sheet)

    def watched(self: ChunkBuilder, rows: range, locale: str | None = None) -> ChunkResult:
        with monkeypatch.context() as patch:
            patch.setattr(Program, "_learn", noting)
            return chunk(self, rows, locale)

    monkeypatch.setattr(ChunkBuilder, "chunk", watched)
    assert builder.build(build_options(folder, out, jobs=1, verify=True)).members > 20
    landing = {program.template for program in learnt_late}
    assert landing <= {"campaign.html"}, "only landing pages are left to be learnt, of which few sites have any"


def test_faults_are_the_same_whether_a_check_learns_or_not(folder: Path, signer: TokenSigner) -> None:
    replace_in(folder / "pages" / "en" / "home.md", "{{ member.first_name }}", "{{ member.nickname }}")
    replace_in(folder / "pages" / "en" / "about.md", "---\n\n", "---\n\n[Nowhere](nowhere/)\n\n")
    site = sites.load(folder)
    told = []
    for learns in (False, True):
        with people.opened(site, frozen=False) as (roster, _), pytest.raises(EspalierError) as raised:
            rendering.check(site, Renderer(site, signer), roster, unreached(roster), learns=learns)
        told.append([str(each) for each in raised.value.faults])
    assert told[0] == told[1]
    assert "nickname" in told[0][0]
