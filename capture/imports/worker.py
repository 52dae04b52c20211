"""The worker for uploaded lists: makes dry runs and imports in the background, and deletes old files.

Several workers may run, in several processes and on several hosts. If one is killed, another continues its list a
minute later, with the row after the last committed one.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Callable
from datetime import datetime
from uuid import uuid4

from sqlalchemy.orm import Session

from capture.base.db import Database
from capture.base.tokens import Links
from capture.imports import importing, list_file, uploads
from capture.imports.importing import TakenElsewhereError
from capture.imports.lists import LeadList
from capture.imports.uploads import LeaseLostError
from capture.models import Upload

log = logging.getLogger("capture.intake")

EVERY_SECONDS = 2.0
"""Seconds between two checks whether an uploaded list waits."""

BREATH = 0.01
"""Seconds to wait between two batches of an import, so that waiting sign-ups can use the database."""


class _StoppedError(Exception):
    """The worker was told to stop before its list was done."""


class ImportWorker:
    """Processes uploaded lists in the background: dry runs, imports, and deleting old files.

    ``clock``: returns the current moment in UTC.
    """

    def __init__(self, database: Database, links: Links, clock: Callable[[], datetime]) -> None:
        self.owner = f"{socket.gethostname()[:24]}-{os.getpid()}-{uuid4().hex[:8]}"
        self._database = database
        self._links = links
        self._clock = clock
        self._stop = threading.Event()

    def stop(self) -> None:
        """Makes the worker stop after the current batch of rows. May be called from a signal handler."""
        self._stop.set()

    def run(self) -> None:
        """Processes the waiting lists until none is left or ``stop`` is called.

        Raises Unavailable if the database is not available.
        """
        while not self._stop.is_set() and self.step():
            pass

    def step(self) -> bool:
        """Processes one uploaded list. Returns False if none waits.

        Raises Unavailable if the database is not available.
        """
        now = self._clock()
        with self._database.read() as session:
            if not uploads.has_work(session, self.owner, now):
                return False
        with self._database.write() as session:
            if uploads.purge_uploads(session, now):
                log.info("deleted the files of uploaded lists that were not imported in time")
            upload = uploads.lease_upload(session, self.owner, now)
            if upload is None:
                return False
            found = uploads.open_list(upload, list_file.home_region(session, upload.member_id))
            is_over = uploads.is_imported(session, upload)
            session.expunge(upload)
        if found is None:
            return False
        try:
            if upload.state == "checking":
                self._try(upload, found)
            elif is_over:
                self._end(upload)
            else:
                self._take_in(upload, found)
        except _StoppedError:
            with self._database.write() as session:
                uploads.release_lease(session, upload.id, self.owner)
        except (LeaseLostError, TakenElsewhereError) as error:
            log.info("left list %d, which was deleted or has another worker: %s", upload.id, type(error).__name__)
        return True

    def _try(self, upload: Upload, found: LeadList) -> None:
        renewed = self._clock()

        def progress(rows: int) -> None:
            nonlocal renewed
            self._go_on()
            if self._clock() - renewed > uploads.LEASE / 30:
                renewed = self._clock()
                with self._database.write() as session:
                    uploads.renew_lease(session, upload.id, self.owner, renewed, rows)

        totals = importing.try_list(
            self._database, self._links, found, uploads.origin_of(upload), self._clock(), progress
        )
        with self._database.write() as session:
            uploads.finish_trial(session, upload.id, self.owner, totals, uploads.reading(found))
        log.info("dry run of uploaded list %d: %s", upload.id, importing.totals_line(totals))

    def _take_in(self, upload: Upload, found: LeadList) -> None:
        def within(session: Session, provenance_id: int, rows: int) -> None:
            upload.provenance_id = provenance_id
            uploads.renew_lease(session, upload.id, self.owner, self._clock(), rows, provenance_id)

        def progress(rows: int) -> None:
            self._stop.wait(BREATH)
            self._go_on()

        importing.import_list(
            self._database, self._links, found, uploads.origin_of(upload), self._clock, progress, within
        )
        self._end(upload)

    def _end(self, upload: Upload) -> None:
        assert upload.provenance_id is not None
        with self._database.write() as session:
            totals = importing.totals_of(session, upload.provenance_id)
            uploads.finish_import(session, upload.id, self.owner, totals, self._clock())
        log.info("import of uploaded list %d is done: %s", upload.id, importing.totals_line(totals))

    def _go_on(self) -> None:
        if self._stop.is_set():
            raise _StoppedError
