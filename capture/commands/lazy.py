"""A group of commands whose modules are imported only when one of them runs, so that ``--help`` is over at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import click

from capture.base.unavailable import Unavailable
from sitegen.errors import Fault
from sitegen.terminal import FaultReportingGroup


@dataclass(frozen=True, slots=True)
class Source:
    """Where a command is, and what the list of commands says of it.

    ``target``: ``module:function`` within ``capture.commands``. ``summary``: the first paragraph of the command's help,
    whole; the list cuts it to the terminal's width. A test holds the two equal.
    """

    target: str
    summary: str

    def load(self) -> click.Command:
        """Imports the command."""
        module, _, function = self.target.partition(":")
        command = getattr(import_module(f"capture.commands.{module}"), function)
        assert isinstance(command, click.Command)
        return command


class LazyCommands(Mapping[str, click.Command]):
    """Commands by their names; each is imported when it is asked for."""

    def __init__(self, sources: Mapping[str, Source]) -> None:
        self.sources = sources

    def __getitem__(self, name: str) -> click.Command:
        return self.sources[name].load()

    def __iter__(self) -> Iterator[str]:
        return iter(self.sources)

    def __len__(self) -> int:
        return len(self.sources)

    def __contains__(self, name: object) -> bool:
        return name in self.sources


class LazyGroup(FaultReportingGroup):
    """Lists its commands by their summaries, and imports the one that runs.

    A database that cannot serve is a fault like others: text and exit status 1.
    """

    commands: LazyCommands  # type: ignore[assignment]  # Click only reads it

    def __init__(self, *arguments: Any, sources: Mapping[str, Source], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.commands = LazyCommands(sources)

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command."""
        try:
            return super().invoke(ctx)
        except Unavailable as error:
            hint = "is another program writing to it, or its disk full?"
            click.echo(str(Fault(f"the database cannot be used: {error}", hint=hint)), err=True)
            return ctx.exit(1)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes the list of commands without importing one."""
        sources = self.commands.sources
        width = formatter.width - 6 - max(map(len, sources))  # as Click does
        rows = [
            (name, click.Command(name, help=source.summary).get_short_help_str(width))
            for name, source in sorted(sources.items())
        ]
        with formatter.section("Commands"):
            formatter.write_dl(rows)
