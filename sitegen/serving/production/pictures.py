"""Members' photos on served pages: a photo's renditions (scaled copies) are made when they are first asked for.

The address of a rendition has a digest of the photo. Which photo that is, is noted in a small file, so that any
process, now or after a restart, can make the rendition.
"""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from sitegen.errors import ContentError
from sitegen.render import photos
from sitegen.render.context import Photo
from sitegen.site.site import Site

_REMEMBERED = 20_000
_PATIENCE = 2.0  # seconds that a request waits for a search


class Pictures:
    """Members' photos, scaled on request. ``made``: the folder of scaled copies and notes, shared by all processes."""

    def __init__(self, site: Site, made: Path) -> None:
        self._photos = site.folder / "photos"
        self._prefix = site.addresses.asset("")
        self._made = made
        (made / "sources").mkdir(parents=True, exist_ok=True)
        self._lock, self._searching, self._searched = threading.Lock(), False, threading.Event()
        self.view = lru_cache(_REMEMBERED)(self._view)

    def _view(self, name: str) -> Photo | None:
        """Returns a photo as templates see it; None if it cannot be read, so that the page is shown without it."""
        try:
            renditions = photos.examine(photos.locate(self._photos, name))
        except ContentError:
            return None
        self._note(renditions.digest, name)
        return renditions.view(self._prefix)

    def rendition(self, path: str) -> tuple[bytes, int] | None:
        """Returns the bytes of a scaled copy and when they were made, in seconds since 1970; None if there is no such.

        ``path`` is relative to the assets folder.
        """
        known = photos.RENDITION.match(path)
        if known is None:
            return None
        file = self._made / path
        try:
            if not file.is_file():
                name = self._source(known[1])
                if name is None:
                    return None
                photos.render(photos.locate(self._photos, name), self._made)
            return file.read_bytes(), int(file.stat().st_mtime)
        except (OSError, ContentError):
            return None

    def _source(self, digest: str) -> str | None:
        """Returns the path of the photo with this digest; None if no photo has it, or the search takes too long."""
        note = self._made / "sources" / digest
        if not note.is_file():
            # The page was made by another machine, perhaps. The search goes on when we stop waiting for it.
            self._search()
            self._searched.wait(_PATIENCE)
        return note.read_text(encoding="utf-8") if note.is_file() else None

    def _search(self) -> None:
        """Starts a thread that notes the digests of all photos, unless it was started before."""
        with self._lock:
            if not self._searching:
                self._searching = True
                threading.Thread(target=self._note_all, name="photos", daemon=True).start()

    def _note_all(self) -> None:
        for path in self._photos.rglob("*"):
            with suppress(ContentError):
                self._note(photos.digest(path), path.relative_to(self._photos).as_posix())
        self._searched.set()

    def _note(self, digest: str, name: str) -> None:
        note = self._made / "sources" / digest
        if not note.is_file():
            growing = note.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
            growing.write_text(name, encoding="utf-8")
            growing.replace(note)
