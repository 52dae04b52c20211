"""Hidden names and symbolic links: one rule for pages, pictures, photos and themes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from sitegen.build.options import BuildSummary
from sitegen.cli import main
from sitegen.errors import ContentError, EspalierError, Fault
from sitegen.render import photos
from sitegen.site import input_digests
from sitegen.site import site as sites
from sitegen.site.folder_files import files_below
from sitegen.site.hidden_names import is_hidden
from sitegen.site.options import SiteOptions
from tests.conftest import TOKEN_KEY

HIDDEN = [
    ".#faq.md",
    "._faq.md",
    "~x.md",
    "~$faq.md",
    "#faq.md#",
    "faq.md~",
    ".faq.md.swp",
    ".DS_Store",
    ".hidden/a.md",
]


@pytest.mark.parametrize("name", HIDDEN)
def test_hidden_names(name: str) -> None:
    assert is_hidden(name.split("/")[0])


@pytest.mark.parametrize("name", ["faq.md", "a~b.md", "a#b.md", "a.b.md", "_x.md", "-x.md", "$x.md"])
def test_other_names(name: str) -> None:
    assert not is_hidden(name)


def below(root: Path, within: Path | None = None) -> tuple[list[str], list[str]]:
    faults: list[Fault] = []
    found = [path.relative_to(root).as_posix() for path in files_below(root, faults, within=within or root)]
    return found, [f"{Path(str(fault.where)).name}: {fault.message}" for fault in faults]


def test_links_stay_within_their_folder(tmp_path: Path) -> None:
    root, outside = tmp_path / "pictures", tmp_path / "outside"
    for folder in (root / "a", outside):
        folder.mkdir(parents=True)
        (folder / "leaf.svg").write_text("x")
    for name, target in {
        "to-file.svg": "a/leaf.svg",
        "to-folder": "a",
        "gone.svg": "nothing.svg",
        "itself.svg": "itself.svg",
        "out.svg": "../outside/leaf.svg",
        "out": "../outside",
        "back": ".",
        "a/up": "..",
        ".#lock": "ed@host.1:2",
    }.items():
        (root / name).symlink_to(target)
    found, faults = below(root)
    assert found == ["a/leaf.svg", "to-file.svg", "to-folder/leaf.svg"]
    assert sorted(set(faults)) == [
        "back: a link that leads back to a folder which it is in",
        "gone.svg: a link that leads nowhere",
        "itself.svg: a link that leads nowhere",
        "out.svg: a link that leads out of pictures/",
        "out: a link that leads out of pictures/",
        "up: a link that leads back to a folder which it is in",
    ]


def test_the_folder_itself_may_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "leaf.svg").write_text("x")
    (tmp_path / "pictures").symlink_to("elsewhere")
    (tmp_path / "photos").symlink_to("nowhere")
    assert below(tmp_path / "pictures") == (["leaf.svg"], [])
    assert below(tmp_path / "photos") == ([], ["photos: a link that leads nowhere"])
    assert below(tmp_path / "nothing") == ([], [])


def options(folder: Path) -> SiteOptions:
    return SiteOptions(folder=folder, token_keys=(TOKEN_KEY,))


def digests(folder: Path) -> input_digests.InputDigests:
    return input_digests.read(options(folder), folder / "members.csv", [folder / "themes" / "plain"])


def lay_hidden_files(folder: Path) -> None:
    for place in ("pages/en", "pictures", "photos", "themes/plain/templates", "themes/plain/static"):
        for name in HIDDEN:
            path = folder / place / name
            path.parent.mkdir(exist_ok=True)
            if name == ".#faq.md":
                path.symlink_to("ed@host.1:2")
            else:
                path.write_bytes(b"\x00\x05\x16\x07{{ no text")


def test_hidden_files_change_nothing(folder: Path, out: Path, rebuild: Callable[..., BuildSummary]) -> None:
    rebuild()
    before = digests(folder)
    lay_hidden_files(folder)
    assert digests(folder) == before
    sites.load(folder)
    summary = rebuild()
    assert (summary.written, summary.removed) == (0, 0)
    assert rebuild(fresh=True).written == 0


def test_digests_survive_links(folder: Path, tmp_path: Path) -> None:
    before = digests(folder)
    for place in (folder, folder / "pages" / "en", folder / "photos"):
        (place / "loop").symlink_to("loop")
        (place / "root").symlink_to("/")
        (place / "here").symlink_to(".")
        (place / "nothing.md").symlink_to("nothing.md")
    changed = digests(folder)
    assert (changed.shared, changed.members) != (before.shared, before.members)
    assert digests(folder) == changed


def test_digests_see_through_a_linked_folder_and_to_a_roster_elsewhere(folder: Path, tmp_path: Path) -> None:
    (folder / "photos").rename(tmp_path / "album")
    (folder / "photos").symlink_to(tmp_path / "album")
    roster = (folder / "members.csv").rename(tmp_path / "members.csv")

    def read() -> input_digests.InputDigests:
        return input_digests.read(options(folder), roster, [])

    seen = {read().members}
    next((tmp_path / "album").iterdir()).write_bytes(b"another")
    seen.add(read().members)
    roster.write_text("id,name,email\n")
    seen.add(read().members)
    assert len(seen) == 3


@pytest.mark.parametrize(
    "name",
    ["note.markdown", "README.MD", "faq.Md", "a.mkd", "b.mdown", "c.mdwn", "d.mdx", "e.md.txt", "sub/f.MARKDOWN"],
)
def test_other_endings_of_markdown_are_told(folder: Path, name: str) -> None:
    path = folder / "pages" / "en" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("---\ntitle: Note\n---\n")
    with pytest.raises(EspalierError) as caught:
        sites.load(folder)
    (fault,) = caught.value.faults
    assert fault.where == path
    assert fault.message == "not read as a page, since its name does not end in .md"
    path.rename(path.with_name(f"~{path.name}"))
    sites.load(folder)


def test_links_among_pages_pictures_and_theme_files_are_told(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    places = ["pages/en/a.md", "pictures/b.svg", "themes/plain/static/c.svg", "themes/plain/templates/d.html"]
    for place in places:
        (folder / place).symlink_to(tmp_path / "secret.txt")
    with pytest.raises(EspalierError) as caught:
        sites.load(folder)
    told = {str(fault.where): fault.message for fault in caught.value.faults}
    assert told[str(folder / places[0])] == "a link that leads out of pages/"
    assert told[str(folder / places[2])] == "a link that leads out of plain/"
    assert told[str(folder / places[3])] == "a link that leads out of plain/"
    for place in places[2:]:
        (folder / place).unlink()
    with pytest.raises(EspalierError) as caught:
        sites.load(folder)
    assert {str(fault.where) for fault in caught.value.faults} == {str(folder / place) for place in places[:2]}


def test_a_page_may_be_a_link_to_another(folder: Path) -> None:
    (folder / "pages" / "es" / "about-en.md").symlink_to("../en/about.md")
    assert {page.key for page in sites.load(folder).pages["es"]} >= {"about", "about-en"}


def test_photos_with_hidden_names(folder: Path) -> None:
    for name in (".ana.jpg", "a/~b.jpg", "#c.jpg", "d.jpg~"):
        with pytest.raises(ContentError, match="the name of a hidden file"):
            photos.locate(folder / "photos", name)


def test_check_names_what_it_leaves_out_by_mistake(folder: Path) -> None:
    lay_hidden_files(folder)
    (folder / "pages" / "en" / "note.markdown").write_text("x")
    found = CliRunner().invoke(main, ["check", str(folder)])
    assert found.exit_code == 1
    assert found.stderr == (
        f"{folder}/pages/en/note.markdown: not read as a page, since its name does not end in .md\n"
        "  hint: call it note.md, or ~note.markdown if it is to be left out\n"
    )
