"""What the ``sitegen`` and ``capture`` commands share: faults as text and exit status, ``--version``, progress.

The one module outside ``sitegen.cli`` and ``capture.commands`` that imports Click. Rich is imported only if a progress
bar is drawn.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import click

import sitegen
from sitegen.errors import EspalierError

SECONDS_BETWEEN_LINES = 5.0
"""Seconds between two lines about progress, where standard error is not a terminal."""

Progress = Callable[[int, int | None], None]
"""A function to call with how much work is done and how much there is in all (None if that is not known)."""


class FaultReportingGroup(click.Group):
    """A group of commands that prints the faults a person can put right and ends with exit status 1.

    A bug keeps its traceback. ``counts_faults``: if there are several faults, a last line says how many.
    ``interrupted``: the text to print after Ctrl-C, with exit status 130; None leaves Ctrl-C to Click.
    """

    def __init__(
        self, *arguments: Any, counts_faults: bool = False, interrupted: str | None = None, **options: Any
    ) -> None:
        super().__init__(*arguments, **options)
        self._counts_faults = counts_faults
        self._interrupted = interrupted

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command; prints its faults and ends the program with exit status 1 if there are any."""
        try:
            return super().invoke(ctx)
        except EspalierError as error:
            self._report(error)
            ctx.exit(1)
        except BrokenPipeError:
            # The reader has read enough; Python must not complain about it once more at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(1)
        except KeyboardInterrupt:
            if self._interrupted is None:
                raise
            click.echo(self._interrupted, err=True)
            ctx.exit(130)

    def _report(self, error: EspalierError) -> None:
        click.echo(str(error), err=True)
        if self._counts_faults and len(error.faults) > 1:
            click.echo(f"{len(error.faults)} faults", err=True)


def version_option(command: Any) -> Any:
    """Adds ``--version`` to a command: prints the names of the program and its package, and the version, and ends."""

    def shown(ctx: click.Context, param: click.Parameter, value: bool) -> None:
        if value and not ctx.resilient_parsing:
            click.echo(f"{ctx.find_root().info_name} ({sitegen.DISTRIBUTION}) {sitegen.version()}")
            ctx.exit()

    option = click.option(
        "--version", is_flag=True, expose_value=False, is_eager=True, callback=shown, help="Show the version and exit."
    )
    return option(command)


def progress_bar(unit: str, *, silent: bool) -> AbstractContextManager[Progress]:
    """Shows on standard error, during a ``with`` block, how far long work is; yields the function to report to.

    On a terminal there is a bar, elsewhere a line now and then, for logs. ``unit``: what is counted, in the plural.
    ``silent``: show nothing, as with ``--json`` and ``--quiet``.
    """
    if silent:
        return nullcontext(lambda done, total: None)
    return _bar(unit) if sys.stderr.isatty() else nullcontext(_lines(unit))


@contextmanager
def _bar(unit: str) -> Iterator[Progress]:
    from rich import progress
    from rich.console import Console

    columns = (
        progress.TextColumn(unit),
        progress.BarColumn(),
        progress.MofNCompleteColumn(),
        progress.TimeRemainingColumn(),
    )
    with progress.Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(unit, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _lines(unit: str) -> Progress:
    told = time.monotonic()

    def tell(done: int, total: int | None) -> None:
        nonlocal told
        if time.monotonic() - told >= SECONDS_BETWEEN_LINES:
            told = time.monotonic()
            click.echo(f"{done} {unit}" if total is None else f"{done} of {total} {unit}", err=True)

    return tell
