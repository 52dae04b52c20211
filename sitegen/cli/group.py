"""The group of commands: faults become text and an exit status, and ``--version`` names what is installed."""

from __future__ import annotations

from typing import Any

import click

import sitegen
from sitegen.errors import EspalierError


class FaultReportingGroup(click.Group):
    """Turns every fault a person can mend into text and exit status 1, in one place."""

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command; a bug keeps its traceback."""
        try:
            return super().invoke(ctx)
        except EspalierError as error:
            click.echo(str(error), err=True)
            count = len(error.faults)
            if count > 1:
                click.echo(f"{count} faults", err=True)
            ctx.exit(1)
        except KeyboardInterrupt:
            click.echo("interrupted; what was published is whole, and the next run goes on from here", err=True)
            ctx.exit(130)


def version_option(command: Any) -> Any:
    """``--version``: prints the name and the version of the distribution, and ends."""

    def shown(ctx: click.Context, param: click.Parameter, value: bool) -> None:
        if value and not ctx.resilient_parsing:
            click.echo(f"{sitegen.DISTRIBUTION} {sitegen.version()}")
            ctx.exit()

    option = click.option(
        "--version", is_flag=True, expose_value=False, is_eager=True, callback=shown, help="Show the version and exit."
    )
    return option(command)
