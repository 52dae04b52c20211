"""The ``sitegen`` command: reads options, calls the generator and prints. Only this package and ``terminal`` use Click.

Each command imports what only it needs when it runs, so that ``--help`` and a build with nothing to do are fast.
"""

from __future__ import annotations

import click

from sitegen.cli.addresses import addresses
from sitegen.cli.building import build, check_command
from sitegen.cli.members import members, roster_to
from sitegen.cli.serving import serve_command
from sitegen.cli.starting import new, secrets
from sitegen.terminal import FaultReportingGroup, version_option


@click.group(
    cls=FaultReportingGroup,
    counts_faults=True,
    interrupted="interrupted; what was published is whole, and the next run goes on from here",
    context_settings={"help_option_names": ["-h", "--help"]},
)
@version_option
def main() -> None:
    """Replicated sites for a network-marketing company: one personalised site for each member.

    DIR is the folder with site.toml; by default the current folder or ./content.
    """


for _command in (new, build, check_command, serve_command, members, addresses, roster_to, secrets):
    main.add_command(_command)
