"""Random histories: after any edits, cut-off exports and kills, the tree is what a fresh build gives.

And no address ever leads to two people, and many sites are never removed unasked. ``ESPALIER_HISTORIES`` says how many
histories are tried; a release tries 2,000.
"""

from __future__ import annotations

import csv
import os
import random
import shutil
from contextlib import suppress
from pathlib import Path

import pytest
from PIL import Image

from sitegen.build import published
from sitegen.build.builder import build
from sitegen.build.output import Output
from sitegen.errors import EspalierError, RosterError
from sitegen.processes.process_pool import PoolError
from sitegen.roster import removal
from sitegen.token import TokenSigner
from tests.conftest import SITES, build_options, tree

HISTORIES = int(os.environ.get("ESPALIER_HISTORIES", "64"))
PARTS = 8
STEPS = 30

COLUMNS = ("id", "slug", "name", "email", "phone", "photo", "tagline", "story", "sponsor", "locale", "status")
NAMES = ("Ana", "Ana López", "Bo", "Tea", "Faq", "About", "Ana 2", "王小明")
PAGES = ("tea", "bo", "faq", "ana", "more/tea")
PHOTOS = ("one.png", "two.png")
STORY = "I like *tea*.\n\nIt is a warm thing on cold days, and cheap."


class Killed(BaseException):
    """Stands for the end of the process in the middle of a build."""


class History:
    """One site folder and its tree, edited at random."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.chance = random.Random(seed)
        self.place = folder
        self.site = Path(shutil.copytree(SITES / "path" / "input", folder / "site"))
        (self.site / "addresses.csv").unlink()
        (self.site / "campaigns.csv").unlink()
        self.out = folder / "public"
        self.members: dict[str, dict[str, str]] = {}
        self.campaigns: dict[str, str] = {}
        self.pages: set[str] = set()
        self.owners: dict[str, str] = {}
        for number, name in enumerate(PHOTOS):
            self._draw(name, number)
        for number in range(3):
            self._member(f"m{number}")
        self._save()

    def _draw(self, name: str, shade: int) -> None:
        Image.new("RGB", (12, 12), (shade % 256, 90, 90)).save(self.site / "photos" / name)

    def _member(self, member: str) -> dict[str, str]:
        return self.members.setdefault(
            member,
            {"id": member, "name": self.chance.choice(NAMES), "email": f"{member}@example.com", "locale": "en"},
        )

    # -- edits ---------------------------------------------------------------------------------------------

    def edit(self) -> None:
        """Changes one thing or a few."""
        for _ in range(self.chance.choice((1, 1, 1, 2, 4))):
            self._edit(f"m{self.chance.randrange(7)}")
        self._save()

    def _edit(self, member: str) -> None:
        choose = self.chance.choice
        match self.chance.randrange(12):
            case 0:
                self.members.pop(member, None)
            case 1 | 2:
                self._member(member)["name"] = choose(NAMES)
            case 3:
                self._member(member)["status"] = choose(("active", "inactive"))
            case 4:
                self._member(member)["slug"] = choose(("", "ana", "bo", "tea", "anna", "faq"))
            case 5:
                self._member(member)["tagline"] = f"Line {self.chance.randrange(99)}"
            case 6:
                self._member(member)["photo"] = choose(("", *PHOTOS))
            case 7:
                self._member(member)["sponsor"] = choose(sorted(self.members))
            case 8:
                self._member(member)["story"] = choose(("", "Short.", STORY))
            case 9:
                self._member(member)["locale"] = choose(("en", "es"))
            case 10:
                self._edit_page(choose(PAGES))
            case _:
                self._edit_campaigns(choose(("bus", "tea", "radio7")), choose(("", member)))

    def _edit_page(self, page: str) -> None:
        file = self.site / "pages" / "en" / f"{page}.md"
        if page in self.pages and self.chance.random() < 0.5:
            file.unlink()
            self.pages.discard(page)
            return
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"---\ntitle: Page {self.chance.randrange(99)}\n---\nText.\n", encoding="utf-8")
        self.pages.add(page)

    def _edit_campaigns(self, code: str, member: str) -> None:
        if self.campaigns.pop(code, None) is None:
            self.campaigns[code] = member

    def _save(self) -> None:
        rows = list(self.members.values())
        if self.chance.random() < 0.5:
            self.chance.shuffle(rows)
        with (self.site / "members.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS, restval="")
            writer.writeheader()
            writer.writerows(rows)
        campaigns = "".join(f"{code},{member},flyer\n" for code, member in sorted(self.campaigns.items()))
        (self.site / "campaigns.csv").write_text(f"code,member,channel\n{campaigns}", encoding="utf-8")

    # -- builds --------------------------------------------------------------------------------------------

    def step(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Edits, builds (perhaps in several attempts), and compares with a fresh build."""
        self.edit()
        if self.chance.random() < 0.15:
            self._cut_off()
        if self.chance.random() < 0.25:
            self._killed(monkeypatch)
        if not self._built():
            return
        self._one_owner_each()
        fresh = self.place / "fresh"
        copy = self.place / "copy"
        for folder in (fresh, copy, self.place / ".fresh.espalier"):
            shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.site, copy)
        build(build_options(copy, fresh))
        assert tree(self.out) == tree(fresh)
        assert (copy / "addresses.csv").read_bytes() == (self.site / "addresses.csv").read_bytes()

    def _cut_off(self) -> None:
        """An export that was cut off: many would go, and nothing does."""
        path = self.site / "members.csv"
        whole = path.read_text(encoding="utf-8")
        path.write_text(whole.partition("\n")[0] + "\n", encoding="utf-8")
        before = tree(self.out) if self.out.is_dir() else {}
        if before and self._sites():
            with pytest.raises(EspalierError):
                build(build_options(self.site, self.out))
            assert tree(self.out) == before
        path.write_text(whole, encoding="utf-8")

    def _killed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A build that ends after some files were written or removed."""
        left = self.chance.randrange(12)

        def counted(name: str) -> None:
            whole = getattr(Output, name)

            def limited(*arguments: object) -> object:
                nonlocal left
                if left == 0:
                    raise Killed
                left -= 1
                return whole(*arguments)

            context.setattr(Output, name, limited)

        with monkeypatch.context() as context:
            for name in ("write", "write_site", "remove"):
                counted(name)
            with suppress(Killed, PoolError, EspalierError):  # a process that scales photos may be the one that ends
                build(build_options(self.site, self.out, remove_up_to=1000))

    def _built(self) -> bool:
        """Builds; False where the edits are a fault, which must leave the tree as it was."""
        before = tree(self.out) if self.out.is_dir() else {}
        sites = self._sites()
        try:
            summary = build(build_options(self.site, self.out))
        except RosterError:
            assert tree(self.out) == before
            gone = len(sites - {each for each, row in self.members.items() if row.get("status") != "inactive"})
            assert not removal.may_go(len(sites), gone)
            summary = build(build_options(self.site, self.out, remove_up_to=gone))
        except EspalierError:
            assert (tree(self.out) if self.out.is_dir() else {}) == before
            return False
        return not summary.faults

    def _sites(self) -> set[str]:
        return set(self._published().values())

    def _published(self) -> dict[str, str]:
        folders = [each.name for each in self.out.iterdir() if each.is_dir()] if self.out.is_dir() else []
        signer = TokenSigner(build_options(self.site, self.out).token_keys)
        found = published.addresses(self.out, folders, signer, "2026-01-01")
        return {entry.slug: entry.id for entry in found if entry.id != "_company"}

    def _one_owner_each(self) -> None:
        for slug, member in self._published().items():
            assert self.owners.setdefault(slug, member) == member, (
                f"{slug} led to {self.owners[slug]}, then to {member}"
            )


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_the_tree_is_a_fresh_builds_after_any_history(
    part: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for seed in range(part, HISTORIES, PARTS):
        history = History(tmp_path / str(seed), seed)
        for number in range(STEPS):
            try:
                history.step(monkeypatch)
            except AssertionError as error:
                error.add_note(f"history {seed}, step {number}, in {history.place}")
                raise
        shutil.rmtree(history.place)
