"""Reads YAML as people type it: every value stays the text that stands in the file.

YAML 1.1 would take ``3:30`` for 210, ``no`` for a falsehood and ``Our #1`` for ``Our``. Here nothing is a number or a
date, and what YAML would drop or change without a word is a fault.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from sitegen.errors import ContentError, Fault
from sitegen.site import yaml_syntax
from sitegen.site.yaml_syntax import QUOTES, line_of

MOST_NESTED = 20
"""The most levels of lists and fields within each other."""

# A word or a number right behind the sign is hardly meant as a comment: "Our #1 tea", "the # 1 in teas".
_LOST = re.compile(r"[ \t]*(#(?:[^\s#]|[ \t]*[0-9]).*)")
_LOST_AFTER_LINES = re.compile(r"[ \t]*(#.*)")
_ESCAPED = re.compile(r"\\(?:\\|(?P<sign>[0abtnvfreNLP_\t])|.)", re.DOTALL)
_NOTHING = {"~", "null", "Null", "NULL"}

Value = str | list[Any] | dict[str, Any] | None
"""A text, a list, a mapping, or None where a field stands without a value."""


@dataclass
class TypedFields:
    """The fields of a YAML text, and the line of each by its path: ``("facts", "Weight")``."""

    values: dict[str, Value]
    lines: dict[tuple[str, ...], int] = field(default_factory=dict)
    nothings: set[tuple[str, ...]] = field(default_factory=set)
    """Paths of the fields whose value is one of YAML's words for nothing, such as ``~``, without quotes."""

    def line(self, path: tuple[str, ...]) -> int | None:
        """Returns the line of a field, or of the nearest field that holds it; None if there is no such field."""
        return next((self.lines[path[:end]] for end in range(len(path), 0, -1) if path[:end] in self.lines), None)


def read(source: str, file: Path) -> TypedFields:
    """Returns the fields of a YAML text, which begins on the first line of ``file``.

    Raises ContentError, with file and line, for what is no YAML or would not be read as it is written.
    """
    try:
        faults = [*_line_ends(source, file)] or [*_surprises(source, file)]
        node = None if faults else yaml.compose(source, Loader=yaml.BaseLoader)
    except yaml.MarkedYAMLError as error:
        raise ContentError(yaml_syntax.fault(source, file, error)) from error
    except yaml.reader.ReaderError as error:
        line = source.count("\n", 0, error.position) + 1
        message = f"front matter: the character U+{error.character:04X} is not allowed here"
        raise ContentError(Fault(message, where=file, line=line)) from error
    if faults:
        raise ContentError(*faults)
    if node is None:
        return TypedFields({})
    if not isinstance(node, yaml.MappingNode):
        message, hint = "front matter: expected field: value lines", "write a space behind the colon: title: Tea"
        raise ContentError(Fault(message, where=file, line=_line(source, node), hint=hint))
    reader = _Reader(source, file)
    values = reader.mapping(node, ())
    if reader.faults:
        raise ContentError(*reader.faults)
    return TypedFields(values, reader.lines, reader.nothings)


def _line(source: str, node: Any) -> int:
    return line_of(source, node if isinstance(node, yaml.Mark) else node.start_mark)


def _line_ends(source: str, file: Path) -> Iterator[Fault]:
    """Yields faults for characters that end a line for YAML, but in no editor; text processors leave them behind."""
    for found in re.finditer("[\x85\u2028\u2029]", source):
        message = f"front matter: the character U+{ord(found[0]):04X} would end the line here"
        yield Fault(message, where=file, line=source.count("\n", 0, found.start()) + 1, hint="put a space in its place")


def _surprises(source: str, file: Path) -> Iterator[Fault]:
    """Yields faults for anchors, aliases and tags, which change or hide text, and for values that are nested too deep,
    of which reading would end Python's stack."""
    depth = 0
    for event in yaml.parse(source, Loader=yaml.BaseLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        line = _line(source, event.start_mark)
        if depth > MOST_NESTED:
            message = f"front matter: values are nested more than {MOST_NESTED} deep"
            yield Fault(message, where=file, line=line, hint="close the brackets")
            return
        sign = "*" if isinstance(event, yaml.AliasEvent) else "&" if getattr(event, "anchor", None) else None
        if sign is None and getattr(event, "tag", None):
            sign = "!"
        if sign:
            message = f'front matter: "{sign}" at the beginning of a value has a meaning of its own in YAML'
            yield Fault(message, where=file, line=line, hint=QUOTES)


class _Reader:
    """Turns YAML nodes into text, lists and mappings, and collects faults and the lines of fields."""

    def __init__(self, source: str, file: Path) -> None:
        self.source = source
        self.file = file
        self.faults: list[Fault] = []
        self.lines: dict[tuple[str, ...], int] = {}
        self.nothings: set[tuple[str, ...]] = set()

    def mapping(self, node: yaml.MappingNode, path: tuple[str, ...]) -> dict[str, Value]:
        values: dict[str, Value] = {}
        for key, value in node.value:
            line = _line(self.source, key)
            if not isinstance(key, yaml.ScalarNode):
                self._tell("front matter: expected the name of a field, found brackets", line, QUOTES)
                continue
            here = (*path, key.value)
            if here in self.lines:
                self._tell(f'"{key.value}" stands here twice, first on line {self.lines[here]}', line, "keep one")
                continue
            self.lines[here] = line
            values[key.value] = self.value(value, here)
        return values

    def value(self, node: yaml.Node, path: tuple[str, ...]) -> Value:
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(each, (*path, str(number))) for number, each in enumerate(node.value)]
        if not isinstance(node, yaml.ScalarNode) or node.style is not None:
            self._escapes(node, path)
            return str(node.value)
        lines = self.source.count("\n", node.start_mark.index, node.end_mark.index)
        lost = (_LOST_AFTER_LINES if lines else _LOST).match(self.source, node.end_mark.index)
        if lost:
            text = lost[1].splitlines()[0]
            self._tell(f'{path[-1]}: YAML takes "{text}" for a comment', _line(self.source, node.end_mark), QUOTES)
        if node.value in _NOTHING:
            self.nothings.add(path)
        return str(node.value) or None

    def _escapes(self, node: yaml.Node, path: tuple[str, ...]) -> None:
        """Tells of what double quotes make of a backslash: in ``"C:\\new"`` it would begin a new line."""
        if getattr(node, "style", None) != '"':
            return
        for found in _ESCAPED.finditer(self.source, node.start_mark.index, node.end_mark.index):
            if found["sign"]:
                message = f'{path[-1]}: "{found[0]}" within double quotes has a meaning of its own in YAML'
                line = self.source.count("\n", 0, found.start()) + 1
                self._tell(message, line, f"write \\{found[0]} there, or the value in single quotes")

    def _tell(self, message: str, line: int, hint: str) -> None:
        self.faults.append(Fault(message, where=self.file, line=line, hint=hint))


def lines_of_fields(fields: TypedFields) -> Mapping[str, int]:
    """Returns the line of each field at the top level, by its name."""
    return {path[0]: line for path, line in fields.lines.items() if len(path) == 1}
