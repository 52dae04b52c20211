"""Says in plain words what is wrong with text that YAML cannot read, and on which line it begins."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from sitegen.errors import Fault

UNENDED = "the front matter goes on until a line ---; is it missing before this line?"
"""The hint for what looks like running text."""

QUOTES = "put the value in quotes"

_SIGN = '"{0}" at the beginning of a value has a meaning of its own in YAML'
_FIELD = "write field: value, with a space; or indent it if it goes on with the value above"
_WORDS = (
    # what the problem says, our words for it (None: YAML's own), the hint
    (r"unexpected end of stream", "a quote that is never closed", "close it, or put the whole value in other quotes"),
    (r"expected ',' or '[]}]'", None, "close the bracket, or put the value in quotes"),
    (r"expected <block end>, but found '<scalar>'", "the value goes on behind its closing quote", None),
    (r"could not find expected ':'", "a line without a field", _FIELD),
    (r"sequence entries are not allowed", _SIGN.format("-"), QUOTES),
    (r"mapping keys are not allowed", _SIGN.format("?"), QUOTES),
    (r"expected chomping or|expected a comment or a line break", _SIGN.format('|" or ">'), QUOTES),
    (r"found another document", "text behind --- on its line", "a line --- alone ends the front matter"),
    (r"mapping values", None, f'{QUOTES} if it holds ": "'),
)
_BEHIND_QUOTES = "write '' for an apostrophe within '…', or put the whole value in \"…\""


def fault(source: str, file: Path, error: yaml.MarkedYAMLError) -> Fault:
    """Returns the fault for what YAML raised at a text that begins on the first line of ``file``."""
    problem = error.problem or error.context or ""
    found = next((each for each in _WORDS if re.search(each[0], problem)), (None, None, QUOTES))
    # What is never closed is worth seeing where it begins, not where the text ends.
    from_beginning = bool(found[0]) and ("stream" in problem or "expected ':'" in problem)
    mark = (error.context_mark if from_beginning else None) or error.problem_mark or error.context_mark
    line = line_of(source, mark) if mark else None
    hint = found[2] or _BEHIND_QUOTES
    if r"'\t'" in problem:
        indents = mark is not None and not source[source.rfind("\n", 0, mark.index) + 1 : mark.index].strip()
        hint = "indent with spaces, not with tabs" if indents else "write a space in the place of the tab"
    if any(not each.strip() for each in source.split("\n")[1 : (line or 1) - 1]):
        hint = UNENDED
    return Fault(f"front matter: {found[1] or problem}", where=file, line=line, hint=hint)


def line_of(source: str, mark: yaml.Mark) -> int:
    """Returns the line of a mark, counted as editors do: YAML would count U+0085 and U+2028 as line ends, too."""
    return source.count("\n", 0, mark.index) + 1
