"""The direction of imports: cli → build, serve → everything below → model, errors; capture never reaches up.

Reads every import of the two packages, also those within functions, and fails on any arrow that the tables do
not name and on any circle. Imports for type checkers alone (``if TYPE_CHECKING``) never run and do not count.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.conftest import ROOT

PACKAGES = ("sitegen", "capture")

LEAVES = {"sitegen.model", "sitegen.errors"}
"""They import nothing of ours (errors and model stand below everything)."""

ONLY_DOOR = "capture.directory"
"""The one module of the capture service that reads the generator's site, roster and tokens."""


def modules() -> dict[str, Path]:
    found = {}
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = modules()


def running(tree: ast.AST) -> Iterator[ast.AST]:
    """Every node below that runs, unlike those for type checkers."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            continue
        yield node
        yield from running(node)


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, submodules of packages included."""
    for node in running(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are written out"
            assert node.module is not None
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            yield from names & MODULES.keys() or {node.module}


ARROWS = {name: {target for target in imports(path) if target in MODULES} for name, path in MODULES.items()}


def test_there_is_no_circle() -> None:
    inner = {name: {each for each in targets if each != name} for name, targets in ARROWS.items()}
    try:
        TopologicalSorter(inner).prepare()
    except CycleError as error:
        pytest.fail(f"circle: {' -> '.join(reversed(error.args[1]))}")


def test_the_generator_never_imports_the_capture_service() -> None:
    wrong = {name for name, targets in ARROWS.items() if name.startswith("sitegen") and _of(targets, "capture")}
    assert not wrong


@pytest.mark.parametrize("name", sorted(LEAVES))
def test_the_leaves_import_nothing_of_ours(name: str) -> None:
    assert not ARROWS[name]


def test_nothing_imports_the_commands() -> None:
    for command in ("sitegen.cli", "capture.commands"):
        importers = {name for name, targets in ARROWS.items() if command in targets}
        assert importers <= {f"{command.split('.')[0]}.__main__"}


def test_click_stays_in_the_commands() -> None:
    importers = {name for name, path in MODULES.items() if any(each.split(".")[0] == "click" for each in imports(path))}
    assert importers == {"sitegen.cli", "capture.commands"}


def test_the_generator_knows_no_web_framework_but_its_server() -> None:
    web = {"flask", "werkzeug", "wtforms", "sqlalchemy"}
    importers = {
        name
        for name, path in MODULES.items()
        if name.startswith("sitegen") and any(each.split(".")[0] in web for each in imports(path))
    }
    assert importers == {"sitegen.serving.local_server"}


def test_capture_reads_the_generator_through_one_door() -> None:
    plain = LEAVES | {"sitegen.instance"}
    wrong = {
        name: _of(targets, "sitegen") - plain
        for name, targets in ARROWS.items()
        if name.startswith("capture") and name != ONLY_DOOR and _of(targets, "sitegen") - plain
    }
    assert not wrong


USE_CASES = {"consent", "credit", "limits", "mailing", "cases"}
"""The rooms of the service between its tables and its pages."""


def test_use_cases_know_no_web() -> None:
    for name, path in MODULES.items():
        if name == "capture.leads" or (_room(name) in USE_CASES and name != "capture.mailing.reports"):
            assert not {each.split(".")[0] for each in imports(path)} & {"flask", "wtforms", "werkzeug"}, name


def test_there_is_no_circle_of_rooms() -> None:
    rooms: dict[str, set[str]] = {}
    for name, targets in ARROWS.items():
        if (here := _room(name)) in USE_CASES:
            rooms.setdefault(here, set()).update({_room(each) for each in targets} & USE_CASES - {here})
    TopologicalSorter(rooms).prepare()
    assert not {name for name, targets in ARROWS.items() if _room(name) in USE_CASES and _reaches_pages(targets)}


def _room(name: str) -> str:
    """The package of the service that a module belongs to; empty for those that stand alone."""
    parts = name.split(".")
    return parts[1] if parts[0] == "capture" and len(parts) > 2 else ""


def _reaches_pages(targets: set[str]) -> bool:
    return any(_room(each) in {"public", "office"} for each in targets - {"capture.public.answers"})


def _of(targets: set[str], package: str) -> set[str]:
    return {each for each in targets if each.split(".")[0] == package}
