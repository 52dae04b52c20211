"""The preview while its files are wrong: it shows the fault, whatever it is, and recovers by the next good save."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from werkzeug.test import Client
from werkzeug.wrappers import Request

from sitegen.serving import preview as previews
from sitegen.serving.local_server import preview_app
from sitegen.serving.preview import Preview
from sitegen.site.options import SiteOptions
from tests.conftest import TOKEN_KEY, replace_in


@pytest.fixture
def preview(folder: Path) -> Iterator[Preview]:
    with closing(Preview(SiteOptions(folder=folder, token_keys=(TOKEN_KEY,)))) as made:
        yield made


def answer(preview: Preview, path: str = "/about/") -> tuple[int, str]:
    app = preview_app(preview)
    found = Client(lambda environ, start: app(Request(environ))(environ, start)).get(path)
    return found.status_code, found.get_data(as_text=True)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"---\ntitle: About\n\nText", "the front matter has no end"),
        (b"---\ntitle: [\n---\n", "front matter: "),
        (b"---\ntitle: About\n---\n\xff", "not UTF-8 at byte 21"),
        (b"", "no front matter"),
    ],
)
def test_a_broken_page_is_shown_and_recovers(folder: Path, preview: Preview, content: bytes, told: str) -> None:
    about = folder / "pages" / "en" / "about.md"
    good = about.read_bytes()
    assert answer(preview)[0] == 200
    about.write_bytes(content)
    preview.reload()
    status, page = answer(preview)
    assert status == 500
    assert "about.md" in page
    assert told in page
    about.write_bytes(good)
    preview.reload()
    assert answer(preview)[0] == 200


def test_a_bug_does_not_end_the_preview(
    preview: Preview, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def bug(options: SiteOptions) -> None:
        error = KeyError("oh")
        error.add_note("while rendering about.md")
        raise error

    with monkeypatch.context() as patched:
        patched.setattr(previews.sites, "load_by", bug)
        preview.reload()
    status, page = answer(preview)
    assert (status, "while rendering about.md" in page, "KeyError" in page) == (500, True, True)
    assert "Traceback" in capsys.readouterr().err
    preview.reload()
    assert answer(preview)[0] == 200


def test_a_bug_while_rendering_is_shown_with_its_page(
    preview: Preview, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert preview.pages is not None

    def bug(name: str) -> None:
        raise KeyError(name)

    monkeypatch.setattr(preview.pages.snapshot.renderer.environment, "get_template", bug)
    status, page = answer(preview)
    assert status == 500
    assert "pages/en/about.md" in page
    assert "about.md" in capsys.readouterr().err


def test_a_template_that_is_no_text(folder: Path, preview: Preview) -> None:
    theme = folder / "themes" / "own"
    (theme / "templates").mkdir(parents=True)
    (theme / "theme.toml").write_text('name = "own"\ndescription = "x"\nextends = "plain"\n')
    (theme / "templates" / "page.html").write_bytes(b"\n\xff")
    replace_in(folder / "site.toml", 'name = "plain"', 'name = "own"')
    preview.reload()
    status, page = answer(preview)
    assert status == 500
    assert "page.html" in page
    assert "not UTF-8 at byte 1" in page
    replace_in(folder / "site.toml", 'name = "own"', 'name = "plain"')
    preview.reload()
    assert answer(preview)[0] == 200


def test_a_broken_photo_is_told_once_and_costs_the_photo_alone(
    folder: Path, preview: Preview, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "photos" / "ana.png").write_bytes(b"%PDF-1.7")
    preview.reload()
    for _ in range(2):
        status, page = answer(preview, "/ana/")
        assert status == 200
        assert "/photos/" not in page and "<b>AO</b>" in page
    told = capsys.readouterr().err
    assert told.count("not a picture that can be read") == 1
    assert "it is a PDF document" in told
