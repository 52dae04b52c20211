"""What the commands load: ``--help`` nothing but Click, a command what it needs, the database no generator."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
from collections.abc import Iterable

import click
import pytest
from click.testing import CliRunner

from capture.commands import SOURCES, main

HEAVY = {"alembic", "flask", "gunicorn", "jinja2", "pydantic", "rich", "sitegen.site", "sqlalchemy", "wtforms"}
"""What takes long to load, some of it named by a package within."""


def loaded(code: str) -> set[str]:
    """Every module that a Python of its own has loaded when the code, or the program that it runs, is over."""
    tell = (
        "import atexit, json, sys\n"
        "atexit.register(lambda: print('modules', json.dumps(sorted(sys.modules)), sep='\\n', file=sys.stderr))\n"
    )
    ended = subprocess.run([sys.executable, "-c", tell + code], capture_output=True, text=True, check=True)
    return set(json.loads(ended.stderr.partition("modules\n")[2]))


def ours(modules: Iterable[str], package: str) -> set[str]:
    return {each for each in modules if each == package or each.startswith(f"{package}.")}


def test_help_loads_click_and_next_to_nothing_else() -> None:
    found = loaded("sys.argv = ['capture', '--help']\nfrom capture.commands import main\nmain()")
    assert "click" in found
    assert not found & HEAVY
    assert ours(found, "sitegen") == {"sitegen", "sitegen.errors", "sitegen.terminal"}
    assert not ours(found, "capture") & {
        f"capture.commands.{source.target.split(':')[0]}" for source in SOURCES.values()
    }


def test_the_help_of_one_command_loads_no_other_command() -> None:
    found = loaded("sys.argv = ['capture', 'audit', '--help']\nfrom capture.commands import main\nmain()")
    assert "capture.commands.audit" in found
    assert not found & {"capture.commands.serving", "capture.commands.imports", "flask"}


def test_the_database_loads_no_generator() -> None:
    found = loaded("import capture.base.db")
    assert "sqlalchemy" in found
    assert ours(found, "sitegen") <= {"sitegen", "sitegen.errors"}
    assert not found & {"pydantic", "jinja2", "rich", "click", "flask"}


def test_the_generator_package_itself_loads_nothing() -> None:
    found = loaded("import sitegen")
    assert ours(found, "sitegen") == {"sitegen"}
    assert not found & (HEAVY | {"click", "importlib.metadata"})


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_a_summary_is_the_first_paragraph_of_the_command_s_help(name: str) -> None:
    command = main.commands[name]
    paragraph = inspect.cleandoc(command.help or "").split("\n\n")[0]
    assert SOURCES[name].summary == " ".join(paragraph.split())
    assert (command.name, command.hidden, command.deprecated) == (name, False, False)


@pytest.mark.parametrize("width", [60, 80, 100])
def test_the_list_of_commands_is_click_s_own(width: int) -> None:
    eager = click.Group("capture", dict(main.commands), help=main.help, params=main.params)
    lines = [
        CliRunner().invoke(each, ["-h"], prog_name="capture", terminal_width=width, **main.context_settings).output
        for each in (main, eager)
    ]
    assert "why" in lines[0]
    assert lines[0] == lines[1]
