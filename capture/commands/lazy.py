"""Lets Click import a command's module only when the command runs, so that ``capture --help`` is fast."""

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
    """Where the code of a command is, and the command's line in the list of commands.

    ``target``: ``module:function`` within ``capture.commands``. ``summary``: the whole first paragraph of the command's
    help, which the list cuts to the terminal's width; a test compares it with the help.
    """

    target: str
    summary: str

    def load(self) -> click.Command:
        """Imports the module of a command and returns the Click command."""
        module, _, function = self.target.partition(":")
        command = getattr(import_module(f"capture.commands.{module}"), function)
        assert isinstance(command, click.Command)
        return command


class LazyCommands(Mapping[str, click.Command]):
    """A mapping from names to Click commands; a command's module is imported when the command is looked up."""

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
    """A Click group that lists its commands by the summaries in ``sources``, and imports only the command that runs.

    If the database cannot be used (Unavailable), the error is printed like a fault, and the exit status is 1.
    """

    commands: LazyCommands  # type: ignore[assignment]  # Click only reads it

    def __init__(self, *arguments: Any, sources: Mapping[str, Source], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.commands = LazyCommands(sources)

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command that was typed. Prints the error and exits with status 1 if the database cannot be used."""
        try:
            return super().invoke(ctx)
        except Unavailable as error:
            click.echo(str(Fault(f"the database cannot be used: {error}", hint=error.hint)), err=True)
            return ctx.exit(1)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes the list of commands for ``--help``, without importing any command's module."""
        sources = self.commands.sources
        width = formatter.width - 6 - max(map(len, sources))  # as Click does
        rows = [
            (name, click.Command(name, help=source.summary).get_short_help_str(width))
            for name, source in sorted(sources.items())
        ]
        with formatter.section("Commands"):
            formatter.write_dl(rows)
