"""The direction of imports, for each of the two packages.

A *room* is a folder at the top of a package, or a module that stands there alone. Every import counts, also those
within functions and those for type checkers only. The declared order lists the rooms from the top down: a room may
import those of later lines. Rooms on one line do not import each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.arrows import MODULES, arrows, circle, imports, is_in, rooms_of, running_targets, upward
from tests.conftest import ROOT


@dataclass(frozen=True)
class Declared:
    """What a package's top is to look like: its rooms from the top down, and how many may be loose modules."""

    rooms: Sequence[set[str]]
    loose: int


DECLARED = {
    "sitegen": Declared(
        [
            {"__main__"},
            {"cli"},
            {"build", "serving"},
            {"check"},
            {"render"},
            {"campaigns"},
            {"roster", "site", "stamping"},
            {"instance", "processes", "terminal", "time_zones", "token"},
            {"errors", "model"},
            {"__init__"},
        ],
        loose=8,
    ),
    "capture": Declared(
        [
            {"__main__"},
            {"commands"},
            {"ops"},
            {"app"},
            {"features"},
            {"demo"},
            {"bounces", "health", "suppression", "sync", "teams"},
            {"reports", "signup"},
            {"leads"},
            {"imports"},
            {"campaigns"},
            {"accounts", "consent"},
            {"web"},
            {"settings"},
            {"credit"},
            {"mailing"},
            {"limits"},
            {"company"},
            {"base"},
            {"migrations"},
            {"models"},
            {"__init__"},
        ],
        loose=5,
    ),
}

READS_THE_GENERATOR = "company"
"""The one room of the capture service that reads the generator. The others may import its errors."""


@pytest.mark.parametrize("package", sorted(DECLARED))
def test_rooms_import_downwards_only(package: str) -> None:
    rooms = rooms_of(package)
    assert rooms.keys() == set[str]().union(*DECLARED[package].rooms), "every room has its line in the declared order"
    assert not sorted(upward(rooms, DECLARED[package].rooms))


@pytest.mark.parametrize("package", sorted(DECLARED))
def test_there_is_no_circle_of_any_rooms(package: str) -> None:
    assert not circle(rooms_of(package))


@pytest.mark.parametrize("package", sorted(DECLARED))
def test_few_modules_stand_alone(package: str) -> None:
    assert len(list((ROOT / package).glob("*.py"))) <= DECLARED[package].loose


def test_a_wrong_arrow_and_a_circle_are_seen() -> None:
    rooms = {"pages": {"tables"}, "tables": {"pages"}, "ground": set[str]()}
    assert list(upward(rooms, [{"pages"}, {"tables"}, {"ground"}])) == ["tables -> pages"]
    assert list(upward({"build": {"serving"}, "serving": set()}, [{"build", "serving"}])) == ["build -> serving"]
    assert circle(rooms) in {"pages -> tables -> pages", "tables -> pages -> tables"}


def test_imports_within_functions_and_for_type_checkers_count(tmp_path: Path) -> None:
    file = tmp_path / "module.py"
    file.write_text(
        "from typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n    from sitegen.token import TokenSigner\n"
        "def late():\n    import sitegen.errors\n    from sitegen import model\n",
        encoding="utf-8",
    )
    assert set(imports(file)) == {"typing", "sitegen.token", "sitegen.errors", "sitegen.model"}


def test_no_module_imports_itself_by_way_of_others() -> None:
    # What runs counts here: a name for type checkers alone is no reason to split a module of the same room.
    assert not circle({name: running_targets(name) - {name} for name in MODULES})


def test_the_generator_never_imports_the_capture_service() -> None:
    wrong = {name for name, targets in arrows().items() if is_in(name, "sitegen") and _of(targets, "capture")}
    assert not wrong


def test_click_stays_in_the_commands() -> None:
    importers = {name for name, path in MODULES.items() if any(each.split(".")[0] == "click" for each in imports(path))}
    rooms = ("sitegen.cli", "capture.commands")
    assert {name for name in importers if not any(is_in(name, room) for room in rooms)} == {"sitegen.terminal"}


def test_the_generator_knows_no_web_framework_but_its_server() -> None:
    web = {"flask", "werkzeug", "wtforms", "sqlalchemy"}
    importers = {
        name
        for name, path in MODULES.items()
        if is_in(name, "sitegen") and any(each.split(".")[0] in web for each in imports(path))
    }
    assert importers == {"sitegen.serving.local_server"}


def test_one_room_of_the_service_reads_the_generator() -> None:
    wrong = {
        name: found
        for name, targets in arrows().items()
        if is_in(name, "capture") and not is_in(name, f"capture.{READS_THE_GENERATOR}")
        if (
            found := _of(targets, "sitegen")
            - ({"sitegen.errors", "sitegen.terminal"} if is_in(name, "capture.commands") else {"sitegen.errors"})
        )
    }
    assert not wrong


def test_nothing_imports_the_commands_of_the_service() -> None:
    importers = {name for name, targets in arrows().items() if _of(targets, "capture.commands")}
    assert {name for name in importers if not is_in(name, "capture.commands")} <= {"capture.__main__"}


def test_the_commands_of_the_service_know_only_errors_and_the_terminal_of_the_generator() -> None:
    reached = {each for name, targets in arrows().items() if is_in(name, "capture.commands") for each in targets}
    assert _of(reached, "sitegen") <= {"sitegen.errors", "sitegen.terminal"}


KNOW_THE_WEB = {"web", "app", "ops", "health", "demo"}
"""Rooms that serve, beside the modules of other rooms that answer requests."""


def test_use_cases_know_no_web() -> None:
    for name, path in MODULES.items():
        room = name.split(".")[1:2]
        if (
            is_in(name, "capture")
            and room
            and room[0] not in KNOW_THE_WEB
            and not _answers(name)
            and name != "capture.accounts.access"
        ):
            running = {each.split(".")[0] for each in imports(path, for_type_checkers=False)}
            assert not running & {"flask", "wtforms", "werkzeug"}, name


SHARED = {"capture.accounts.access", "capture.accounts.forms", "capture.web.access"}
"""What pages of all rooms are guarded and made with."""


def test_features_never_import_each_others_pages() -> None:
    for name, targets in arrows().items():
        room = name.split(".")[1:2]
        if is_in(name, "capture") and room not in (["app"], ["features"]):
            others = {each for each in _of(targets, "capture") if each.split(".")[1:2] != room}
            assert not {each for each in others if _answers(each)} - SHARED, name


def _answers(name: str) -> bool:
    """True for modules that answer requests, and for those that tell the service of them."""
    last = name.split(".")[-1]
    return not is_in(name, "capture.base") and (
        last in {"forms", "access", "pixel", "feature"} or last.endswith("pages")
    )


def _of(targets: set[str], package: str) -> set[str]:
    return {each for each in targets if is_in(each, package)}
