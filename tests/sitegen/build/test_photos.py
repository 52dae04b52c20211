"""Photos in a build: scaled once, by all processes, under names that no other bytes ever have."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from sitegen.build import photos_ahead, up_to_date
from sitegen.build.builder import build
from sitegen.build.options import BuildSummary
from sitegen.render import photos
from tests.conftest import build_options, tree

Rebuild = Callable[..., BuildSummary]


@pytest.fixture
def other_pillow(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    def change() -> None:
        monkeypatch.setattr(photos.PIL, "__version__", "99.0.0")
        monkeypatch.setattr("sitegen.site.input_digests.pillow_version", lambda: "99.0.0")
        photos.recipe.cache_clear()

    yield change
    monkeypatch.undo()
    photos.recipe.cache_clear()


def pictures(out: Path) -> set[str]:
    return {path.name for path in (out / "assets" / "photos").iterdir()}


def test_another_pillow_makes_other_names(
    rebuild: Rebuild, folder: Path, out: Path, other_pillow: Callable[[], None]
) -> None:
    rebuild()
    before = pictures(out)
    other_pillow()
    assert up_to_date.nothing_changed(build_options(folder, out)) is None
    rebuild()
    assert before
    assert not pictures(out) & before, "no address that was immutable has other bytes now"
    named = [name for name in pictures(out) if name.encode() in (out / "ana" / "index.html").read_bytes()]
    assert named


def populate(folder: Path, members: int) -> None:
    """Adds members of both languages with a photo each, some of which cannot be read."""
    for number in range(members):
        photo = folder / "photos" / f"n{number}.png"
        Image.new("RGB", (40, 40 + number), (number, 90, 120)).save(photo)
    (folder / "photos" / "n3.png").write_bytes(b"not a picture")
    rows = (
        f"n{number},,Member {number},,n{number}@example.com,,n{number}.png,,,,,m1,{'en' if number % 3 else 'es'},GB,"
        "active,\n"
        for number in range(members)
    )
    with (folder / "members.csv").open("a", encoding="utf-8") as roster:
        roster.writelines(rows)


def test_several_processes_build_the_same_tree(folder: Path, tmp_path: Path) -> None:
    populate(folder, 24)
    alone = build(build_options(folder, tmp_path / "alone", jobs=1))
    shared = build(build_options(folder, tmp_path / "shared", jobs=3))
    assert tree(tmp_path / "shared") == tree(tmp_path / "alone")
    assert (shared.members, shared.pages, shared.written) == (alone.members, alone.pages, alone.written)
    assert [str(fault) for fault in shared.faults] == [str(fault) for fault in alone.faults]
    assert len(alone.faults) == 1


def test_photos_made_ahead_are_taken_and_dropped(
    folder: Path, out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    populate(folder, 6)
    taken = []
    real = photos_ahead.PhotosAhead.files

    def files(self: photos_ahead.PhotosAhead, made: photos.Renditions) -> list[tuple[str, bytes]] | None:
        taken.append(found := real(self, made))
        return found

    def started(self: photos_ahead.PhotosAhead) -> None:
        self._process.join()  # as if the check had taken long enough for all of them

    monkeypatch.setattr(photos_ahead.PhotosAhead, "files", files)
    monkeypatch.setattr(photos_ahead.PhotosAhead, "stop", started)
    alone = "sitegen.processes.process_pool.shared_out"
    monkeypatch.setattr(alone, lambda pieces, jobs, work: map(work, range(pieces)))
    build(build_options(folder, out, jobs=2))
    assert len(taken) == 6
    assert None not in taken
    assert not list(tmp_path.glob("espalier-photos-*"))
    build(build_options(folder, tmp_path / "clean", jobs=1))
    assert tree(out) == tree(tmp_path / "clean")


def test_nothing_is_made_ahead_in_a_later_build(rebuild: Rebuild, folder: Path, out: Path) -> None:
    rebuild()
    options = build_options(folder, out, jobs=2)
    first = photos_ahead.is_first(options)
    with photos_ahead.started(options, object(), is_first=first) as ahead:  # type: ignore[arg-type]
        assert ahead is None
