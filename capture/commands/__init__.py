"""The ``capture`` command line. Each module here reads the arguments of a command, calls the service's code and prints
the result; it is imported only when that command runs."""

from __future__ import annotations

import click

from capture.commands.lazy import LazyGroup, Source
from sitegen.terminal import version_option

SOURCES = {
    "audit": Source(
        "audit:audit",
        "Check that no touch, consent, activity or decision was changed or removed since it was stored.",
    ),
    "backup": Source("backups:backup", "Write the whole database to one FILE. The service may run meanwhile."),
    "bounces": Source(
        "bounces:bounces",
        "Read bounce reports from an mbox FILE or a Maildir folder, and stop mailing addresses that do not exist.",
    ),
    "demo": Source(
        "demo:demo",
        "Build the company's sites and serve them and this service on this machine, until Ctrl-C.",
    ),
    "erase": Source(
        "person:erase",
        "Delete all personal data of an address, in all its spellings and for all members; only a keyed hash is kept.",
    ),
    "export": Source(
        "person:export_",
        "Print all data stored about an address, in all its spellings and for all members, as JSON.",
    ),
    "held": Source(
        "held:held",
        "List the mails that are held because a budget was exceeded; release or drop them by their NUMBERS.",
    ),
    "import": Source(
        "imports:import_",
        "Import leads from a list: a CSV file with a header and one person per row.",
    ),
    "leads": Source("leads:leads_", "List the leads in the order in which they signed up or were imported."),
    "mail": Source(
        "mail:mail",
        "Show the state of the outbox; send what was refused or put off again, or drop mails that were not sent.",
    ),
    "migrate": Source(
        "migrate:migrate",
        "Migrate the database to this version of the program; create it if there is none.",
    ),
    "purge": Source(
        "purge:purge",
        "Delete what is no longer needed: unconfirmed sign-ups, leads that withdrew, mails that are done, and lists"
        " that were not imported.",
    ),
    "restore": Source(
        "backups:restore",
        "Fill an empty database from a backup. SQLite backups fit PostgreSQL and the reverse.",
    ),
    "serve": Source(
        "serving:serve",
        "Serve sign-ups, the office and all other pages until SIGTERM or Ctrl-C, then finish running requests.",
    ),
    "sessions": Source("sessions:sessions", "Manage who is signed in to the office."),
    "staff": Source("staff:staff", "Manage the company's staff, who may sign in to the office and see all leads."),
    "suppress": Source("suppress:suppress", "Manage the list of addresses that must not be mailed."),
    "sync": Source(
        "sync:sync",
        "Load roster, page addresses and consent wordings from a site folder into the database, and exchange"
        " campaigns with it.",
    ),
    "why": Source(
        "history:why",
        "Print the history of a lead: its sign-ups, its consents, and who is credited by which rule.",
    ),
    "worker": Source(
        "serving:worker",
        "Send the mails in the outbox until SIGTERM or Ctrl-C, then finish the mail that is being sent.",
    ),
}
"""Every command of ``capture``, by its name."""


@click.group(
    cls=LazyGroup, sources=SOURCES, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@version_option
def main() -> None:
    """Store every sign-up, and credit it to the member whose page it came from."""
