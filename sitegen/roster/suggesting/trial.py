"""Reads an export as it was proposed, and tells how much of it can be read."""

from __future__ import annotations

from collections import Counter

from sitegen.roster.exported import records
from sitegen.roster.faults import FaultLog
from sitegen.roster.fields import REQUIRED, RowFields
from sitegen.roster.reading import Broken, Source
from sitegen.roster.suggesting.suggestion import Suggestion
from sitegen.roster.values import Rules


def tell(found: Suggestion, locales: frozenset[str]) -> None:
    """Adds to a proposal how many rows it reads, and what it leaves out of them."""
    if not set(REQUIRED) <= found.columns.keys():
        return
    rules = Rules(locales, frozenset(), None, found.mapping())
    log = FaultLog(found.path)
    fields = RowFields(rules)
    rows, without, left_out = 0, 0, Counter[str]()
    try:
        with found.path.open("rb") as file:
            for _, values, whole in records(found.path, Source(file, log, foreign=True), log, rules.mapping):
                row, problems = fields.read(values)
                rows += row is not None and whole
                without += row is not None and row.email is None
                left_out.update(message.split(" ", 1)[0] for message, _ in problems)
    except Broken:
        found.notes += [f"not all of it can be read yet: {fault.message}" for fault in log.first(3)]
        return
    addresses = f"; {without:,} of them have no e-mail address" if without else ""
    found.notes.append(f"with this, {rows:,} of {found.rows:,} rows can be read{addresses}")
    counted = [f"{name} of {count:,}" for name, count in sorted(left_out.items())]
    if counted:
        found.notes.append(f"what cannot be read yet: {', '.join(counted)}; `sitegen check` names each")
