"""Scales photos for a first build while the site is still being checked, so that no processor waits meanwhile.

Nothing is written to the output before the site has been checked: the pictures wait in a temporary folder.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path

from sitegen.build.options import BuildOptions
from sitegen.build.output import File
from sitegen.build.state_folder import EARLIER
from sitegen.errors import ContentError
from sitegen.render import photos
from sitegen.render.photos import Renditions
from sitegen.roster import Roster

_FORK = multiprocessing.get_context("fork")
_MOST = 200  # photos: more than a check leaves time for; 20 MB


class PhotosAhead:
    """The pictures that another process makes ahead, photo by photo; ``started`` starts it."""

    def __init__(self, roster: Roster, source: Path, folder: Path) -> None:
        self._roster = roster
        self._source = source
        self._folder = folder
        self._is_enough = _FORK.Event()
        self._process = _FORK.Process(target=self._run, args=(os.getpid(),), daemon=True)
        self._process.start()

    def files(self, made: Renditions) -> list[File] | None:
        """Returns the pictures of a photo, if they were made ahead: path below the assets folder, and bytes."""
        try:
            return [(name, (self._folder / name).read_bytes()) for name in made.names()]
        except FileNotFoundError:
            return None

    def stop(self) -> None:
        """Waits until the photo that is being scaled is done, and begins no other."""
        self._is_enough.set()
        self._process.join()

    def _run(self, parent: int) -> None:
        # Ctrl-C reaches the whole group; the parent decides.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        for name in islice(self._roster.active_photos(), _MOST):
            if self._is_enough.is_set() or os.getppid() != parent:
                return
            with suppress(ContentError):  # told under the member's name when the build comes to it
                photos.render(photos.locate(self._source, name), self._folder)


def is_first(options: BuildOptions) -> bool:
    """Returns whether a build is the first into its folder."""
    return not options.state_folder.manifest.exists() and not (options.out / EARLIER).exists()


@contextmanager
def started(options: BuildOptions, roster: Roster, *, is_first: bool) -> Iterator[PhotosAhead | None]:
    """Starts to scale active members' photos, in the order of the roster; ends it, and drops them, after the block.

    Yields None in a build that is not the first into its folder (``is_first``), or that may use one process only.
    """
    if options.processes < 2 or not is_first:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="espalier-photos-") as folder:
        ahead = PhotosAhead(roster, options.folder / "photos", Path(folder))
        try:
            yield ahead
        finally:
            ahead.stop()
