"""site.toml: what it may say, and how its faults are told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sitegen.errors import ConfigError
from sitegen.model import Company, Locale, LocaleTexts
from sitegen.site import config, location

GOOD = """\
[company]
name = "Bramble & Wick"
legal_name = "Bramble and Wick Limited"
address = ["Main Street 1", "Cork"]
email = "hello@example.com"

[site]
url = "https://example.com/"
locales = ["en", "ar"]

[capture]
url = "https://in.example.com"

[texts.en]
status = "Independent distributor"
consent = "{member} and {company} may write to me."
consent_company = "{company} may write to me."

[texts.ar]
status = "موزع مستقل"
consent = "{member} {company}"
consent_company = "{company}"
"""

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a good site.toml in which some texts are replaced by others."""

    def changed(*changes: tuple[str, str]) -> Path:
        text = GOOD
        for old, new in changes:
            assert old in text
            text = text.replace(old, new, 1)
        (tmp_path / "site.toml").write_text(text, encoding="utf-8")
        return tmp_path

    return changed


def faults(folder: Path, **options: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        config.load(folder, **options)
    return [str(fault).removeprefix(f"{folder}/") for fault in caught.value.faults]


def test_the_least_a_site_says(write: Write) -> None:
    settings = config.load(write())
    assert settings.company == Company(
        "Bramble & Wick", "Bramble and Wick Limited", ("Main Street 1", "Cork"), "hello@example.com"
    )
    assert (settings.site.url, settings.capture_url) == ("https://example.com", "https://in.example.com")
    assert (settings.site.layout, settings.site.member_locales, settings.default_locale) == ("path", "all", "en")
    assert settings.locales == {"en": Locale("en", "English", "ltr"), "ar": Locale("ar", "العربية", "rtl")}
    assert settings.texts["en"] == LocaleTexts(
        "Independent distributor", "{member} and {company} may write to me.", "{company} may write to me."
    )
    assert settings.roster_path == settings.folder / "members.csv"
    assert settings.site.theme.name == "almanac"


def test_addresses_of_a_preview_take_the_place_of_the_files(write: Write) -> None:
    settings = config.load(write(), url="http://127.0.0.1:8000", capture_url="http://127.0.0.1:9000/")
    assert (settings.site.url, settings.capture_url) == ("http://127.0.0.1:8000", "http://127.0.0.1:9000")


def test_a_byte_order_mark_is_no_fault(write: Write) -> None:
    folder = write()
    (folder / "site.toml").write_bytes(b"\xef\xbb\xbf" + GOOD.encode())
    assert config.load(folder).company.name == "Bramble & Wick"


def test_a_folder_without_site(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path)
    assert "there is no site.toml here" in fault and "sitegen new DIR" in fault


def test_unknown_and_missing_keys_have_their_lines(write: Write) -> None:
    folder = write(('legal_name = "Bramble and Wick Limited"', 'legalname = "x"'), ('url = "https://example.com/"', ""))
    assert faults(folder) == [
        'site.toml:1: missing key "company.legal_name"',
        'site.toml:3: unknown key "company.legalname"\n  hint: did you mean "legal_name"?',
        'site.toml:7: missing key "site.url"',
    ]


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("https://example.com/", "example.com", 8, "expected an address such as https://example.com"),
        ("https://example.com/", "ftp://example.com", 8, "expected an address such as https://example.com"),
        ("https://example.com/", "https://example.com?a=b", 8, "expected an address such as https://example.com"),
        ('"en", "ar"', '"en", "klingon"', 9, "expected a locale such as en, es or pt-BR"),
        ('"en", "ar"', '"en", ""', 9, "expected a locale such as en, es or pt-BR"),
        ('["en", "ar"]', "[]", 9, "at least 1 item"),
        ('locales = ["en", "ar"]', 'locales = ["en"]\nlayout = "tree"', 10, "'path' or 'subdomain'"),
        ("https://example.com/", 'https://example.com/shops"\nlayout = "subdomain', 9, "a url without a path"),
        ("https://example.com/", "https://example.com//shops", 8, "single slashes only"),
        ('["en", "ar"]', '"en"', 9, 'a list, such as ["a"]'),
        ('name = "Bramble', 'name = "Bramble &amp; co', 2, "HTML is not read here"),
        ("hello@example.com", "hello", 5, "not a valid email address"),
        ("{member} and {company} may", "You may", 16, "the wording must name {member} and {company}"),
        ('"{company} may', '"We may', 17, "the wording must name {company}"),
    ],
)
def test_wrong_values(write: Write, old: str, new: str, line: int, words: str) -> None:
    (fault,) = faults(write((old, new)))
    assert fault.startswith(f"site.toml:{line}: ")
    assert words in fault


def test_a_locale_without_texts(write: Write) -> None:
    (fault,) = faults(write(('"en", "ar"', '"en", "es"')))
    assert fault == "site.toml: no [texts.es] table for the locale es"


def test_what_is_no_toml(write: Write) -> None:
    (fault,) = faults(write(("[capture]", "[capture")))
    assert fault.startswith("site.toml:11: not TOML: ")
    folder = write()
    (folder / "site.toml").write_bytes(b'name = "\xe9"')
    assert faults(folder) == ["site.toml: not UTF-8 at byte 8"]


@pytest.mark.parametrize("text", ["", "site = 3", "company = []", "[site]\nurl = 5", "texts = 'a'"])
@pytest.mark.parametrize("options", [{}, {"url": "http://localhost", "capture_url": "http://localhost"}])
def test_tables_that_are_none_are_faults_too(tmp_path: Path, text: str, options: dict[str, str]) -> None:
    (tmp_path / "site.toml").write_text(text, encoding="utf-8")
    assert faults(tmp_path, **options)


def test_lines_of_keys() -> None:
    source = '[a]\nb = 1\n"c d" = 2\n\n[a.e]\nf.g = 3\n[[h]]\ni = 4\n'
    assert config.key_lines(source) == {
        ("a",): 1,
        ("a", "b"): 2,
        ("a", "e"): 5,
        ("a", "e", "f", "g"): 6,
        ("h",): 7,
        ("h", "i"): 8,
    }


def test_the_folder_that_is_meant(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write()
    monkeypatch.chdir(folder)
    assert location.find_folder(Path("elsewhere")) == Path("elsewhere")
    assert location.find_folder(None) == Path()
    (folder / "content").mkdir()
    (folder / "site.toml").rename(folder / "content" / "site.toml")
    assert location.find_folder(None) == Path("content")


EMAIL = 'email = "hello@example.com"'


@pytest.mark.parametrize(
    ("keys", "found"),
    [
        ("", None),
        ('timezone = "europe/dublin"', "Europe/Dublin"),
        ('timezone = "Asia/Calcutta"', "Asia/Calcutta"),
        ('country = "ie"', "Europe/Dublin"),
        ('country = "DE"', "Europe/Berlin"),
        ('phone = "+353 21 123 4567"', "Europe/Dublin"),
        ('phone = "+1 (212) 555-0100"', "America/New_York"),
        ('phone = "+1 800 555 0100"', None),
        ('phone = "021 123 4567"', None),
        ('phone = "+ call us"', None),
        ('country = "VN"\nphone = "+353 21 123 4567"', "Asia/Ho_Chi_Minh"),
        ('country = "US"\ntimezone = "America/Denver"', "America/Denver"),
    ],
)
def test_the_company_s_time_zone(write: Write, keys: str, found: str | None) -> None:
    assert config.load(write((EMAIL, f"{EMAIL}\n{keys}"))).company.timezone == found


@pytest.mark.parametrize(
    ("keys", "fault"),
    [
        ('country = "Ireland"', "site.toml:6: company.country: expected a country's two letters (ISO 3166-1)"),
        ('country = "ES"', "site.toml:1: company.timezone: the country ES has several time zones"),
        ('country = "XK"', "site.toml:1: company.timezone: the country XK has no time zone in the tz database"),
        ('timezone = ""', "site.toml:6: company.timezone: not a time zone, found ''"),
        ("timezone = 2", "site.toml:6: company.timezone: Input should be a valid string"),
    ],
)
def test_a_time_zone_that_is_to_be_asked_for(write: Write, keys: str, fault: str) -> None:
    (told,) = faults(write((EMAIL, f"{EMAIL}\n{keys}")))
    assert told.startswith(fault)
