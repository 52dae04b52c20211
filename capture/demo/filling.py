"""Adds the sample data (an invented quarter of leads and campaigns) to the demo's database, once, and shows the
progress."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn
from sqlalchemy import func, select

from capture.base.db import Database
from capture.base.feature import Feature
from capture.base.tokens import Links
from capture.company import hosts
from capture.demo import parts
from capture.demo.quarter import story
from capture.demo.quarter.world import DAYS
from capture.demo.terminal import say
from capture.models import Campaign, Lead
from capture.settings import Settings


def fill(settings: Settings, features: Sequence[Feature], console: Console, *, empty: bool) -> bool:
    """Adds an invented quarter of leads and campaigns to the demo's database if there is no lead yet, and a first staff
    member if there is none.

    ``empty``: adds only the staff member. Returns True if the quarter was added. Raises Unavailable if the database
    cannot be used.
    """
    database = Database(settings.database_url)
    now = datetime.now(UTC)
    try:
        wanted = not empty and not story.has_leads(database)
        if wanted:
            _tell(database, features, Links(settings.secret_keys), now, console)
        elif not empty:
            say(console, "there are leads here already, so no invented quarter was added")
        with database.write() as session:
            parts.ensure_staff(session, hosts.get_company(session), now)
    finally:
        database.engine.dispose()
    return wanted


def _tell(database: Database, features: Sequence[Feature], links: Links, now: datetime, console: Console) -> None:
    started = time.monotonic()
    with _bar(console) as progress:
        story.tell(database, features, links, now, progress)
    with database.read() as session:
        leads = session.scalar(select(func.count()).where(Lead.known_at.is_not(None)))
        campaigns = session.scalar(select(func.count()).select_from(Campaign))
    took = time.monotonic() - started
    say(console, f"an invented quarter: {leads} leads, {campaigns} campaigns, in {took:.1f} s (--empty leaves it out)")


@contextmanager
def _bar(console: Console) -> Iterator[Callable[[int], None]]:
    """Yields a function to call with the number of days done, which draws a progress bar if ``console`` is a
    terminal."""
    if not console.is_terminal:
        yield lambda days: None
        return
    columns = (TextColumn("an invented quarter"), BarColumn(), TextColumn("day {task.completed} of {task.total}"))
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("days", total=DAYS)
        yield lambda days: bar.update(task, completed=days)
