"""Checks a site's pages beside other work: for a large roster in a process of its own, which begins with the company's
pages while the roster is still being read."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Protocol

from sitegen.check.rendering import Pages
from sitegen.errors import EspalierError, Fault
from sitegen.processes import process_pool
from sitegen.processes.process_pool import PoolError
from sitegen.render.renderer import Renderer
from sitegen.roster import Roster, survey
from sitegen.site.site import Site
from sitegen.token import TokenSigner

_NICENESS = 10
"""How far a process that renders stands back: everything waits for those that read the roster, not for it."""


class PagesCheck(Protocol):
    """A check of a site's pages that has begun."""

    def go_on(self, members: Roster) -> None:
        """Goes on with the pages of sample members, such as one without an e-mail address."""

    def finish(self) -> None:
        """Waits until all pages are checked. Raises EspalierError with every fault of them."""


@contextmanager
def begun(site: Site, signer: TokenSigner, *, apart: bool) -> Iterator[PagesCheck]:
    """Begins to check a site's pages, and ends it after the block. ``apart``: in a process of its own."""
    if not apart:
        yield _Here(Pages(site, Renderer(site, signer)))
        return
    receiver, sender = multiprocessing.Pipe(duplex=False)

    def work(_: int) -> None:
        sender.close()  # else the end of the parent would never show
        os.nice(_NICENESS)
        pages = Pages(site, Renderer(site, signer))
        try:
            members = receiver.recv()
        except EOFError:  # the parent is gone
            return
        pages.check(members, survey.unreached(members))

    with receiver, sender, process_pool.at_work(1, 1, work) as done:
        yield _Apart(sender, done)


class _Here:
    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    def go_on(self, members: Roster) -> None:
        self._members = members

    def finish(self) -> None:
        self._pages.check(self._members, survey.unreached(self._members))


class _Apart:
    def __init__(self, sender: Connection, done: Iterator[None]) -> None:
        self._sender = sender
        self._done = done

    def go_on(self, members: Roster) -> None:
        with _told():
            self._sender.send(members)

    def finish(self) -> None:
        with _told():
            list(self._done)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except (PoolError, OSError) as error:
        raise EspalierError(Fault(f"the pages cannot be checked: {error}")) from error
