"""Building as a whole: what is written, what is left alone, what goes."""

from __future__ import annotations

import errno
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from sitegen.build import output
from sitegen.build.builder import build
from sitegen.build.options import BuildSummary, Compression
from sitegen.errors import EspalierError, OutputError
from tests.conftest import build_options, replace_in, tree

Rebuild = Callable[..., BuildSummary]


def test_each_active_member_has_a_site_and_no_inactive_one(rebuild: Rebuild, out: Path) -> None:
    summary = rebuild()
    assert summary.members == 3
    assert {path.name for path in out.iterdir() if (path / "contact.vcf").is_file()} == {
        "ana",
        "tom-co-b",
        "wang-xiao-ming",
    }
    assert not (out / "gone").exists()


def test_a_second_build_writes_nothing(rebuild: Rebuild, out: Path) -> None:
    first = rebuild()
    before = {path: (out / path).stat().st_mtime_ns for path in tree(out)}
    second = rebuild()
    assert (second.written, second.removed, second.bytes_written) == (0, 0, 0)
    assert second.unchanged == first.written - 3, "the renditions of a photo count when they are made"
    assert {path: (out / path).stat().st_mtime_ns for path in tree(out)} == before


def test_a_fresh_build_compares_every_file(rebuild: Rebuild, out: Path) -> None:
    rebuild()
    page = out / "ana" / "index.html"
    right = page.read_bytes()
    page.write_bytes(b"changed by hand")
    assert rebuild().written == 0
    assert rebuild(fresh=True).written == 1
    assert page.read_bytes() == right


def test_a_changed_story_rewrites_that_members_pages_only(rebuild: Rebuild, folder: Path, out: Path) -> None:
    rebuild()
    before = tree(out)
    replace_in(folder / "members.csv", "I like **tea**", "I love **tea**")
    rebuild()
    changed = {path for path, content in tree(out).items() if before[path] != content}
    assert changed
    assert all(path.startswith("ana/") for path in changed)


def test_a_changed_text_rewrites_that_page_for_everyone(rebuild: Rebuild, folder: Path, out: Path) -> None:
    rebuild()
    before = tree(out)
    replace_in(folder / "pages" / "en" / "about.md", "## More", "## Much more")
    rebuild()
    changed = {path for path, content in tree(out).items() if before[path] != content}
    assert changed == {
        "about/index.html",
        "ana/en/about/index.html",
        "tom-co-b/about/index.html",
        "wang-xiao-ming/about/index.html",
    }


def test_a_page_that_no_longer_exists_is_removed_everywhere(rebuild: Rebuild, folder: Path, out: Path) -> None:
    rebuild()
    (folder / "pages" / "en" / "about.md").unlink()
    replace_in(folder / "pages" / "en" / "home.md", "See [about](page:about#more).", "")
    replace_in(folder / "pages" / "en" / "home.md", "See [about](page:about).", "")
    summary = rebuild()
    assert summary.removed == 4
    assert not list(out.rglob("about"))
    assert (out / "ana" / "quienes-somos" / "index.html").is_file()


def test_a_deactivated_members_site_is_gone_as_a_whole(rebuild: Rebuild, folder: Path, out: Path) -> None:
    rebuild()
    replace_in(folder / "members.csv", "m1,en,GB,active,", "m1,en,GB,inactive,")
    rebuild()
    assert not (out / "tom-co-b").exists()
    replace_in(folder / "members.csv", "m1,en,GB,inactive,\n", "m1,en,GB,active,\n")
    rebuild()
    assert (out / "tom-co-b" / "index.html").is_file()


def test_a_changed_slug_moves_the_site(rebuild: Rebuild, folder: Path, out: Path) -> None:
    rebuild()
    replace_in(folder / "members.csv", "m1,ana,", "m1,anita,")
    rebuild()
    page = (out / "ana" / "quienes-somos" / "index.html").read_text(encoding="utf-8")
    assert '<link rel="canonical" href="https://potandkettle.example/anita/quienes-somos/">' in page, (
        "printed codes lead on"
    )
    assert not (out / "ana" / "contact.vcf").exists()
    assert b"/anita/" in (out / "tom-co-b" / "index.html").read_bytes(), "the sponsor's address follows"


def test_files_of_others_in_the_folder_are_left_alone(rebuild: Rebuild, folder: Path, out: Path) -> None:
    rebuild()
    (out / "google1234.html").write_text("mine", encoding="utf-8")
    (out / "ana" / "note.txt").write_text("mine", encoding="utf-8")
    replace_in(folder / "members.csv", ",es,ES,active,", ",es,ES,inactive,")
    rebuild()
    assert (out / "google1234.html").read_text(encoding="utf-8") == "mine"
    assert tree(out / "ana") == {"note.txt": b"mine"}


def test_inputs_are_never_touched(rebuild: Rebuild, folder: Path) -> None:
    before = tree(folder)
    rebuild()
    assert tree(folder) == before


@pytest.mark.parametrize("survived", range(4))
def test_a_cut_off_build_is_finished_by_the_next(
    rebuild: Rebuild,
    folder: Path,
    out: Path,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    survived: int,
) -> None:
    rebuild()
    replace_in(folder / "pages" / "en" / "thanks.md", "Thank you{%", "Many thanks{%")
    replace_in(folder / "members.csv", "Tom & Co <b>", "Tim & Co")
    with monkeypatch.context() as patch:
        steps = iter(range(survived))
        real = output.Output._next_staged

        def cut_off(self: output.Output) -> Path:
            if next(steps, None) is None:
                raise KeyboardInterrupt
            return real(self)

        patch.setattr(output.Output, "_next_staged", cut_off)
        with pytest.raises(KeyboardInterrupt):
            rebuild()
    rebuild()
    build(build_options(folder, tmp_path / "clean"))
    assert tree(out) == tree(tmp_path / "clean")


def test_disk_full_leaves_the_old_site_whole(
    rebuild: Rebuild, folder: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rebuild()
    before = tree(out)
    replace_in(folder / "members.csv", "Ana O'Brien", "Ana Brown")

    def full(path: str, content: bytes) -> None:
        Path(path).write_bytes(content[: len(content) // 2])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(output, "_create", full)
    with pytest.raises(OutputError, match="cannot write: no space left on device"):
        rebuild()
    monkeypatch.undo()
    assert tree(out) == before


def test_out_that_is_a_file(rebuild: Rebuild, out: Path) -> None:
    out.write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match="this is a file, not a folder"):
        rebuild()
    assert out.read_text(encoding="utf-8") == "mine"


def test_out_that_holds_foreign_files(rebuild: Rebuild, out: Path) -> None:
    out.mkdir()
    (out / "thesis.doc").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match=r"this folder has files that no build wrote: thesis\.doc"):
        rebuild()
    assert tree(out) == {"thesis.doc": b"mine"}


@pytest.mark.parametrize("where", [".", "pages", "..", "photos"])
def test_out_that_would_overwrite_the_sites_own_files(folder: Path, where: str) -> None:
    before = tree(folder)
    with pytest.raises(OutputError, match="the site's own files"):
        build(build_options(folder, folder / where))
    assert tree(folder) == before


def test_a_link_inside_out_is_not_followed(rebuild: Rebuild, folder: Path, out: Path, tmp_path: Path) -> None:
    rebuild()
    outside = tmp_path / "outside"
    outside.mkdir()
    shutil.rmtree(out / "ana")
    (out / "ana").symlink_to(outside)
    replace_in(folder / "members.csv", "Ana O'Brien", "Ana Brown")
    with pytest.raises(OutputError, match="this is a link"):
        rebuild()
    assert not list(outside.iterdir())


def test_two_builds_at_once(rebuild: Rebuild, folder: Path, out: Path) -> None:
    rebuild()
    with (
        output.opened(out, keep_out_of=folder),
        pytest.raises(OutputError, match=r"another build is writing here \(process \d+\)"),
    ):
        rebuild()
    rebuild()


def test_a_broken_photo_costs_the_photo_alone(rebuild: Rebuild, folder: Path, out: Path) -> None:
    rebuild()
    before = tree(out / "ana")
    right = (folder / "photos" / "ana.png").read_bytes()
    (folder / "photos" / "ana.png").write_bytes(b"not a picture")
    replace_in(folder / "members.csv", "Tom & Co <b>", "Tom <b>")
    for summary in (rebuild(), rebuild(fresh=True), rebuild()):
        told = "\n".join(map(str, summary.faults))
        assert told.endswith("ana.png: ana: not a picture that can be read\n  hint: expected JPEG, PNG, WebP or GIF")
        assert len(summary.faults) == 1
        page = (out / "ana" / "index.html").read_text(encoding="utf-8")
        assert "/photos/" not in page and "<b>AO</b>" in page
        page = (out / "tom-co-b" / "index.html").read_text(encoding="utf-8")
        assert "Tom &lt;b&gt;" in page, "her recruits' sites do without her photo"
    (folder / "photos" / "ana.png").write_bytes(right)
    assert not rebuild().faults
    assert tree(out / "ana") == before


def test_faults_stop_a_build_before_anything_is_written(rebuild: Rebuild, folder: Path, out: Path) -> None:
    replace_in(folder / "pages" / "en" / "about.md", "![A leaf]", "{{ membr }} ![A leaf]")
    with pytest.raises(EspalierError, match='unknown name "membr"'):
        rebuild()
    assert not out.exists()


def write_not_found(folder: Path) -> None:
    for locale, text in (("en", "Nothing here."), ("es", "Nada por aqui.")):
        page = f"---\ntitle: {text}\n---\n\n{text}\n"
        (folder / "pages" / locale / "404.md").write_text(page, encoding="utf-8")


@pytest.mark.parametrize("url", ["https://kettle.example", "https://kettle.example/shops"])
def test_static_hosts_find_the_404_page_at_the_root(rebuild: Rebuild, folder: Path, out: Path, url: str) -> None:
    write_not_found(folder)
    replace_in(folder / "site.toml", "https://potandkettle.example", url)
    rebuild(compression=Compression.BESIDE)
    page = (out / "404.html").read_bytes()
    assert page == (out / "404" / "index.html").read_bytes()
    assert (out / "404.html.gz").read_bytes() == (out / "404" / "index.html.gz").read_bytes()
    addresses = re.findall(r'(?:href|src|action)="([^"]*)"', page.decode())
    assert addresses
    assert [each for each in addresses if not re.match(r"/|https?:|#|mailto:|data:", each)] == []
    assert b"404.html" not in (out / "sitemap.xml").read_bytes()
    assert not (out / "ana" / "404.html").exists()


def test_a_404_page_that_goes_takes_its_copy_along(rebuild: Rebuild, folder: Path, out: Path) -> None:
    rebuild()
    assert not (out / "404.html").exists()
    pages = rebuild().pages
    write_not_found(folder)
    assert rebuild().pages > pages
    assert (out / "404.html").is_file()
    for locale in ("en", "es"):
        (folder / "pages" / locale / "404.md").unlink()
    assert rebuild().pages == pages
    assert not (out / "404.html").exists()
    assert not (out / "404").exists()
