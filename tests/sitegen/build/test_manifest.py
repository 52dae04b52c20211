"""The manifest of a build: forked processes ask it by connections of their own."""

from __future__ import annotations

from pathlib import Path

from sitegen.build.manifest import Manifest
from sitegen.processes import process_pool


def test_a_forked_process_never_touches_the_parents_connection(tmp_path: Path) -> None:
    manifest = Manifest(tmp_path / "record.sqlite")
    manifest.enter_sites([(f"m{number}", b"key", "plan") for number in range(2_000)])
    manifest.enter_photos([("a.jpg", "stamp", "digest", (1, 2))])
    manifest.save()
    parents = manifest._db

    def ask(piece: int) -> tuple[object, object]:
        manifest._db = None  # type: ignore[assignment] # whoever uses it fails
        return manifest.site(f"m{piece}"), manifest.photo("a.jpg")

    found = []
    for made in process_pool.shared_out(200, 2, ask):
        found.append(made)
        # Meanwhile the parent goes on writing, as a build does.
        manifest.enter_sites([(f"n{len(found)}-{number}", b"key", "plan") for number in range(50)])
        manifest.save()
    assert found == [((b"key", "plan"), ("stamp", "digest", (1, 2)))] * 200
    assert manifest._db is parents
    assert parents.execute("pragma integrity_check").fetchone() == ("ok",)
    manifest.close()
