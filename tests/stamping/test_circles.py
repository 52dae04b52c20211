"""No module of stamping imports itself by way of others, not even for annotations or inside functions."""

from __future__ import annotations

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import sitegen.stamping

PACKAGE = "sitegen.stamping"


def modules(folder: Path, package: str) -> dict[str, Path]:
    """The files of a package by module name."""
    found = {}
    for path in folder.rglob("*.py"):
        parts = (package, *path.relative_to(folder).with_suffix("").parts)
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports(path: Path, known: set[str]) -> set[str]:
    """The modules among `known` that a file imports anywhere: at the top, under TYPE_CHECKING, in functions."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: imports are written out"
            assert node.module is not None
            submodules = {f"{node.module}.{alias.name}" for alias in node.names} & known
            found |= submodules or {node.module}
    return found & known


def circle(folder: Path, package: str) -> list[str]:
    """The modules of one circle, each followed by one that it imports; empty if there is none."""
    files = modules(folder, package)
    arrows = {name: imports(path, set(files)) for name, path in files.items()}
    assert any(arrows.values()), f"{folder} has no imports of {package}"
    try:
        TopologicalSorter(arrows).prepare()
    except CycleError as error:
        return list(reversed(error.args[1]))
    return []


def test_stamping_has_no_circle() -> None:
    folder = Path(sitegen.stamping.__file__).parent
    assert " -> ".join(circle(folder, PACKAGE)) == ""


@pytest.mark.parametrize(
    "back",
    [
        "from sitegen.stamping.a import name",
        "from sitegen.stamping import a",
        "import sitegen.stamping.a",
        "if TYPE_CHECKING:\n    from sitegen.stamping.a import Name",
        "def late():\n    from sitegen.stamping.a import name",
    ],
)
def test_a_circle_is_found(tmp_path: Path, back: str) -> None:
    (tmp_path / "a.py").write_text("from sitegen.stamping.b import name", encoding="utf-8")
    (tmp_path / "b.py").write_text(back, encoding="utf-8")
    found = circle(tmp_path, PACKAGE)
    assert set(found) == {f"{PACKAGE}.a", f"{PACKAGE}.b"}
