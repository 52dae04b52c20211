"""Writes the generated documentation anew: ``python -m tests.docs``. Read the difference before you commit it.

``docs/cli.md`` and ``docs/configuration.md`` are made as a whole; in ``docs/themes.md`` the part between the two
marks. The words are those of ``--help`` and of the docstrings, so that they stand in one place.
"""

from __future__ import annotations

import ast
import inspect
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import fields
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import click
from click.testing import CliRunner
from pydantic import BaseModel

from capture import settings as capture_settings
from capture.commands import main as capture
from capture.limits import budgets
from capture.mailing import delivery
from sitegen.campaigns import campaign_file
from sitegen.cli import main as sitegen
from sitegen.instance import SECRETS
from sitegen.render import context
from sitegen.roster import fields as roster
from sitegen.site import config, front_matter
from tests.conftest import ROOT

TOOLS: dict[str, click.Group] = {"sitegen": sitegen, "capture": capture}
NOTE = "<!-- Written by `python -m tests.docs`; change the code it comes from. -->"
BEGIN, END = "<!-- begin: written by `python -m tests.docs` -->", "<!-- end -->"
_WIDTH = 80


def commands() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every command line of both tools: the tool, and the words after it."""
    for tool, group in TOOLS.items():
        yield tool, ()
        for name in sorted(group.commands):
            yield tool, (name,)


def help_of(tool: str, words: tuple[str, ...]) -> str:
    """What ``--help`` prints in a terminal of 80 columns."""
    result = CliRunner().invoke(
        TOOLS[tool], [*words, "--help"], prog_name=tool, terminal_width=_WIDTH, catch_exceptions=False
    )
    return "\n".join(line.rstrip() for line in result.output.strip().splitlines())


def cli_page() -> str:
    """docs/cli.md."""
    parts = [
        "# Commands",
        NOTE,
        "The output of `--help`. Exit codes: 0 success, 1 a fault that you can mend, 2 wrong usage.",
    ]
    for tool, words in commands():
        parts += [f"{'###' if words else '##'} {' '.join((tool, *words))}", f"```text\n{help_of(tool, words)}\n```"]
    return "\n\n".join(parts) + "\n"


CAMPAIGNS = (
    "The columns of `campaigns.csv`, beside `site.toml`; without the file there are no campaigns. `capture sync` adds"
    " campaigns that were created in the office. Each campaign has a landing page: `/ana/c/radio7/` on a member's site"
    " (`ana.example.com/c/radio7/`), `/c/radio7/` on the company's. It is made from the page with the key `campaign`,"
    " in the site's own language, and exists as long as the row does and the member is active, also after the last day:"
    " so"
    " printed addresses keep working. The page with the key `code` is at `/c/` of the company's site, for codes that"
    " are typed by hand."
)


ROSTER = (
    "The columns of `members.csv`, or the fields of each object in `members.jsonl`. Commas, semicolons, tabs or bars"
    " separate the cells; the file is UTF-8, or UTF-16 with its mark. Columns without a name are left aside as long as"
    " they are empty. An export of another program, with columns, words and dates of its own, is read by"
    " `[site.roster]`, which `sitegen check --suggest FILE` proposes."
)

FILES = (
    "Files and folders whose names begin with `.`, `~` or `#`, or end in `~`, are left out everywhere: among pages,"
    " pictures, photos and the files of a theme. Editors, office programs and file managers call their locks and copies"
    " so; call a page `~draft.md` to keep it back. A page's name ends in `.md`; `check` names Markdown files that end"
    " otherwise, such as `.markdown` or `.MD`. `pages`, `pictures`, `photos` and the folder of a theme may be symbolic"
    " links; a link within one of them must lead to something within the same folder, and one that leads elsewhere or"
    " nowhere is an error."
)
MARKDOWN = (
    "Below it stands Markdown as people write it: lists straight after a line of text, nested by two spaces or more;"
    " tables, footnotes (`[^1]`), fenced code, `~~struck out~~`, task boxes, definition lists, abbreviations"
    " (`*[APR]: annual percentage rate`); bare addresses become links; a `#` without a space begins no heading; a"
    " backslash at the end of a line breaks it. Members' stories are read in the same way, with line breaks kept and"
    " without tables and footnotes.",
    "What would be lost or seen as signs is an error: a row with more cells than its table's header, code that is never"
    " closed, a footnote without its text or a text without its footnote, an id where nothing can have it. Markdown"
    ' within HTML is read only if the element says so: `<details markdown="1">`. Links to pages and pictures'
    " (`page:faq`, `picture:cup.svg`) work in HTML, too. Every element of HTML that is opened must be closed. Drawings"
    " (SVG) hold no programs and nothing of other hosts.",
    "Jinja statements may stand on lines of their own around paragraphs, rows of a table, items of a list or lines of a"
    " quotation, or within one of these. A statement that begins in one cell or item and ends in another is an error."
    " Braces that are to be seen are written `&#123;&#123;`.",
    "A heading's id, for links such as `page:faq#costs`, is made of its own letters: *¿Cuánto cuesta?* has"
    " `cuánto-cuesta`. Where the theme has an element of that id, it begins with `text-`; where a heading repeats"
    " another, with the id of the heading above it. `## Costs {#costs}` sets one. An id that stands twice on a page is"
    " an error.",
)
FRONT_MATTER = (
    "It is read as YAML whose values stay as they are typed: `3:30`, `no`, `0123` and `12.50` are texts, and a field"
    " without a value is as if it were not there. A value needs quotes if it holds `: `, a `#` after a space, or begins"
    " with a sign such as `[`, `*`, `&` or `!`; `check` names the line."
    " Jinja, Markdown and HTML are read below the front matter only. The last line may also be `...`."
)


def configuration_page() -> str:
    """docs/configuration.md."""
    parts = ["# Configuration", NOTE, "Unknown keys, fields and columns are errors, each with its line and a hint."]
    parts += ["## site.toml", "The settings of the company and its sites, in the site folder."]
    for name, table in _tables():
        docs = _docstrings(config, table)
        parts += [f"### `[{name}]`", _first_line(table), _keys(table, docs)]
    parts += ["## Files", FILES]
    parts += ["## Pages", "The front matter of `pages/<locale>/<key>.md`, between two lines of `---`."]
    parts += [FRONT_MATTER, _keys(front_matter.FrontMatter, _docstrings(front_matter, front_matter.FrontMatter))]
    parts += ["### Markdown", *MARKDOWN]
    parts += ["## The roster", ROSTER]
    parts += [_columns(roster, roster.RosterRow, roster.COLUMNS, roster.REQUIRED)]
    parts += ["## Campaigns", CAMPAIGNS]
    parts += [_columns(campaign_file, campaign_file.CampaignRow, campaign_file.COLUMNS, campaign_file.REQUIRED)]
    parts += ["## Environment", _environment()]
    return "\n\n".join(parts) + "\n"


def environment() -> dict[str, str]:
    """Every variable that a program of ours reads, and what it is for."""
    service = _docstrings(capture_settings, capture_settings.Settings)
    mails = _docstrings(delivery, delivery.Delivery)
    limits = _docstrings(budgets, budgets.Limits)
    secrets = {name: f"Secret: {purpose}." for name, purpose in SECRETS.items()}
    return secrets | {
        "ESPALIER_INSTANCE": "The instance folder, in place of `./instance`, or of `instance` in or beside the site"
        " folder.",
        "ESPALIER_DATABASE_URL": f"{service['database_url']} Without it `{capture_settings.SQLITE_FILE}` in the"
        " instance folder; `postgresql://user@host/name` for PostgreSQL, with libpq's parameters and"
        " `prepare_threshold` (see docs/deploy/postgresql.md).",
        "ESPALIER_DEMO": f"`1`: {service['demo']}",
        "ESPALIER_SMTP_URL": f"{mails['server']} `smtp+starttls://user:password@host:587`, `smtps://…`, or `smtp://…`"
        " for a server on this machine.",
        "ESPALIER_MAIL_FROM": mails["mail_from"],
        "ESPALIER_RETURN_PATH": mails["return_path"],
        "ESPALIER_MAILS_PER_DOMAIN": f"{mails['per_domain']} Without it {delivery.MAILS_PER_DOMAIN}.",
        "ESPALIER_WEBHOOK_URL": mails["webhook_url"],
        "ESPALIER_WEBHOOK_SECRET": mails["webhook_secret"],
        "ESPALIER_BOUNCE_SECRET": mails["bounce_secret"],
        **{f"ESPALIER_{name.upper()}": mails[name] for name in delivery.SERVICES.values()},
        "ESPALIER_METRICS_TOKEN": mails["metrics_token"],
        "ESPALIER_TRUSTED_PROXIES": f"{service['trusted_proxies']} Without it 0.",
        **{
            f"ESPALIER_LIMIT_{each.name.upper()}": f"Sign-ups within an hour, after which the mails of further ones are"
            f" held: {limits[each.name][:1].lower()}{limits[each.name][1:]} Without it {each.default}."
            for each in fields(budgets.Limits)
        },
    }


def _environment() -> str:
    text = (
        "Secrets and settings of the machine, not of the company. The environment wins over the lines of\n"
        "`espalier.env` in the instance folder, which `sitegen secrets` and `make demo` write for one machine.\n"
        "A missing secret keeps a program from starting, with a hint. `ESPALIER_TOKEN_KEY` may hold several keys\n"
        "with spaces between: the first signs, all are accepted, so that a key can be changed without breaking\n"
        "the forms that are public.\n"
    )
    rows = [f"| `{name}` | {purpose} |" for name, purpose in environment().items()]
    return "\n".join([text, "| Variable | What it is for |", "| --- | --- |", *rows])


def theme_tables() -> str:
    """The generated part of docs/themes.md: what templates see, and the settings of the default theme."""
    module = inspect.getdoc(context) or ""
    # The rows of the table in its docstring; two spaces tell them from sentences.
    rows = re.findall(r"^``(.+?)``\s{2,}(.*)", module, re.MULTILINE)
    names = [(f"`{name}`", _plain(meaning)) for name, meaning in rows]
    parts = ["### Names", _table(("Name", "What it is"), names)]
    for view in _views():
        docs = _docstrings(context, view)
        annotations = inspect.get_annotations(view)
        found = [(f"`{name}`", f"`{kind}`", docs.get(name, "")) for name, kind in annotations.items()]
        parts += [f"### {view.__name__}", _whole(view)]
        parts += [_table(("Field", "Type", "Meaning"), found)] if found else []
    declared = tomllib.loads((ROOT / "themes" / "almanac" / "theme.toml").read_text(encoding="utf-8"))["settings"]
    settings = [
        (f"`{name}`", each["type"], _shown(each["default"]), each["help"] + _choices(each.get("choices")))
        for name, each in declared.items()
    ]
    parts += ["### Settings of `almanac`", _table(("Setting", "Type", "Default", "What it does"), settings)]
    return "\n\n".join(parts)


def themes_page(current: str) -> str:
    """docs/themes.md with its generated part renewed."""
    before, begin, rest = current.partition(BEGIN)
    _, end, after = rest.partition(END)
    assert begin and end, "docs/themes.md has lost its marks"
    return f"{before}{BEGIN}\n\n{theme_tables()}\n\n{END}{after}"


def pages() -> dict[Path, str]:
    """Every generated file with what it should hold."""
    docs = ROOT / "docs"
    themes = docs / "themes.md"
    return {
        docs / "cli.md": cli_page(),
        docs / "configuration.md": configuration_page(),
        themes: themes_page(themes.read_text(encoding="utf-8")),
    }


def _tables() -> Iterator[tuple[str, type[BaseModel]]]:
    yield "company", config.CompanyTable
    yield "site", config.SiteTable
    yield "site.roster", config.RosterTable
    yield "site.theme", config.ThemeTable
    yield "capture", config.CaptureTable
    yield "attribution", config.AttributionTable
    yield "retention", config.RetentionTable
    yield "visits", config.VisitsTable
    yield "texts.<locale>", config.TextsTable


def _views() -> Iterator[type]:
    for name, each in vars(context).items():
        if inspect.isclass(each) and each.__module__ == context.__name__ and not name.startswith("_"):
            yield each


def _keys(model: type[BaseModel], docs: dict[str, str]) -> str:
    schema = model.model_json_schema()["properties"]
    rows = []
    for name, field in model.model_fields.items():
        if name in {"roster", "theme"} and model is config.SiteTable:
            continue  # a table of its own
        default = "required" if field.is_required() else _shown(field.get_default(call_default_factory=True))
        rows.append((f"`{name}`", _kind(schema[name]), default, docs[name]))
    return _table(("Key", "Type", "Default", "Meaning"), rows)


def _columns(module: ModuleType, row: type, columns: Sequence[str], required: Sequence[str]) -> str:
    docs = _docstrings(module, row)
    rows = [(f"`{name}`", "required" if name in required else "", docs[name]) for name in columns]
    return _table(("Column", "", "Meaning"), rows)


def _kind(schema: dict[str, Any]) -> str:
    if "anyOf" in schema:
        return " or ".join(_kind(each) for each in schema["anyOf"] if each.get("type") != "null")
    if "enum" in schema:
        return " or ".join(f'`"{each}"`' for each in schema["enum"])
    longest = f" of at most {schema['maxLength']} characters" if "maxLength" in schema else ""
    match schema.get("type"):
        case "array":
            return f"list of {_kind(schema['items'])}"
        case "integer":
            return "number"
        case "object":
            return "table"
        case "boolean":
            return "`true` or `false`"
    return {"email": "e-mail address"}.get(schema.get("format", ""), "text") + longest


def _shown(value: object) -> str:
    match value:
        case None:
            return "none"
        case bool():
            return "`true`" if value else "`false`"
        case list() | tuple():
            return ", ".join(f"`{each}`" for each in value) or "empty"
        case "" | {}:
            return "empty"
    return "empty" if value == {} else f"`{value}`"


def _choices(choices: list[str] | None) -> str:
    return f" Choices: {', '.join(f'`{each}`' for each in choices)}." if choices else ""


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    cells = ([" ".join(cell.split()).replace("|", r"\|") for cell in row] for row in (head, *rows))
    lines = [f"| {' | '.join(row)} |" for row in cells]
    return "\n".join([lines[0], f"|{' --- |' * len(head)}", *lines[1:]])


def _first_line(each: type) -> str:
    text = (inspect.getdoc(each) or "").partition(":")[2].strip()
    return text[:1].upper() + text[1:]


def _whole(each: type) -> str:
    return _plain(inspect.getdoc(each) or "")


def _docstrings(module: ModuleType, each: type) -> dict[str, str]:
    """The docstring under each field of a class, which Python itself does not keep."""
    tree = ast.parse(inspect.getsource(module))
    body = next(node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name == each.__name__)
    found = {}
    for field, below in pairwise(body):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(below, ast.Expr):
            found[field.target.id] = _plain(inspect.cleandoc(ast.literal_eval(below.value)))
    return found


def _plain(text: str) -> str:
    return " ".join(text.replace("``", "`").split())


def main() -> None:
    """Writes what has changed."""
    for path, text in pages().items():
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
