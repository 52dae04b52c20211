"""The wheel alone, in an empty environment away from this folder, starts and builds a company's sites.

The environment sees the wheel and what the wheel says it needs, taken from the current environment without looking
anything up; nothing that only development needs, so that a dependency that was not declared fails here.
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.conftest import ROOT

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT), cwd=out)
    (made,) = out.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def programs(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the programs of an environment that holds the wheel and its declared dependencies."""
    folder = tmp_path_factory.mktemp("elsewhere") / "venv"
    run(sys.executable, "-m", "venv", str(folder), cwd=folder.parent)
    python = folder / "bin" / "python"
    install = ("install", "--quiet", "--no-index", "--no-deps", "--disable-pip-version-check", str(wheel))
    run(str(python), "-m", "pip", *install, cwd=folder.parent)
    needed = folder.parent / "needed"
    needed.mkdir()
    for each in closure("espalier-sites"):
        lend(each, needed)
    purelib = sysconfig.get_path("purelib", vars={"base": str(folder), "platbase": str(folder)})
    # A folder named like this is searched after the environment's own, and the .pth files in it are not read.
    (Path(purelib) / "needed.pth").write_text(f"{needed}\n", encoding="utf-8")
    return folder / "bin"


def run(*command: str, cwd: Path) -> str:
    """Runs a program with nothing of this project in its surroundings."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("ESPALIER_", "PYTHON"))}
    ended = subprocess.run(command, cwd=cwd, env=environ, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, f"{' '.join(command)}\n{ended.stdout}{ended.stderr}"
    return ended.stdout


def closure(name: str) -> Iterator[Distribution]:
    """What a distribution declares as needed at run time, and what that needs in turn."""
    seen: set[tuple[str, str]] = set()
    waiting = [(name, "")]
    while waiting:
        current = waiting.pop()
        if current in seen:
            continue
        seen.add(current)
        found = distribution(current[0])
        if current[0] != name:
            yield found
        for line in found.requires or ():
            requirement = Requirement(line)
            if requirement.marker is None or requirement.marker.evaluate({"extra": current[1]}):
                waiting += [(requirement.name, extra) for extra in ("", *requirement.extras)]


def lend(found: Distribution, folder: Path) -> None:
    """Links the files of an installed distribution into a folder."""
    for top in {file.parts[0] for file in found.files or ()} - {"..", "__pycache__"}:
        target, source = folder / top, Path(str(found.locate_file(top)))
        if not target.exists():
            target.symlink_to(source)


def test_the_wheel_holds_what_it_needs_and_no_more(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"sitegen", "capture"}
    for wanted in (
        "sitegen/bundled/themes/almanac/theme.toml",
        "sitegen/bundled/themes/nightmarket/theme.toml",
        "sitegen/bundled/content/site.toml",
        "capture/migrations/script.py.mako",
        "capture/signup/templates/signup.html",
        "capture/mailing/templates/letter.jinja",
        "capture/consent/mails/confirm.en.jinja",
    ):
        assert wanted in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert not [name for name in names if "instance" in name.split("/") or name.endswith((".env", ".sqlite", ".pyc"))]


def test_a_company_starts_from_the_wheel_alone(programs: Path) -> None:
    here = programs.parent.parent
    sitegen, capture = str(programs / "sitegen"), str(programs / "capture")
    run(sitegen, "new", "demo", cwd=here)
    run(sitegen, "build", "demo", "--out", "public", cwd=here)
    count = int(run(sitegen, "members", "demo", "--status", "active", "--count", cwd=here))
    assert count == sum(1 for _ in (here / "public").glob("*/contact.vcf")) > 40
    assert " 0 files written" in run(sitegen, "build", "demo", "--out", "public", cwd=here)
    where = "import sitegen, capture; print(sitegen.__file__, capture.__file__)"
    assert str(ROOT) not in run(str(programs / "python"), "-c", where, cwd=here)
    run(capture, "--version", cwd=here)
    environment = here / "demo" / "instance"
    assert (environment / "espalier.env").is_file()
    run(capture, "sync", "demo", cwd=here)
    assert (environment / "capture.sqlite").is_file()
