"""What can be told about the themes from their files alone; how pages look and behave is seen in a browser."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

THEMES = Path(__file__).parents[2] / "themes"
NAMES = sorted(folder.name for folder in THEMES.iterdir() if (folder / "theme.toml").is_file())
LONGEST_SCRIPT = 100  # lines


def _texts(theme: str, pattern: str) -> dict[str, str]:
    folder = THEMES / theme
    return {str(path.relative_to(folder)): path.read_text("utf-8") for path in sorted(folder.rglob(pattern))}


def _strings(theme: str) -> dict[str, dict[str, str]]:
    return {Path(name).stem: tomllib.loads(text) for name, text in _texts(theme, "strings/*.toml").items()}


def _placeholders(text: str) -> list[str]:
    return sorted(re.findall(r"%\((\w+)\)s", text))


@pytest.mark.parametrize("theme", NAMES)
def test_every_language_has_the_same_words(theme: str) -> None:
    english, *others = sorted(_strings(theme).items(), key=lambda item: item[0] != "en")
    for _, words in others:
        assert set(words) == set(english[1])
        for key, text in words.items():
            assert _placeholders(text) == _placeholders(english[1][key]), key


def test_every_word_is_used_and_every_used_word_exists() -> None:
    templates = "\n".join(text for theme in NAMES for text in _texts(theme, "*.html").values())
    used = set(re.findall(r"\bt\.(\w+)", templates))
    assert used == set(_strings("almanac")["en"])


@pytest.mark.parametrize("theme", NAMES)
def test_a_strict_content_security_policy_is_possible(theme: str) -> None:
    for name, text in _texts(theme, "*.html").items():
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=", text), name
        scripts = re.findall(r"<script[^>]*>", text)
        assert all("src=" in tag or "application/ld+json" in tag for tag in scripts), name


@pytest.mark.parametrize("theme", NAMES)
def test_nothing_comes_from_elsewhere(theme: str) -> None:
    for name, text in {**_texts(theme, "*.css*"), **_texts(theme, "*.js")}.items():
        assert not re.search(r"https?://|@import|//[a-z]+\.[a-z]{2,}", text), name


@pytest.mark.parametrize("theme", NAMES)
def test_physical_directions_stay_out_of_style_sheets(theme: str) -> None:
    physical = re.compile(r"(?:margin|padding|border)-(?:left|right)\b|(?<![-\w])(?:left|right):|float:\s*(?:left|r)")
    for name, text in _texts(theme, "*.css").items():
        assert not physical.search(text), name


@pytest.mark.parametrize("theme", NAMES)
def test_scripts_stay_small(theme: str) -> None:
    for name, text in _texts(theme, "*.js").items():
        assert text.count("\n") < LONGEST_SCRIPT, name


def test_the_readme_names_every_setting_and_template() -> None:
    readme = (THEMES / "almanac" / "README.md").read_text("utf-8")
    settings = tomllib.loads((THEMES / "almanac" / "theme.toml").read_text("utf-8"))["settings"]
    assert [name for name in settings if f"`{name}`" not in readme] == []
    templates = [path.name for path in (THEMES / "almanac" / "templates").glob("*.html")]
    assert [name for name in templates if f"`{name}`" not in readme] == []
