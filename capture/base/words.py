"""The service's own sentences: each room has a file per language, ``words/en.toml`` and so on, in its folder.

English is the reference: a test compares the other languages with it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

FALLBACK = "en"
LOCALES = ("en", "es")
"""The languages of the service's pages and mails."""


class Words:
    """The service's sentences in one language. A sentence is got by its key: ``words("email_missing")``; placeholders
    are filled in by name."""

    def __init__(self, locale: str, sentences: dict[str, str]) -> None:
        self.locale = locale
        self._sentences = sentences

    def __call__(self, key: str, **values: object) -> str:
        """Returns the sentence with this key, its placeholders filled in. Raises KeyError for an unknown key."""
        sentence = self._sentences[key]
        return sentence.format(**values)

    def keys(self) -> frozenset[str]:
        """Returns the keys of all sentences in this language."""
        return frozenset(self._sentences)


@cache
def load(locale: str) -> Words:
    """Returns the sentences of a language from all rooms together. Raises ValueError if two rooms share a key."""
    sentences: dict[str, str] = {}
    for file in word_files(locale):
        found = tomllib.loads(file.read_text(encoding="utf-8"))
        if doubled := sentences.keys() & found.keys():
            raise ValueError(f"{file}: keys that another room has, too: {', '.join(sorted(doubled))}")
        sentences |= found
    return Words(locale, sentences)


def word_files(locale: str) -> Iterator[Traversable]:
    """Yields the file of sentences in this language from each room that has one."""
    for room in sorted(files("capture").iterdir(), key=lambda each: each.name):
        file = room.joinpath("words", f"{locale}.toml")
        if room.is_dir() and file.is_file():
            yield file


def nearest(wanted: Sequence[str]) -> str:
    """Returns the first of these languages that the service has sentences in, else English. Regions do not count:
    "es-MX" gives Spanish."""
    for code in wanted:
        language = code.replace("_", "-").split("-")[0].lower()
        if language in LOCALES:
            return language
    return FALLBACK
