"""What the build keeps for itself: beside the published tree, never in it, and of that tree alone."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from sitegen.build import claim, output, up_to_date
from sitegen.build.builder import build
from sitegen.build.options import BuildSummary
from sitegen.build.state_folder import StateFolder
from sitegen.errors import OutputError
from tests.conftest import build_options, replace_in, tree

Rebuild = Callable[..., BuildSummary]


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


def hidden(folder: Path) -> set[str]:
    return {name for name in names(folder) if any(part.startswith(".") for part in name.split("/"))}


def test_the_tree_holds_nothing_but_what_is_published(rebuild: Rebuild, out: Path) -> None:
    rebuild()
    assert hidden(out) == set()
    assert not [path for path in out.rglob("*") if path.is_file() and path.read_bytes().startswith(b"SQLite")]
    own = out.with_name(f".{out.name}.espalier")
    assert {path.name for path in own.iterdir()} == {"manifest.sqlite", "roster.sqlite", "lock", "tree"}
    assert own.stat().st_mode & 0o777 == 0o700


def test_the_folder_lies_beside_what_a_link_leads_to(tmp_path: Path) -> None:
    (tmp_path / "releases" / "7").mkdir(parents=True)
    (tmp_path / "public").symlink_to("releases/7")
    assert StateFolder.of(tmp_path / "public").path == tmp_path.resolve() / "releases" / ".7.espalier"


def test_the_folder_can_be_named(rebuild: Rebuild, out: Path, tmp_path: Path) -> None:
    state = tmp_path / "var" / "state"
    first = rebuild(state=state)
    assert first.written
    assert not StateFolder.of(out).path.exists()
    assert (state / "manifest.sqlite").is_file()
    assert rebuild(state=state).written == 0


def test_the_folder_inside_the_site_is_no_input(folder: Path) -> None:
    options = build_options(folder, folder / "public")
    build(options)
    assert up_to_date.nothing_changed(options) is not None


def make_earlier(out: Path) -> None:
    """Makes the tree as earlier versions left it: with their own folder in it."""
    state = StateFolder.of(out)
    own = out / ".espalier"
    own.mkdir(mode=0o700)
    state.manifest.rename(own / "record.sqlite")
    (own / "lock").write_text("1234\n")
    shutil.rmtree(state.path)


def test_an_earlier_versions_records_are_moved_out_of_the_tree(rebuild: Rebuild, folder: Path, out: Path) -> None:
    rebuild()
    make_earlier(out)
    (out / ".espalier" / "begun-77").write_text("tom-co-b\n")
    before = {path: (out / path).stat().st_mtime_ns for path in tree(out) if not path.startswith(".espalier")}
    assert up_to_date.nothing_changed(build_options(folder, out)) is None
    replace_in(folder / "members.csv", "I like **tea**", "I love **tea**")
    rebuild()
    assert hidden(out) == set()
    assert StateFolder.of(out).begun() == []
    changed = {path.split("/")[0] for path in tree(out) if before[path] != (out / path).stat().st_mtime_ns}
    assert changed == {"ana"}


def test_an_earlier_versions_running_build_is_waited_for(rebuild: Rebuild, out: Path) -> None:
    rebuild()
    make_earlier(out)
    lock = os.open(out / ".espalier" / "lock", os.O_RDWR)
    try:
        claim._lock(lock, out)
        with pytest.raises(OutputError, match="another build is writing here"):
            rebuild()
    finally:
        os.close(lock)
    assert (out / ".espalier" / "record.sqlite").is_file()


@pytest.mark.parametrize("made_again", [False, True], ids=["removed", "emptied"])
def test_a_tree_that_is_gone_is_built_anew(rebuild: Rebuild, folder: Path, out: Path, made_again: bool) -> None:
    rebuild()
    before = tree(out)
    shutil.rmtree(out)
    if made_again:
        out.mkdir()
    assert up_to_date.nothing_changed(build_options(folder, out)) is None
    rebuild()
    assert tree(out) == before


@pytest.mark.parametrize("gone", ["index.html", "about/index.html", "robots.txt"])
def test_a_file_of_the_company_that_is_gone_is_written_again(
    rebuild: Rebuild, folder: Path, out: Path, gone: str
) -> None:
    rebuild()
    before = tree(out)
    (out / gone).unlink()
    assert up_to_date.nothing_changed(build_options(folder, out)) is None
    rebuild()
    assert tree(out) == before


def test_an_older_tree_that_was_brought_back_is_compared(rebuild: Rebuild, folder: Path, out: Path) -> None:
    rebuild()
    backup = Path(shutil.copytree(out, out.with_name("backup")))
    replace_in(folder / "members.csv", "I like **tea**", "I love **tea**")
    rebuild()
    after = tree(out)
    shutil.rmtree(out)
    backup.rename(out)
    rebuild()
    assert tree(out) == after


def test_a_tree_copied_with_its_records_is_built_on(rebuild: Rebuild, folder: Path, out: Path, tmp_path: Path) -> None:
    rebuild()
    there = tmp_path / "there"
    shutil.copytree(out, there / "out")
    shutil.copytree(StateFolder.of(out).path, there / ".out.espalier")
    assert StateFolder.of(there / "out").is_of(there / "out")
    build(build_options(folder, there / "out"))
    assert tree(there / "out") == tree(out)


def test_files_that_no_build_wrote_are_refused_where_a_tree_was(rebuild: Rebuild, out: Path) -> None:
    rebuild()
    shutil.rmtree(out)
    out.mkdir()
    (out / "thesis.doc").write_text("years of work")
    with pytest.raises(OutputError, match=r"this folder has files that no build wrote: thesis\.doc"):
        rebuild()
    assert names(out) == {"thesis.doc"}


def test_nothing_is_left_where_a_build_was_refused(rebuild: Rebuild, out: Path) -> None:
    out.mkdir()
    (out / "thesis.doc").write_text("years of work")
    with pytest.raises(OutputError, match="no build wrote"):
        rebuild()
    assert not StateFolder.of(out).path.exists()


def test_one_folder_keeps_the_records_of_one_tree(rebuild: Rebuild, folder: Path, out: Path, tmp_path: Path) -> None:
    state = tmp_path / "state"
    rebuild(state=state)
    with pytest.raises(OutputError, match=f"holds the records of another tree, {out}"):
        build(build_options(folder, tmp_path / "other", state=state))
    assert not (tmp_path / "other").exists()
    out.rename(tmp_path / "moved")
    build(build_options(folder, tmp_path / "moved", state=state))


def test_no_folder_is_taken_that_is_not_for_this(rebuild: Rebuild, folder: Path, out: Path, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.doc").write_text("years of work")
    (tmp_path / "file").write_text("")
    wrong = [out, out / "state", out.parent, folder, folder / "pages", folder / "pages" / "en", folder / "photos"]
    for state in (*wrong, tmp_path / "full", tmp_path / "file"):
        before = names(tmp_path)
        with pytest.raises(OutputError, match=r"(?s)build's own files.*--state") as refused:
            rebuild(state=state)
        assert str(state) in str(refused.value)
        assert names(tmp_path) == before


def test_a_forbidden_parent_hints_at_the_option(rebuild: Rebuild, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Path.mkdir

    def mkdir(self: Path, *modes: int, **more: bool) -> None:
        if self == StateFolder.of(out).path:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        real(self, *modes, **more)

    monkeypatch.setattr(Path, "mkdir", mkdir)
    with pytest.raises(OutputError, match=r"cannot write: permission denied\n.*with --state"):
        rebuild()


def test_where_nothing_can_be_renamed_from_beside_pages_are_staged_inside(
    rebuild: Rebuild, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rebuild()
    clean = tree(out)
    shutil.rmtree(out)
    staged: list[Path] = []
    real = output.Output.write_site
    other_disk(monkeypatch, StateFolder.of(out).path)

    def watched(self: output.Output, folder: str, files: list[output.File]) -> bool:
        staged.extend(path for path in out.iterdir() if path.name.startswith("."))
        return real(self, folder, files)

    monkeypatch.setattr(output.Output, "write_site", watched)
    (left := out / claim.STAGED_INSIDE).mkdir(parents=True)  # by a build that was killed
    (left / "12-1").write_text("half a page")
    rebuild()
    assert {path.name for path in staged} == {claim.STAGED_INSIDE}
    assert tree(out) == clean
    assert hidden(out) == set()


def other_disk(monkeypatch: pytest.MonkeyPatch, away: Path) -> None:
    """Makes renames out of a folder fail as between two mounts."""
    real = os.rename

    def rename(source: os.PathLike[str] | str, target: os.PathLike[str] | str, **more: int) -> None:
        inside = [Path(each).is_relative_to(away) for each in (source, target)]
        if inside[0] != inside[1]:
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV), str(source))
        real(source, target, **more)

    monkeypatch.setattr(os, "rename", rename)


def test_a_tree_that_gives_its_group_gives_it_to_new_sites(rebuild: Rebuild, out: Path) -> None:
    out.mkdir()
    out.chmod(0o2755)
    rebuild()
    assert (out / "ana").stat().st_mode & 0o2000
    assert (out / "ana").stat().st_gid == out.stat().st_gid
