"""The ``capture`` command: parse, call, print. A module for each noun; it is imported only when its command runs."""

from __future__ import annotations

import click

from capture.commands.lazy import LazyGroup, Source
from sitegen.terminal import version_option

SOURCES = {
    "audit": Source(
        "audit:audit",
        "Check that no touch, consent, act or decision was changed or removed since it was written.",
    ),
    "backup": Source("backups:backup", "Write the whole database to one FILE, while the service runs."),
    "bounces": Source(
        "bounces:bounces",
        "Read the reports of mails that came back from an mbox FILE or a Maildir folder, and stop mailing"
        " dead addresses.",
    ),
    "demo": Source(
        "demo:demo",
        "Build the company's sites and serve them with this service on this machine, until Ctrl-C.",
    ),
    "erase": Source(
        "person:erase",
        "Destroy everything held of an address under all members; only a keyed hash stays.",
    ),
    "export": Source("person:export_", "Print everything held of an address under all members, as JSON."),
    "held": Source(
        "held:held",
        "List the mails that went over a budget; release or drop them by their NUMBERS.",
    ),
    "import": Source(
        "imports:import_",
        "Take in leads from a list: a CSV file with a header, one person a row.",
    ),
    "leads": Source("leads:leads_", "List the leads in the order they came."),
    "mail": Source(
        "mail:mail",
        "Show how the outbox stands; send dead mails again, or drop mails that were not sent.",
    ),
    "migrate": Source(
        "migrate:migrate",
        "Bring the database up to date with this version of the program; make it where there is none.",
    ),
    "purge": Source(
        "purge:purge",
        "Forget what is no longer needed: sign-ups nobody confirmed, leads that left, mails that are done,"
        " and lists that nobody took in.",
    ),
    "restore": Source(
        "backups:restore",
        "Fill an empty database from a backup, also one of the other kind (SQLite, PostgreSQL).",
    ),
    "serve": Source(
        "serving:serve",
        "Serve the sign-up service until it is told to stop (SIGTERM or Ctrl-C), then finish what has begun.",
    ),
    "staff": Source("staff:staff", "Say who of the company may come into the office and see all leads."),
    "sync": Source(
        "sync:sync",
        "Load roster, page addresses and consent wordings from a site folder into the database, and exchange"
        " campaigns.",
    ),
    "why": Source(
        "history:why",
        "Tell the story of a lead: what came in, what was agreed to, who is credited and by which rule.",
    ),
    "worker": Source(
        "serving:worker",
        "Send the mails in the outbox until told to stop (SIGTERM or Ctrl-C), then finish the one that has begun.",
    ),
}
"""Every command by its name."""


@click.group(
    cls=LazyGroup, sources=SOURCES, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@version_option
def main() -> None:
    """Keep every sign-up, and credit it to the member whose page earned it."""
