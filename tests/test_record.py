"""The record of a build: forked processes ask it by connections of their own."""

from __future__ import annotations

from pathlib import Path

from sitegen.build import process_pool
from sitegen.build.manifest import Record


def test_a_forked_process_never_touches_the_parents_connection(tmp_path: Path) -> None:
    record = Record(tmp_path / "record.sqlite")
    record.enter_sites([(f"m{number}", b"key", "plan") for number in range(2_000)])
    record.enter_photos([("a.jpg", "stamp", "digest", (1, 2))])
    record.save()
    parents = record._db

    def ask(piece: int) -> tuple[object, object]:
        record._db = None  # type: ignore[assignment] # whoever uses it fails
        return record.site(f"m{piece}"), record.photo("a.jpg")

    found = []
    for made in process_pool.shared_out(200, 2, ask):
        found.append(made)
        # Meanwhile the parent goes on writing, as a build does.
        record.enter_sites([(f"n{len(found)}-{number}", b"key", "plan") for number in range(50)])
        record.save()
    assert found == [((b"key", "plan"), ("stamp", "digest", (1, 2)))] * 200
    assert record._db is parents
    assert parents.execute("pragma integrity_check").fetchone() == ("ok",)
    record.close()
