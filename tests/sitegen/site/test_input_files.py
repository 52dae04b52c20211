"""What a foreign reader raises at an input file is a fault with that file."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from sitegen.cli import main
from sitegen.errors import ConfigError, ContentError, EspalierError, Fault
from sitegen.render.renderer import Renderer
from sitegen.site import site as sites
from sitegen.site.input_files import reading, text_of
from sitegen.token import TokenSigner

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


@pytest.mark.parametrize("place", ["site.toml", "themes/plain/theme.toml", "themes/plain/strings/en.toml"])
def test_tables_that_are_nested_too_deep(folder: Path, place: str) -> None:
    (folder / place).write_text(f"x = {'[' * 5000}{']' * 5000}\n")
    with pytest.raises(EspalierError) as caught:
        sites.load(folder)
    assert f"{folder / place}: nested too deep to be read" in map(str, caught.value.faults)


def test_jinja_that_is_nested_too_deep(folder: Path) -> None:
    with (folder / "pages" / "en" / "about.md").open("a") as page:
        page.write(f"\n{{{{ {'(' * 5000}1{')' * 5000} }}}}\n")
    found = CliRunner().invoke(main, ["check", str(folder)])
    assert (found.exit_code, found.stderr) == (1, f"{folder}/pages/en/about.md: nested too deep to be read\n")


def test_a_bug_names_the_page_it_was_at(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Renderer.__init__

    def with_a_bug(renderer: Renderer, site: sites.Site, signer: TokenSigner) -> None:
        made(renderer, site, signer)
        monkeypatch.setattr(renderer.environment, "get_template", {}.__getitem__)

    monkeypatch.setattr(Renderer, "__init__", with_a_bug)
    found = CliRunner().invoke(main, ["check", str(folder)])
    assert isinstance(found.exception, KeyError), "a bug keeps its traceback, which ends with the note"
    (note,) = found.exception.__notes__
    assert note.startswith(f"while rendering {folder}/pages/en/")
