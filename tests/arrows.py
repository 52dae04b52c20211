"""What imports what: every module of the two packages, read from its source."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from tests.conftest import ROOT

PACKAGES = ("sitegen", "capture")


def modules() -> dict[str, Path]:
    """Every module by its name; a package by the name of its folder."""
    found = {}
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = modules()


def imports(path: Path, *, for_type_checkers: bool = True) -> Iterator[str]:
    """Every module that a file imports, submodules of packages included."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree) if for_type_checkers else running(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are written out"
            assert node.module is not None
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            yield from names & MODULES.keys() or {node.module}


@cache
def arrows() -> dict[str, set[str]]:
    """What each module imports of ours."""
    return {name: {target for target in imports(path) if target in MODULES} for name, path in MODULES.items()}


def room_of(module: str) -> str:
    """The room of a module within its package; ``__init__`` for the package itself."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


def rooms_of(package: str) -> dict[str, set[str]]:
    """Each room of a package with the rooms that it imports."""
    rooms: dict[str, set[str]] = {}
    for name, targets in arrows().items():
        if is_in(name, package):
            reached = {room_of(each) for each in targets if is_in(each, package)}
            rooms.setdefault(room_of(name), set()).update(reached - {room_of(name)})
    return rooms


def circle(graph: dict[str, set[str]]) -> str:
    """One circle of a graph as text; empty where there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return " -> ".join(reversed(error.args[1]))
    return ""


def upward(rooms: dict[str, set[str]], declared: Sequence[set[str]]) -> Iterator[str]:
    """The arrows that the declared order does not allow."""
    rank = {room: number for number, line in enumerate(declared) for room in line}
    for room, targets in rooms.items():
        yield from (f"{room} -> {each}" for each in targets if rank[each] <= rank[room])


def is_in(module: str, package: str) -> bool:
    """Whether a module is the package or lies in it."""
    return module == package or module.startswith(f"{package}.")


def running_targets(name: str) -> set[str]:
    """What a module of ours imports when it runs."""
    tree = ast.parse(MODULES[name].read_text(encoding="utf-8"))
    return {target for node in running(tree) for target in targets_of(node)}


def running(tree: ast.AST) -> Iterator[ast.AST]:
    """Every node below that runs, unlike those for type checkers."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            continue
        yield node
        yield from running(node)


def targets_of(node: ast.AST) -> Iterable[str]:
    """The modules of ours that one import names."""
    if isinstance(node, ast.Import):
        return {alias.name for alias in node.names} & MODULES.keys()
    if isinstance(node, ast.ImportFrom) and node.module is not None:
        names = {f"{node.module}.{alias.name}" for alias in node.names} & MODULES.keys()
        return names or {node.module} & MODULES.keys()
    return ()
