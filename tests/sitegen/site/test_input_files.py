"""What a foreign reader raises at an input file is a fault with that file."""

from __future__ import annotations

from pathlib import Path

import pytest

from sitegen.errors import ConfigError, ContentError, Fault
from sitegen.site.input_files import reading, text_of

FILE = Path("faq.md")


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ValueError("odd"), "faq.md: cannot be read: ValueError: odd"),
        (RecursionError("deep"), "faq.md: nested too deep to be read"),
        (PermissionError(13, "Permission denied"), "faq.md: cannot be read: Permission denied"),
        (AssertionError(), "faq.md: cannot be read: AssertionError: "),
        (MemoryError(), "faq.md: cannot be read: MemoryError: "),
    ],
)
def test_foreign_exceptions(error: Exception, told: str) -> None:
    with pytest.raises(ConfigError) as caught, reading(FILE, ConfigError):
        raise error
    assert str(caught.value).partition("\n")[0] == told
    assert caught.value.__cause__ is error


def test_faults_of_our_own_pass_unchanged() -> None:
    own = ContentError(Fault("told already", where="home.md"))
    with pytest.raises(ContentError) as caught, reading(FILE, ConfigError):
        raise own
    assert caught.value is own


def test_a_text_that_is_none(tmp_path: Path) -> None:
    path = tmp_path / "faq.md"
    path.write_bytes(b"a\nb\xff")
    with pytest.raises(ContentError, match=r"faq\.md:2: not UTF-8 at byte 3"):
        text_of(path)
    with pytest.raises(ContentError, match="cannot be read: Is a directory"):
        text_of(tmp_path)
    path.write_bytes(b"\xef\xbb\xbfa\r\nb\rc")
    assert text_of(path) == "a\nb\nc"
