"""The service's own sentences, a file per language; ``en.toml`` is the measure of what there is."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

FALLBACK = "en"
LOCALES = ("en", "es")
"""Languages the service speaks."""


class Words:
    """The sentences of one language: ``words("email_missing")``; placeholders are filled by name."""

    def __init__(self, locale: str, sentences: dict[str, str]) -> None:
        self.locale = locale
        self._sentences = sentences

    def __call__(self, key: str, **values: object) -> str:
        """The sentence; KeyError for a key that does not exist."""
        sentence = self._sentences[key]
        return sentence.format(**values)

    def keys(self) -> frozenset[str]:
        """All keys of this language."""
        return frozenset(self._sentences)


@cache
def load(locale: str) -> Words:
    """The words of a language the service speaks: what prospects read, and what stands in the office."""
    folder = files("capture.words")
    texts = (folder.joinpath(name).read_text(encoding="utf-8") for name in (f"{locale}.toml", f"office.{locale}.toml"))
    public, office = map(tomllib.loads, texts)
    return Words(locale, {**public, **{f"office_{key}": value for key, value in office.items()}})


def nearest(wanted: Sequence[str]) -> str:
    """The first of these languages that the service speaks, without regard to regions; else English."""
    for code in wanted:
        language = code.replace("_", "-").split("-")[0].lower()
        if language in LOCALES:
            return language
    return FALLBACK
