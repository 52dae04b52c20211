"""Measures how long importing a list of people takes: rows a second, and the seconds for 100,000 rows.

    python -m benchmarks.importing [--rows 100000] [--turns 3] [--postgresql]

The rows are random, the same each time, and like real lists: most people are new, some are leads already, some want no
more contact, some are on the list twice, and some rows have no valid address. The whole command is timed, in a process
of its own, from its start to its end, on a database with members, leads and people who left.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from time import perf_counter

from sqlalchemy import insert

from benchmarks import office
from benchmarks.report import machine
from capture.base.db import Database
from capture.base.tokens import Links
from capture.imports.importing import OUTCOMES
from capture.models import Lead, Slug, Suppression
from tests.capture import databases

BAR = 60.0
"""The most seconds that 100,000 rows may take on SQLite."""

KEY = office.KEY
HEADER = ("Name", "Surname", "E-Mail", "Telephone", "Town", "Interest", "Seen at")
LEADS, MEMBERS = 20_000, 1_000

_NAMES = ("Ana", "Bo", "Cian", "Dervla", "Eoin", "Fionn", "Graça", "Hélène", "Iñigo", "João", "Kaja", "Łucja", "María")
_FAMILIES = ("Byrne", "Costa", "Doyle", "Estévez", "Ferrari", "García", "Hughes", "Ibáñez", "Jensen", "Kowalska")
_TOWNS = ('Cork, "the rebel"', "Galway", "Vigo", "Porto", "Łódź", "Graz; old town", "Århus")
_WRONG = ("", "n/a", "anna.at.example.com", "two@@example.com", "no domain@", "pat\u202e@example.com", "x@nodot")


def main() -> None:
    """Runs the benchmark and prints its figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--postgresql", action="store_true", help="into PostgreSQL instead of SQLite")
    options = parser.parse_args()
    _say(machine(os.getloadavg()[0]))
    seconds = [_turn(options.rows, postgresql=options.postgresql) for _ in range(options.turns)]
    middle = statistics.median(seconds)
    hundred = middle * 100_000 / options.rows
    kind = "PostgreSQL" if options.postgresql else "SQLite"
    _say(f"{kind}: {options.rows:,} rows in {middle:.1f} s ({min(seconds):.1f}-{max(seconds):.1f})")
    _say(f"{options.rows / middle:,.0f} rows a second, {hundred:.1f} s for 100,000; the bar is {BAR:.0f} s on SQLite")


def rows(count: int) -> Iterator[tuple[str, ...]]:
    """Yields ``count`` rows of a list of people: always the same rows for the same count."""
    luck = random.Random(5)
    for number in range(count):
        name, family, chance = luck.choice(_NAMES), luck.choice(_FAMILIES), luck.random()
        if chance < 0.05:  # a lead that ``fill`` made
            address = f"known.{luck.randrange(LEADS)}@example.org"
        elif chance < 0.07:
            address = f"left.{luck.randrange(LEADS)}@example.org"
        elif chance < 0.10:
            address = luck.choice(_WRONG)
        elif chance < 0.13:
            address = f"anna.{luck.randrange(max(1, number))}@mail{luck.randrange(9)}.example.net"
        else:
            address = f"anna.{number}@Mail{number % 9}.example.net" if chance < 0.5 else f"p{number}@d{number % 997}.eu"
        phone = (f"+353 87 {1_000_000 + number}", f"087-{1_000_000 + number}", "", "ask her")[min(3, luck.randrange(6))]
        interest = luck.choice(("products", "opportunity", "both", "Candles", ""))
        yield name, family, address, phone, luck.choice(_TOWNS), interest, f"2026-0{luck.randrange(1, 10)}-12"


def write(path: Path, count: int) -> None:
    """Writes a list of people with ``count`` rows as a CSV file."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerows(rows(count))


def fill(database: Database) -> None:
    """Fills a database with members, with leads (some of whom are on the list), and with people who left."""
    office.fill(database, LEADS, MEMBERS)
    if not database.is_sqlite:
        with database.writing() as connection:
            for table in ("lead", "provenance"):  # its rows come with their numbers
                found = f"pg_get_serial_sequence('{table}', 'id')"
                connection.exec_driver_sql(f"SELECT setval({found}, (SELECT max(id) FROM {table}))")
    links = Links([KEY])
    common = {"reason": "unsubscribed", "at": office.NOW}
    left = (f"left.{number}@example.org" for number in range(LEADS))
    known = {"member_id": "m-7", "interest": "both", "locale": "en", "created_at": office.NOW, "known_at": office.NOW}
    leads = [
        {"email": f"known.{number}@example.org", "handle": f"k{number:031x}", "mark": f"k{number:063x}", **known}
        for number in range(LEADS)
    ]
    with database.write() as session:
        session.add(Slug(slug="m0", member_id="m-0"))
        session.execute(insert(Lead), leads)
        session.execute(insert(Suppression), [{"email_hash": links.email_hash(each), **common} for each in left])


def _turn(count: int, *, postgresql: bool) -> float:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        if postgresql:
            server = stack.enter_context(databases.running(durable=True))
            url = server.url(server.create())
        else:
            url = f"sqlite:///{folder / 'capture.sqlite'}"
        database = Database(url)
        database.migrate()
        fill(database)
        database.engine.dispose()
        write(folder / "list.csv", count)
        command = [sys.executable, "-m", "capture", "import", str(folder / "list.csv"), "--member", "m0", "--json"]
        secrets = {"ESPALIER_TOKEN_KEY": KEY, "ESPALIER_SECRET_KEY": KEY, "ESPALIER_DATABASE_URL": url}
        started, worked = perf_counter(), _worked()
        done = subprocess.run(command, env={**os.environ, **secrets}, stdout=subprocess.PIPE, text=True, check=True)
        seconds, worked = perf_counter() - started, _worked() - worked
        told = json.loads(done.stdout)
        assert told["rows"] == count == sum(told[name] for name in OUTCOMES)
        outcomes = ", ".join(f"{told[name]} {name}" for name in OUTCOMES)
        _say(f"  {seconds:.1f} s, of which the command worked {worked:.1f} s: {outcomes}")
        return seconds


def _worked() -> float:
    """Returns the seconds of processor time that the commands have used so far, since the clock misleads on a busy
    machine."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
