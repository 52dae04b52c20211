"""Counts within an hour: every statement stores the hour in the same form."""

from __future__ import annotations

from sqlalchemy import select, text

from capture.base.prepared import Driver
from capture.limits.counters import count_up
from capture.models import HourlyCount


def test_the_hour_is_stored_as_every_other_moment(database, clock):
    hour = clock.now.replace(minute=0, second=0, microsecond=0)
    for expected in (1, 2):
        with database.write() as session:
            assert count_up(Driver.of(session), hour, {"network": "n", "total": ""}) == {
                "network": expected,
                "total": expected,
            }
    with database.write() as session:
        session.add(HourlyCount(scope="by the models", subject="", hour=hour, count=1))
    with database.read() as session:
        assert len(set(session.scalars(text("SELECT hour FROM tally")))) == 1
        assert set(session.scalars(select(HourlyCount.hour))) == {hour}
