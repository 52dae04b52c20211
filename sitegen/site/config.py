"""Reads ``site.toml`` as frozen, typed settings, and reports every fault of the file at once, with its line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from babel import Locale as BabelLocale
from babel.core import UnknownLocaleError
from babel.numbers import is_currency
from phonenumbers import SUPPORTED_REGIONS, NumberParseException
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    EmailStr,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from sitegen import time_zones
from sitegen.errors import ConfigError, Fault, did_you_mean
from sitegen.model import Company, Locale, LocaleTexts, Member, RosterMapping, Status
from sitegen.site import braces
from sitegen.site.input_files import reading
from sitegen.site.location import SITE_FILE
from sitegen.site.web_addresses import web_address


def _locale_code(value: str) -> str:
    try:
        BabelLocale.parse(value, sep="-")
    except (UnknownLocaleError, ValueError) as error:
        raise ValueError("expected a locale such as en, es or pt-BR") from error
    return value


def _currency(value: str) -> str:
    if not is_currency(value):
        raise ValueError("expected a currency such as EUR or USD")
    return value


def _country(value: str) -> str:
    upper = value.upper()
    if upper not in SUPPORTED_REGIONS:
        raise ValueError("expected a country's two letters (ISO 3166-1), such as IE or US")
    return upper


def _timezone(country: str | None, phone: str | None) -> str | None:
    """Returns the one time zone of a country or, without a country, of where a telephone number with its country code
    is; None if neither tells one. Raises an error, to be shown, for a country of several."""
    if country is not None:
        zones = time_zones.of_country(country)
        if len(zones) != 1:
            several = "has several time zones" if zones else "has no time zone in the tz database"
            hint = f'write the zone that days are counted by, such as timezone = "{zones[0] if zones else "Etc/UTC"}"'
            raise PydanticCustomError("asked", "{why}", {"why": f"the country {country} {several}", "hint": hint})
        return zones[0]
    try:
        zones = time_zones.of_phone(phone) if phone and phone.startswith("+") else ()
    except NumberParseException:
        zones = ()
    return zones[0] if len(zones) == 1 else None


def _without_repeats(values: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(values)) < len(values):
        raise ValueError("expected each only once")
    return values


def _holds(*placeholders: str) -> AfterValidator:
    def check(value: str) -> str:
        missing = [each for each in placeholders if each not in value]
        if missing:
            raise ValueError(f"the wording must name {' and '.join(missing)}")
        return value

    return AfterValidator(check)


WebAddress = Annotated[str, AfterValidator(web_address)]
LocaleCode = Annotated[str, AfterValidator(_locale_code)]
Words = Annotated[str, Field(min_length=1, max_length=200)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class CompanyTable(_Table):
    """``[company]``: who stands behind the sites."""

    name: Words
    """The name people know."""
    legal_name: Words
    """The name in the register, shown on the privacy page and under mails."""
    address: Annotated[tuple[Words, ...], Field(min_length=1)]
    """The postal address, a line each; it stands in every commercial mail (CAN-SPAM Act, 15 U.S.C. 7704)."""
    email: EmailStr
    """Where a person reaches the company."""
    phone: Words | None = None
    """A phone number as it should be read."""
    founded: Annotated[int, Field(ge=1500, le=2100)] | None = None
    """The year it began."""
    currency: Annotated[str, AfterValidator(_currency)] = "EUR"
    """What members write down that they spent on campaigns (ISO 4217); all of them in the same, so that it adds up."""
    country: Annotated[str, AfterValidator(_country)] | None = None
    """The country it is in (ISO 3166-1), which tells the time zone unless it has several."""
    timezone: str | None = Field(default=None, validate_default=True)
    """The time zone by which the company and its staff count days, such as `Europe/Dublin`. When absent, that of
    `country` or, without one, that of `phone`; UTC where neither tells."""

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None:
            return _timezone(info.data.get("country"), info.data.get("phone"))
        found = time_zones.find(value)
        if found is None:
            context = {"why": f"not a time zone, found {value!r}", "hint": time_zones.hint(value)}
            raise PydanticCustomError("asked", "{why}", context)
        return found


class ThemeTable(_Table):
    """``[site.theme]``: how the sites look."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")] = "almanac"
    """A folder of ``themes/`` beside the site, or a theme that comes with Espalier."""
    settings: dict[str, Any] = {}
    """Values for the settings that the theme's ``theme.toml`` declares."""


def _our_column(value: str) -> str:
    if value not in ROSTER_COLUMNS:
        near = did_you_mean(value, ROSTER_COLUMNS)
        raise PydanticCustomError("asked", "{why}", {"why": "not a column of our rosters", "hint": near})
    return value


ROSTER_COLUMNS = tuple("sponsor" if name == "sponsor_id" else name for name in Member.__dataclass_fields__)
"""The columns of a roster, by the names that the program gives them."""
_Cell = Annotated[str, Field(min_length=1, max_length=200)]
_Cells = Annotated[tuple[_Cell, ...], Field(min_length=1)]


class RosterTable(_Table):
    """``[site.roster]``: which file lists the members, and how one that another program exports is read.
    `roster = "members.csv"` under `[site]` says the same as `file` alone. `sitegen check --suggest FILE` proposes this
    table for an export."""

    file: Words = "members.csv"
    """The roster file, ``.csv``, ``.tsv``, ``.txt`` or ``.jsonl``, relative to this file."""
    columns: dict[Annotated[str, AfterValidator(_our_column)], _Cell | _Cells] = {}
    """For our columns the file's, such as `id = "Distributor ID"`; `name = ["First Name", "Last Name"]`, which
    makes up a name (or a place) of several; of other columns the first counts that is not empty: `phone = ["Mobile",
    "Phone"]`. `sponsor` is the *enroller*, who recruited the member, not the placement in a tree."""
    ignore: _Cells | Literal["*"] | None = None
    """Columns of the file to leave aside; `"*"`: all that are neither ours nor named under `columns`."""
    status: dict[_Cell, Status] = {}
    """The file's words for `active` and `inactive`, such as `Terminated = "inactive"`."""
    countries: dict[_Cell, Annotated[str, AfterValidator(_country)]] = {}
    """The file's words for countries, such as `USA = "US"`."""
    languages: dict[_Cell, LocaleCode] = {}
    """The file's words for languages, such as `Spanish = "es"`."""
    empty: tuple[_Cell, ...] = ()
    """What stands for an empty cell in any column, such as `["0", "NULL", "Not Found"]`."""
    dates: Literal["day-month-year", "month-day-year", "year-month-day"] | None = None
    """The order of the parts of a date, with any separators and with or without a time of day. None: `2024-12-31`."""
    separator: Literal[",", ";", "tab", "|"] | None = None
    """What stands between two cells. None: found by the header."""

    def mapping(self) -> RosterMapping:
        """Returns how the file is read."""
        columns = {name: (theirs,) if isinstance(theirs, str) else theirs for name, theirs in self.columns.items()}
        return RosterMapping(
            columns=columns,
            ignored=self.ignore if isinstance(self.ignore, tuple) else (),
            ignores_rest=self.ignore == "*",
            status=self.status,
            countries=self.countries,
            languages=self.languages,
            empty=self.empty,
            dates=self.dates,
            separator="\t" if self.separator == "tab" else self.separator,
        )


class SiteTable(_Table):
    """``[site]``: addresses, languages and theme."""

    url: WebAddress
    """The company's own address; members' addresses are derived from it."""
    layout: Literal["path", "subdomain"] = "path"
    """``path``: example.com/ana/. ``subdomain``: ana.example.com."""
    locales: Annotated[tuple[LocaleCode, ...], Field(min_length=1), AfterValidator(_without_repeats)]
    """The languages the pages exist in; the first is the company's own."""
    member_locales: Literal["all", "own"] = "all"
    """``all``: each member's site in every language. ``own``: only in the member's."""
    roster: RosterTable = RosterTable()
    """The members: a table of its own, or the name of the file."""
    reserved_slugs: tuple[Words, ...] = ()
    """Slugs no member may have, besides the built-in ones."""
    self_canonical_words: Annotated[int, Field(ge=1)] | None = None
    """Members whose story has at least so many words are their own canonical address and stand in the
    sitemap. None: every replica names the company's page as canonical."""
    theme: ThemeTable = ThemeTable()

    @field_validator("layout")
    @classmethod
    def _below_a_host(cls, value: str, info: ValidationInfo) -> str:
        if value == "subdomain" and urlsplit(info.data.get("url", "")).path:
            raise ValueError("subdomains need a url without a path, such as https://example.com")
        return value

    @field_validator("roster", mode="before")
    @classmethod
    def _file_alone(cls, value: object) -> object:
        return {"file": value} if isinstance(value, str) else value


class CaptureTable(_Table):
    """``[capture]``: where sign-up forms are sent."""

    url: WebAddress
    """The address of the capture service; the forms post to ``<url>/signup``."""


Days = Annotated[int, Field(ge=1, le=3650)]


class AttributionTable(_Table):
    """``[attribution]``: who is credited with a sign-up, where several members could be."""

    policy: Literal["first", "last"] = "first"
    """Which page decides where a prospect used those of several members: the ``first`` or the ``last``."""
    window_days: Days = 90
    """For how many days a visitor's sign-up on a page counts towards that."""
    correction_days: Days = 30
    """For how many days after confirming a prospect may say that another person introduced them."""
    ask_introducer: bool = True
    """Whether the form asks, as an optional field, who introduced the prospect. A member's slug or full address
    decides; any other answer is kept for the company to read."""


class RetentionTable(_Table):
    """``[retention]``: after how many days `capture purge` forgets what is no longer needed."""

    unconfirmed_days: Days = 30
    """Sign-ups that were never confirmed."""
    withdrawn_days: Days = 90
    """Leads whose owners left, those of lists too."""
    mails_days: Days = 90
    """Mails that were sent, refused or dropped."""


class VisitsTable(_Table):
    """``[visits]``: how visits to pages are counted."""

    pixel: bool = True
    """Whether every page shows a picture of one pixel from the capture service, which counts visits by page and
    member without cookies, without scripts and without keeping any address."""


class TextsTable(_Table):
    """``[texts.<locale>]``: what the company says in one language outside the pages."""

    status: Words
    """What a member is, e.g. "Independent distributor of Bramble & Wick"."""
    consent: Annotated[str, Field(max_length=1000), _holds("{member}", "{company}")]
    """The wording beside the box on members' pages."""
    consent_company: Annotated[str, Field(max_length=1000), _holds("{company}")]
    """The wording beside the box on the company's own pages."""
    notices: tuple[Annotated[str, Field(max_length=2000)], ...] = ()
    """Sentences that stand at the foot of every page, such as a statutory warning."""


class SiteFile(_Table):
    """The whole of ``site.toml``."""

    company: CompanyTable
    site: SiteTable
    capture: CaptureTable
    attribution: AttributionTable = AttributionTable()
    retention: RetentionTable = RetentionTable()
    visits: VisitsTable = VisitsTable()
    texts: dict[LocaleCode, TextsTable]

    @model_validator(mode="after")
    def _texts_for_every_locale(self) -> Self:
        missing = [code for code in self.site.locales if code not in self.texts]
        if missing:
            raise ValueError(f"no [texts.{missing[0]}] table for the locale {missing[0]}")
        return self


class Settings:
    """The settings of a site: a checked ``site.toml``, with the folder that the file is in."""

    def __init__(self, folder: Path, file: SiteFile) -> None:
        self.folder = folder
        self.site = file.site
        self.capture_url = file.capture.url
        self.attribution = file.attribution
        self.retention = file.retention
        self.visits = file.visits
        self.company = Company(**file.company.model_dump())
        self.locales = {code: _locale(code) for code in file.site.locales}
        self.texts = {code: LocaleTexts(**texts.model_dump()) for code, texts in file.texts.items()}

    @property
    def default_locale(self) -> str:
        """The company's own language: the first of ``locales``."""
        return self.site.locales[0]

    @property
    def roster_path(self) -> Path:
        """The path of the roster file."""
        return self.folder / self.site.roster.file

    @property
    def roster_mapping(self) -> RosterMapping:
        """How the roster file is read."""
        return self.site.roster.mapping()


def load(folder: Path, *, url: str | None = None, capture_url: str | None = None) -> Settings:
    """Reads ``folder/site.toml``; ``url`` and ``capture_url``, if given, replace those in the file (preview, demo).

    Raises ConfigError with every fault of the file.
    """
    path = folder / SITE_FILE
    try:
        source = path.read_text(encoding="utf-8-sig")
        tables = _tables(source, path)
    except FileNotFoundError as error:
        hint = "name the folder that holds site.toml, or start one with `sitegen new DIR`"
        raise ConfigError(Fault("there is no site.toml here", where=folder, hint=hint)) from error
    except OSError as error:
        raise ConfigError(Fault(f"cannot be read: {error.strerror}", where=path)) from error
    except UnicodeDecodeError as error:
        raise ConfigError(Fault(f"not UTF-8 at byte {error.start}", where=path)) from error
    for table, address in (("site", url), ("capture", capture_url)):
        # What is no table at all is left to the check below.
        if address is not None and isinstance(tables.setdefault(table, {}), dict):
            tables[table]["url"] = address
    lines = key_lines(source)
    faults = [_braces_fault(path, lines, *found) for found in braces.in_settings(tables)]
    try:
        file = SiteFile.model_validate(tables)
    except ValidationError as error:
        faults += [_fault(path, lines, each) for each in error.errors()]
        raise ConfigError(*faults) from error
    if faults:
        raise ConfigError(*faults)
    return Settings(folder, file)


def _locale(code: str) -> Locale:
    known = BabelLocale.parse(code, sep="-")
    name = known.get_display_name() or code
    return Locale(code, name[:1].upper() + name[1:], "rtl" if known.text_direction == "rtl" else "ltr")


def _tables(source: str, path: Path) -> dict[str, Any]:
    with reading(path, ConfigError):
        try:
            return tomllib.loads(source)
        except tomllib.TOMLDecodeError as error:
            raise ConfigError(_syntax_fault(path, error)) from error


def _syntax_fault(path: Path, error: tomllib.TOMLDecodeError) -> Fault:
    found = re.search(r"\(at line (\d+), column \d+\)", str(error))
    message = re.sub(r"\s*\(at .*\)", "", str(error))
    return Fault(f"not TOML: {message}", where=path, line=int(found[1]) if found else None)


def _braces_fault(path: Path, lines: Mapping[tuple[str, ...], int], key: tuple[str, ...], *told: str) -> Fault:
    message, hint = told
    return Fault(f"{'.'.join(key)}: {message}", where=path, line=_line_of(lines, key), hint=hint)


def _line_of(lines: Mapping[tuple[str, ...], int], key: tuple[str, ...]) -> int | None:
    return next((lines[key[:end]] for end in range(len(key), 0, -1) if key[:end] in lines), None)


def _fault(path: Path, lines: Mapping[tuple[str, ...], int], error: Any) -> Fault:
    location = tuple(str(part) for part in error["loc"] if part != "[key]")
    name = ".".join(location)
    line = _line_of(lines, location)
    match error["type"]:
        case "extra_forbidden":
            hint = did_you_mean(location[-1], _known_keys(location[:-1]))
            return Fault(f'unknown key "{name}"', where=path, line=line, hint=hint)
        case "missing":
            return Fault(f'missing key "{name}"', where=path, line=line)
        case "asked":
            return Fault(f"{name}: {error['ctx']['why']}", where=path, line=line, hint=error["ctx"]["hint"])
    message = error["msg"].removeprefix("Value error, ").replace("Tuple should", "List should")
    message = message.replace("valid tuple", 'list, such as ["a"]').replace(" after validation", "")
    if not location:
        return Fault(message, where=path)
    return Fault(f"{name}: {message}, found {error['input']!r}", where=path, line=line)


def _known_keys(location: tuple[str, ...]) -> list[str]:
    tables: dict[tuple[str, ...], type[BaseModel]] = {
        (): SiteFile,
        ("company",): CompanyTable,
        ("site",): SiteTable,
        ("site", "theme"): ThemeTable,
        ("site", "roster"): RosterTable,
        ("capture",): CaptureTable,
        ("attribution",): AttributionTable,
        ("retention",): RetentionTable,
        ("visits",): VisitsTable,
    }
    table = TextsTable if location[:1] == ("texts",) else tables.get(location)
    return list(table.model_fields) if table else []


def key_lines(source: str) -> dict[tuple[str, ...], int]:
    """Returns the line number of each ``[table]`` and ``key =`` in a TOML text, since tomllib does not give these."""
    lines: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    for number, line in enumerate(source.splitlines(), 1):
        if header := re.match(r"\s*\[+\s*([^\]]+?)\s*\]+", line):
            table = _dotted(header[1])
            lines.setdefault(table, number)
        elif key := re.match(r"\s*([A-Za-z0-9_.\-\"']+)\s*=", line):
            lines.setdefault(table + _dotted(key[1]), number)
    return lines


def _dotted(key: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in key.split("."))
