"""The sites, the service and a mail server together, for ways that lead through all three."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from tests.browser import company
from tests.browser.live import LOOPBACK, Capture, Website, capture_service, free_ports, website
from tests.capture import mailserver

PATIENCE = 30
"""Seconds in which a mail must arrive; it takes one or two."""


@dataclass(frozen=True)
class Place:
    """The sites, the service, and the mail server that its mails go to."""

    site: Website
    capture: Capture
    post: mailserver.Handler

    def mail(self, address: str, subject: str, holding: str = "") -> EmailMessage:
        """The newest mail to somebody with these words in its subject and its text, once it has arrived."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            for each in reversed(self.post.mails):
                if each["To"] == address and subject in each["Subject"] and holding in text_of(each):
                    return each
            time.sleep(0.05)
        raise AssertionError(f"no mail to {address} about {subject!r}: {self.heads()}")

    def link(self, address: str, subject: str, path: str) -> str:
        """The address of a link in such a mail."""
        text = text_of(self.mail(address, subject))
        found = re.search(rf"{self.capture.origin}/{path}\S*", text)
        assert found, text
        return found[0]

    def heads(self) -> list[tuple[str, str]]:
        return [(each["To"], each["Subject"]) for each in self.post.mails]

    def told(self, address: str) -> list[str]:
        """What somebody has been told, by subject."""
        return [subject for to, subject in self.heads() if to == address]

    @property
    def database(self) -> Path:
        return Path(self.capture.environ["ESPALIER_INSTANCE"]) / "capture.sqlite"

    def state(self) -> list[str]:
        """Every row that says what somebody decided, was promised or is held of them."""
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as connection:
            # That a page was shown is counted, whoever looks at it.
            told = [line for line in connection.iterdump() if line.startswith("INSERT")]
            return [line for line in told if not line.startswith('INSERT INTO "visit"')]


def text_of(mail: EmailMessage) -> str:
    """A mail's plain text."""
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


@contextmanager
def standing(work: Path) -> Iterator[Place]:
    """Builds and serves the sites of a dozen members, with their service and its mail server."""
    port, capture_port = free_ports(2)
    folder = company.few_members(work / "content")
    handler = mailserver.Handler()
    with (
        mailserver.serving(handler) as mail_port,
        website(folder, work / "public", port, f"http://{LOOPBACK}:{capture_port}") as site,
        capture_service(folder, work / "instance", capture_port, site.origin, mail_port=mail_port) as service,
    ):
        yield Place(site, service, handler)


@dataclass(frozen=True)
class Says:
    """What stands on pages and in subjects, in one language."""

    confirm: str
    new_lead: str
    thanks: str
    my_data: str
    forgotten: str


SAYS = {
    "en": Says(
        "Please confirm", "New lead", "Thank you for confirming", "The link to your data", "Your data is erased"
    ),
    "es": Says(
        "Confirme su dirección", "Nuevo contacto", "Gracias por confirmar", "El enlace", "Sus datos se han borrado"
    ),
}
