"""Finds what an author meant as Markdown and Markdown left standing: notes that do not meet, ids in running text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from sitegen.errors import Fault
from sitegen.site.dialect.markdown_lines import HEADING, ITEM, verbatim

_CODE = re.compile(r"(?<![\\`])(`+)(?!`).*?(?<!`)\1(?!`)")
_NOTE = re.compile(r"[ >]*\[\^([^\]]+)\]:")
_CALL = re.compile(r"(?<!\\)\[\^([^\]\s][^\]]*)\]")
_ID = re.compile(r"(?<!\\)\{[#:][^{}\n]*\}")
_UNDERLINE = re.compile(r" {0,3}(?:=+|-+)\s*\Z")
_RAW = re.compile(r" {0,3}<(?P<tag>[a-z][a-z0-9]*)\b(?P<rest>[^>]*)>", re.IGNORECASE)
_NOT_READ = re.compile(
    r"(?<![\w*])\*\*\S[^*]*\*\*|!?\[[^][]+\]\([^()\s]+\)|^ {0,3}(?:[-*+] |[0-9]+[.)] |#{1,6} |> )\S|^ {0,3}\|.*\|\s*$"
)
_BLOCKS = {
    *(
        "address",
        "article",
        "aside",
        "blockquote",
        "details",
        "div",
        "dl",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
    ),
    *("form", "header", "main", "nav", "ol", "p", "section", "table", "ul"),
}


def in_page(text: str, first_line: int) -> Iterator[Fault]:
    """Yields faults for the remains of Markdown in a page whose Jinja is put aside.

    ``first_line``: the line of the file on which ``text`` begins.
    """
    lines = text.split("\n")
    kept = verbatim(lines)
    shown = ["" if block else _CODE.sub(" ", line) for line, block in zip(lines, kept, strict=True)]
    yield from _notes(shown, first_line)
    yield from _ids(shown, first_line)
    yield from _in_html(shown, first_line)


def _notes(lines: Sequence[str], first_line: int) -> Iterator[Fault]:
    notes: dict[str, int] = {}
    calls: dict[str, int] = {}
    for number, line in enumerate(lines, first_line):
        if found := _NOTE.match(line):
            if found[1] in notes:
                message = f'the note "[^{found[1]}]:" stands here twice, first on line {notes[found[1]]}'
                yield Fault(message, line=number, hint="give one of them another name")
            notes.setdefault(found[1], number)
            line = line[found.end() :]
        for each in _CALL.findall(line):
            calls.setdefault(each, number)
    for name in calls.keys() - notes.keys():
        yield Fault(
            f'there is no note "[^{name}]:" on this page',
            line=calls[name],
            hint=f"write [^{name}]: …, or \\[ for a bracket",
        )
    for name in notes.keys() - calls.keys():
        hint = f"write [^{name}] where it belongs, or take it out"
        yield Fault(f'no text refers to the note "[^{name}]:"', line=notes[name], hint=hint)


def _ids(lines: Sequence[str], first_line: int) -> Iterator[Fault]:
    for at, line in enumerate(lines):
        for found in _ID.finditer(line):
            if not _may_have_id(lines, at, found):
                message = f'"{found[0]}" stands where nothing can have it, and would be seen'
                hint = "it goes to the end of a heading, or right behind a link; write &#123; for a brace to be seen"
                yield Fault(message, line=first_line + at, hint=hint)


def _may_have_id(lines: Sequence[str], at: int, found: re.Match[str]) -> bool:
    before, after = found.string[: found.start()], found.string[found.end() :]
    below = lines[at + 1] if at + 1 < len(lines) else ""
    if before[-1:] in {")", "]", "*", "_", "`", ">"}:
        return True  # right behind a link or the like
    if not after.strip(" #") and (HEADING.match(before.lstrip("> ")) or _UNDERLINE.match(below)):
        return True
    if found[0].startswith("{:") and not after.strip():
        # On a line of its own below a paragraph, or at the end of an item or a cell; not below a table.
        above = lines[at - 1] if at else ""
        return ITEM.match(before) is not None or (not before.strip() and bool(above.strip()) and "|" not in above)
    return "|" in before


def _in_html(lines: Sequence[str], first_line: int) -> Iterator[Fault]:
    inside: tuple[str, int] | None = None
    blank = False
    for at, line in enumerate(lines):
        found = _RAW.match(line)
        if inside is None:
            if found and found["tag"].lower() in _BLOCKS and "markdown" not in found["rest"]:
                inside, blank = (found["tag"], at), False
        elif not line.strip():
            blank = True
        elif found and "markdown" in found["rest"]:
            inside = None
        elif blank and _NOT_READ.search(line):
            message = f"Markdown is not read within <{inside[0]}>, which begins on line {first_line + inside[1]}"
            hint = f'write <{inside[0]} markdown="1"> there, or this line in HTML'
            yield Fault(message, line=first_line + at, hint=hint)
            inside = None
            continue
        if inside is not None and f"</{inside[0]}".lower() in line.lower():
            inside = None
