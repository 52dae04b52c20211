"""What a roster holds that is no fault."""

from __future__ import annotations

from pathlib import Path

from sitegen.check import notes
from sitegen.roster import Roster
from sitegen.roster.survey import Shared, of_roster


def roster(tmp_path: Path, *rows: str) -> Roster:
    path = tmp_path / "members.csv"
    path.write_text("\n".join(["id,name,email,status", *rows, ""]), encoding="utf-8")
    return Roster.load(path)


def test_members_without_an_address_and_addresses_of_several(tmp_path: Path) -> None:
    rows = [f"m{number},Ana,{'x@example.com' if number < 5 else ''}," for number in range(7)]
    rows += ["n1,Bo,y@EXAMPLE.com,", "n2,Bo,y@example.com,", "n3,Bo,y@example.com,inactive", "n4,Bo,,inactive"]
    with roster(tmp_path, *rows) as found:
        survey = of_roster(found)
        assert survey.without_email == 2
        assert survey.shared == (Shared(("m0", "m1", "m2"), 5), Shared(("n1", "n2"), 2))
        told = notes.of(found)
    assert told[0].startswith("2 active members have no e-mail address")
    assert told[1].startswith("the members m0, m1, m2 and 2 more have one e-mail address")
    assert told[2].startswith("the members n1 and n2 have one e-mail address")


def test_many_shared_addresses_are_counted(tmp_path: Path) -> None:
    rows = [f"m{number},Ana,a{number // 2}@example.com," for number in range(20)]
    with roster(tmp_path, *rows) as found:
        assert notes.of(found)[-1] == "and 5 more addresses of several members"


def test_nothing_to_tell(tmp_path: Path) -> None:
    with roster(tmp_path, "m1,Ana,a@example.com,", "m2,Bo,b@example.com,") as found:
        assert notes.of(found) == ()
