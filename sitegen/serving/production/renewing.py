"""The newest snapshot: looks for saved files, loads them in the background, and puts them in place of the old ones.

Files are looked at as a build does, every second, or less often where that takes long: it never takes more
than a twentieth of a processor. What is broken is told once, by one process, and the old snapshot stays.
"""

from __future__ import annotations

import hashlib
import logging
import threading
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter

from sitegen.campaigns.placements import Placements
from sitegen.check import people
from sitegen.errors import EspalierError, OutputError
from sitegen.render.renderer import Renderer
from sitegen.render.resolver import Resolver
from sitegen.roster.lookup import IndexLookup, Lookup, Unavailable
from sitegen.roster.removal import Guard
from sitegen.serving.production.change_times import ChangeTimes, locked
from sitegen.serving.production.served_files import ServedFiles
from sitegen.serving.snapshot import Snapshot
from sitegen.site import input_digests
from sitegen.site import site as sites
from sitegen.site.input_digests import InputDigests
from sitegen.site.options import SiteOptions
from sitegen.site.site import Site
from sitegen.token import TokenSigner

PAUSE = 1.0
"""Seconds between two looks."""

_SETTLED = 0.3  # seconds without another save, so that a publication of many files is read once
_ROSTER_SETTLED = 2.0  # seconds for a roster, which other programs may write piece by piece
_SHARE = 20

_log = logging.getLogger("sitegen.production")


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeOptions(SiteOptions):
    """Which site to serve, and how. ``instance``: the folder for the roster's index and what is made on request;
    ``roster_url``: a database that holds the roster, instead of the site's own file; ``threads``: of each process;
    ``remove_up_to``: how many members a new roster may take from the web; None: few."""

    instance: Path
    roster_url: str | None = None
    threads: int = 4
    remove_up_to: int | None = None


class SnapshotRenewer:
    """Holds the files of the newest snapshot. Made before the processes fork; each of them then calls ``start``."""

    def __init__(self, options: ServeOptions) -> None:
        self._options = options
        self._made = options.instance / "serving"
        try:
            self._made.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(f"{self._made}: cannot be made: {error.strerror}") from error
        self._times = ChangeTimes(self._made / "since.json")
        self._rules = ""
        self._cost = 0.0  # seconds that the last look took
        site = self._site()
        self._inputs = self._look(site)
        self.files = self._load(site, self._inputs, None)

    @property
    def _snapshot(self) -> Snapshot:
        return self.files.snapshot

    def start(self) -> None:
        """Begins to look for changes, in a thread of this process."""
        threading.Thread(target=self._run, name="renewing", daemon=True).start()

    def renew(self) -> bool:
        """Looks once; True when there is a new snapshot."""
        started = perf_counter()
        now = self._look(self._snapshot.site)
        self._cost = perf_counter() - started
        try:
            self._snapshot.lookup.refresh()
        except Unavailable as error:
            self._tell(logging.WARNING, now, "%s", error)
        if now == self._inputs:
            return False
        before = self._inputs
        pause = _SETTLED if now.roster == before.roster else _ROSTER_SETTLED
        while threading.Event().wait(pause) or now != (again := self._look(self._snapshot.site)):
            now = again
            pause = _SETTLED if now.roster == before.roster else _ROSTER_SETTLED
        try:
            files = self._renewed(now, before)
        except EspalierError as error:
            if self._options.roster_url is None:
                self._inputs = now
            else:  # the next look tries again, since what is missing may come by the database
                self._cost = perf_counter() - started
            self._tell(
                logging.WARNING,
                now,
                "the site as saved now cannot be shown; visitors still get the site as it was\n%s",
                error,
            )
            return False
        except Exception:  # the next look tries again, and not sooner than so much work allows
            self._cost = perf_counter() - started
            raise
        site = files.snapshot.site
        self._inputs = now if site.theme.folders == self._snapshot.site.theme.folders else self._look(site)
        self.files = files
        self._tell(logging.INFO, now, "%s: changes are live", site.folder)
        return True

    def _renewed(self, now: InputDigests, before: InputDigests) -> ServedFiles:
        """The site's files as they are now; where only campaigns changed, all else stays."""
        if replace(now, campaigns=before.campaigns) != before:
            return self._load(self._site(), now, before)
        with locked(self._made / "loading.lock"):
            placements, since = self._placements(self._snapshot.site, self._snapshot.lookup, now)
            return self.files.with_placements(placements, since)

    def _run(self) -> None:
        pause = 0.0  # a process that was started late begins with an old snapshot
        while not threading.Event().wait(pause):
            try:
                self.renew()
            except Exception:  # noqa: BLE001 - the next look may go well; without this thread nothing would ever change again
                _log.exception("a bug kept changes from being loaded; visitors still get the site as it was")
            pause = max(PAUSE, _SHARE * self._cost)

    def _site(self) -> Site:
        return sites.load_by(self._options)

    def _look(self, site: Site) -> InputDigests:
        return input_digests.read(self._options, site.settings.roster_path, site.theme.folders)

    def _load(self, site: Site, now: InputDigests, before: InputDigests | None) -> ServedFiles:
        signer = TokenSigner(self._options.token_keys)
        with locked(self._made / "loading.lock"):  # the index of a changed roster is made once, not by every process
            since = self._times.since({"members": now.members}, [site.settings.roster_path, site.folder / "photos"])
            lookup, rules = self._lookup(site, now, before, since["members"])
            placements, campaigns_since = self._placements(site, lookup, now)
        files = ServedFiles(
            Snapshot(Resolver(Renderer(site, signer)), lookup, placements),
            signer,
            self._made,
            self._times,
            members_since=since["members"],
            campaigns_since=campaigns_since,
        )
        self._rules = rules
        return files

    def _lookup(self, site: Site, now: InputDigests, before: InputDigests | None, since: int) -> tuple[Lookup, str]:
        rules = repr((site.settings.roster_path, site.roster_rules))
        if before is not None and before.members == now.members and rules == self._rules:
            return self._snapshot.lookup, rules
        if self._options.roster_url is not None:
            from sitegen.roster import postgres

            return postgres.PostgresLookup(self._options.roster_url, postgres.rules(site.roster_rules)), rules
        frozen = site.addresses_path.is_file()  # a server gives no address that others would not know
        guard = Guard(self._options.remove_up_to)
        roster = people.roster(site, self._options.instance / "roster.sqlite", frozen=frozen, guard=guard)
        if faults := roster.faults:
            report = "\n".join(map(str, faults))
            self._tell(logging.WARNING, now, "the roster has faults; what cannot be read is as it was\n%s", report)
        return IndexLookup(roster, since, threads=self._options.threads), rules

    def _placements(self, site: Site, lookup: Lookup, now: InputDigests) -> tuple[Placements, int]:
        """The campaigns, and when they last changed. Whether their members exist is looked at where the roster is the
        site's own file."""
        since = self._times.since({"campaigns": now.campaigns}, [site.campaigns_path])
        roster = lookup.roster if isinstance(lookup, IndexLookup) else None
        return people.campaigns(site, roster, self._made / "campaigns.sqlite"), since["campaigns"]

    def _tell(self, level: int, now: InputDigests, message: str, *values: object) -> None:
        """Logs a message at a level, unless another process has logged the same message about the same files."""
        key = hashlib.sha256(repr((now, message, str(values[-1]))).encode()).hexdigest()
        with locked(self._made / "told.lock"):
            told = self._made / "told"
            if told.is_file() and told.read_text(encoding="utf-8") == key:
                return
            told.write_text(key, encoding="utf-8")
        _log.log(level, message, *values)
