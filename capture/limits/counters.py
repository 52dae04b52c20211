"""Counts sign-ups and mails within an hour or a minute, in the database, so that all processes share the counts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Integer, bindparam

from capture.base.prepared import Driver, Insert, Prepared
from capture.models import HourlyCount


def count_up(driver: Driver, since: datetime, subjects: Mapping[str, str], weight: int = 1) -> dict[str, int]:
    """Adds ``weight`` to several counters for the hour or minute that began at ``since``, and returns the new counts.

    ``subjects``: the counters, by what they limit (the scope, such as "network") and for which network, domain and so
    on. The result has the same keys.
    """
    values: dict[str, Any] = {"hour": since, "weight": weight}
    for number, (scope, subject) in enumerate(subjects.items()):
        values |= {f"scope{number}": scope, f"subject{number}": subject}
    return dict(_counting(len(subjects))(driver, **values))


@cache
def _counting(rows: int) -> Prepared:
    """Returns an SQL statement that adds to ``rows`` counters at once, and creates counters that do not exist yet."""

    def make(insert: Insert) -> Any:
        # Values of several rows get no type from their column, and untyped moments would be stored in another form.
        hour: BindParameter[datetime] = bindparam("hour", type_=HourlyCount.hour.type)
        weight: BindParameter[int] = bindparam("weight", type_=Integer)
        keys = [
            {
                "scope": bindparam(f"scope{number}"),
                "subject": bindparam(f"subject{number}"),
                "hour": hour,
                "count": weight,
            }
            for number in range(rows)
        ]
        counted = insert(HourlyCount).values(keys)
        key = ["scope", "subject", "hour"]
        counted = counted.on_conflict_do_update(index_elements=key, set_={"count": HourlyCount.count + weight})
        return counted.returning(HourlyCount.scope, HourlyCount.count)

    return Prepared(make)
