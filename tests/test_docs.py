"""The documentation agrees with the program: commands, options, settings, dependencies, links."""

from __future__ import annotations

import re
import shlex
import subprocess
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import click
import pytest

from capture.limits.budgets import Limits
from capture.mailing.delivery import SERVICES
from tests import docs
from tests.conftest import ROOT

PAGES = sorted(path for path in ROOT.rglob("*.md") if not {".venv", "sites", "broken", "pages"} & set(path.parts))
README = (ROOT / "README.md").read_text(encoding="utf-8")
_SHELL = re.compile(r"^ *```sh\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`((?:sitegen|capture) [^`\n]+)`")
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


def names(paths: list[Path]) -> list[str]:
    return [path.relative_to(ROOT).as_posix() for path in paths]


def command_lines(text: str) -> Iterator[list[str]]:
    """Every sitegen and capture command of a text, in blocks of shell and in running text."""
    lines = [line.strip() for block in _SHELL.findall(text) for line in block.splitlines()]
    for line in [*lines, *_SPAN.findall(text)]:
        for part in re.split(r"&&|\||;", line):
            words = shlex.split(part, comments=True)
            if words and words[0] in docs.TOOLS and len(words) > 1 and re.match(r"[a-z-]+$", words[1]):
                yield words


def tracked() -> list[Path]:
    """What git holds or would hold; every file below the root where there is no git."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("not in a git checkout")
    found = (ROOT / name for name in listed.stdout.decode().split("\0") if name)
    return [path for path in found if path.is_file()]


@pytest.mark.parametrize("path", PAGES, ids=names(PAGES))
def test_commands_in_the_documentation_exist_with_their_options(path: Path) -> None:
    for tool, name, *words in command_lines(path.read_text(encoding="utf-8")):
        group = docs.TOOLS[tool]
        if words == ["--help"]:
            continue
        if name not in group.commands:
            pytest.fail(f"{path.name}: `{tool} {name}` is no command")
        command = group.commands[name]
        if isinstance(command, click.Group) and words:
            command = command.commands[words.pop(0)]
        known = {option for parameter in command.params for option in parameter.opts}
        unknown = {word.partition("=")[0] for word in words if word.startswith("-")} - known - {"--help", "-h"}
        assert not unknown, f"{tool} {name}"


def test_the_readme_shows_five_commands_of_a_day() -> None:
    block = re.search(r"## Five commands a day\n\n(```sh\n.*?\n```)", README, re.DOTALL)
    assert block is not None
    assert len(list(command_lines(block[1]))) == 5


def test_every_command_is_documented_with_an_example() -> None:
    page = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    for tool, words in docs.commands():
        assert " ".join((tool, *words)) in page
        if words:
            text = docs.help_of(tool, words)
            assert re.search(rf"Examples?:\n +{tool} {words[0]}", text), f"{tool} {words[0]} --help has no example"


@pytest.mark.parametrize("name", ["cli.md", "configuration.md", "themes.md"])
def test_generated_pages_are_up_to_date(name: str) -> None:
    path = ROOT / "docs" / name
    assert path.read_text(encoding="utf-8") == docs.pages()[path], "run `make docs` and read the difference"


def test_every_key_of_the_configuration_is_explained() -> None:
    rows = [line for line in docs.configuration_page().splitlines() if line.startswith("| `")]
    assert len(rows) > 40
    assert not [row for row in rows if row.endswith("|  |")]


def test_every_variable_that_is_read_is_documented() -> None:
    found: set[str] = set()
    for package in ("sitegen", "capture"):
        for path in (ROOT / package).rglob("*.py"):
            found |= set(re.findall(r"[\"'](ESPALIER_[A-Z_]*[A-Z])[\"']", path.read_text(encoding="utf-8")))
    # Put together from the names of the budgets and of the mail services' secrets.
    found |= {f"ESPALIER_LIMIT_{each.name.upper()}" for each in fields(Limits)}
    found |= {f"ESPALIER_{each.upper()}" for each in SERVICES.values()}
    assert found == docs.environment().keys()


def test_the_readme_gives_a_reason_for_each_dependency_and_for_no_other() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for heading, wanted in (
        ("## Dependencies", project["dependencies"]),
        ("For development only:", [each for extra in project["optional-dependencies"].values() for each in extra]),
    ):
        table = README.partition(heading)[2].partition("\n\n|")[2].partition("\n\n")[0]
        cells = [line.split("|")[1] for line in f"|{table}".splitlines()[2:]]
        named = {name for cell in cells for name in re.findall(r"`([^`]+)`", cell)}
        assert named == {re.split(r"[\[<>=~! ]", each)[0] for each in wanted}


def test_the_lock_pins_every_dependency_with_hashes_and_names_no_place() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    pinned = set(re.findall(r"^([a-z0-9-]+)==", text, re.MULTILINE))
    extras = [each for extra in project["optional-dependencies"].values() for each in extra]
    wanted = [*project["dependencies"], *extras]
    assert {re.split(r"[\[<>=~! ]", each)[0] for each in wanted} <= pinned
    assert len(re.findall(r"^\S", text, re.MULTILINE)) == len(pinned)
    assert not re.search(r"^-|://|file:", text, re.MULTILINE)
    assert all("--hash=sha256:" in entry for entry in re.split(r"\n(?=\S)", text.strip()))


def test_the_arrows_of_the_readme_are_those_of_the_imports() -> None:
    from tests.arrows import MODULES, arrows, is_in  # reads every module; a fault there is not one of every test here

    block = re.search(r"## Architecture\n.*?```text\n(.*?)```", README, re.DOTALL)
    assert block is not None
    for chain in re.split(r"\n(?=\w)", block[1].strip()):
        package, _, text = chain.partition(":")
        groups = [[each.strip() for each in group.split(",")] for group in text.split("→")]
        assert len(groups) > 5
        for at, group in enumerate(groups):
            for name in group:
                module = name if name == "sitegen" else f"{package}.{name}"
                assert module in MODULES
                left = {f"{package}.{each}" for before in groups[:at] for each in before}
                reached = {each for own, targets in arrows().items() if is_in(own, module) for each in targets}
                assert not {each for each in reached if any(is_in(each, one) for one in left)}, module


@pytest.mark.parametrize("path", PAGES, ids=names(PAGES))
def test_links_within_the_repository_lead_somewhere(path: Path) -> None:
    text = re.sub(r"```.*?```|`[^`\n]*`", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in _LINK.findall(text):
        if "://" in target or target.startswith(("#", "mailto:")):
            continue
        assert (path.parent / target.partition("#")[0]).exists(), target


# Put together here, so that this file does not name what it looks for.
_PLACES = ("/".join(("", "work", "")), "/".join(("", "opt", "wheels")), "/".join(("", "root", "")))
_HOSTS = (".".join(("pypi", "org")), ".".join(("pythonhosted", "org")), ".".join(("npmjs", "org")))
_MAKERS = tuple("".join(parts) for parts in (("Clau", "de"), ("Chat", "GPT"), ("Anthro", "pic"), ("DESIGN", ".md")))


def test_no_file_names_a_machine_a_registry_or_an_assistant() -> None:
    wrong = []
    for path in tracked():
        if path.name == "requirements.lock" or path.suffix in {".jpg", ".png", ".avif", ".webp"}:
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        for word in (*_PLACES, *_HOSTS, *_MAKERS):
            if re.search(rf"(?<![\w/.]){re.escape(word)}", text):
                wrong.append(f"{path.relative_to(ROOT)}: {word}")
    assert not wrong


def test_the_makefile_explains_every_target() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    explained = set(re.findall(r"^# make (\w+)", text, re.MULTILINE))
    phony = re.search(r"^\.PHONY: (.*)$", text, re.MULTILINE)
    assert phony is not None
    assert explained == set(phony[1].split())
    for name in re.findall(r"`make (\w+)`|^make (\w+)", README, re.MULTILINE):
        assert "".join(name) in explained


def test_both_tools_are_groups_of_commands() -> None:
    for group in docs.TOOLS.values():
        assert isinstance(group, click.Group)
        assert all(command.help for command in group.commands.values())
