"""``capture audit``: checks that no evidence (sign-ups, consents, decisions on credit) was changed or removed."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from capture.commands import installation, options
from capture.credit import evidence


@click.command()
@click.option("--seal", metavar="SEAL", help="A seal that an earlier audit printed; it must still occur.")
@options.as_json
def audit(seal: str | None, as_json: bool) -> None:
    """Check that no touch, consent, activity or decision was changed or removed since it was stored.

    Keep the seal that it prints outside this machine: with --seal, a later audit proves that nothing before it was
    rewritten. The exit status is 1 if anything was changed or removed.

    \b
    Examples:
      capture audit
      capture audit --seal 5f1d…
    """
    with installation.existing_database().read() as session:
        report = evidence.audit(session, seal)
    if as_json:
        click.echo(json.dumps(asdict(report)))
    else:
        for fault in report.faults:
            click.echo(fault)
        older = f", {report.older} older than the chain" if report.older else ""
        click.echo(f"{report.rows} rows, {len(report.faults)} faults, {report.erased} persons erased{older}")
        click.echo(f"seal {report.seal or '(none yet)'}")
    if report.faults:
        click.get_current_context().exit(1)
