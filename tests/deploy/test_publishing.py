"""``publish.sh`` with faults of single members, and with rosters that would take many sites down."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from tests.conftest import SITES
from tests.deploy.conftest import environ
from tests.deploy.servers import RECIPES

HEAD = "id,slug,name,email,status"


class Publishing:
    """A site folder, and where ``publish.sh`` publishes it."""

    def __init__(self, work: Path) -> None:
        self.folder = Path(shutil.copytree(SITES / "path" / "input", work / "content"))
        (self.folder / "campaigns.csv").unlink()
        (self.folder / "addresses.csv").unlink()
        self.place = work / "srv"
        self._database = work / "capture.sqlite"
        self._environ = environ(work)

    def publish(self, *rows: str, options: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
        (self.folder / "members.csv").write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")
        command = [str(RECIPES / "publish.sh"), str(self.folder), str(self.place), *options]
        return subprocess.run(command, env=self._environ, capture_output=True, text=True, check=False)

    @property
    def state(self) -> tuple[set[str], set[str], set[str]]:
        """The slugs with a site, those that are gone, and those of the service's active members."""
        sites = {each.parent.name for each in (self.place / "public").glob("*/contact.vcf")}
        gone = {each.name for each in (self.place / "gone").iterdir()}
        with closing(sqlite3.connect(self._database)) as database:
            active = {slug for (slug,) in database.execute("select slug from member where active")}
        return sites, gone, active


ANA, BO, CY = (f"m{n},,{name},{name.lower()}@example.com,active" for n, name in enumerate(("Ana", "Bo", "Cy"), 1))


@pytest.mark.slow
def test_what_is_wrong_with_one_member_keeps_no_other_from_being_published(tmp_path: Path) -> None:
    there = Publishing(tmp_path)
    first = there.publish(ANA, BO, CY)
    assert first.returncode == 0, first.stderr
    assert there.state == ({"ana", "bo", "cy"}, set(), {"ana", "bo", "cy"})
    # Ana's row cannot be read, Bo is inactive, Cy's cannot be read but says inactive, Dee is new.
    dee = "m4,,Dee,dee@example.com,active"
    second = there.publish(
        "m1,,,ana@example.com,active", BO.replace("active", "inactive"), "m3,,,cy@example.com,inactive", dee
    )
    assert second.returncode == 1
    assert "members.csv:2: " in second.stderr
    assert there.state == ({"ana", "dee"}, {"bo", "cy"}, {"ana", "dee"})
    third = there.publish(ANA, dee)
    assert third.returncode == 0, third.stderr
    assert there.state == ({"ana", "dee"}, {"bo", "cy"}, {"ana", "dee"}), "who is no longer in the roster is gone, too"


@pytest.mark.slow
def test_a_roster_that_holds_only_its_header_takes_nothing_down(tmp_path: Path) -> None:
    there = Publishing(tmp_path)
    assert there.publish(ANA, BO).returncode == 0
    before = there.state
    refused = there.publish()
    assert refused.returncode == 1
    assert "would deactivate 2 of 2 members (ana, bo); nothing was changed" in refused.stderr
    assert there.state == before == ({"ana", "bo"}, set(), {"ana", "bo"})
    meant = there.publish(options=("--remove-up-to", "2"))
    assert meant.returncode == 0, meant.stderr
    assert there.state == (set(), {"ana", "bo"}, set())
