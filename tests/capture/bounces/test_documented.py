"""The documentation's table of mail systems is what the reader does."""

from __future__ import annotations

from pathlib import Path

from tests.capture.bounces import table


def test_the_table_is_up_to_date() -> None:
    page = Path(__file__).parents[3] / "docs" / "bounces.md"
    assert "\n".join(table.lines()) in page.read_text(encoding="utf-8"), (
        "print it: python -m tests.capture.bounces.table"
    )
