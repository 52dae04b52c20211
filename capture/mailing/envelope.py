"""Turns a mail from the outbox into the message that a mail server gets."""

from __future__ import annotations

from dataclasses import dataclass
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage

from capture.mailing.return_path import ReturnPath
from capture.models import OutboxMail


@dataclass(frozen=True, slots=True)
class Envelope:
    """A mail as a mail server gets it: the address to report to (``sender``), recipient, and the message with lines
    ending in CR LF."""

    sender: str
    recipient: str
    content: bytes
    international: bool
    """True if an address has letters beyond ASCII before its at sign (RFC 6531)."""


def compose(
    row: OutboxMail,
    sender: str,
    company: str,
    unsubscribe: str | None = None,
    return_path: ReturnPath | None = None,
) -> Envelope:
    """Returns the message for a mail in the outbox, as text and HTML (multipart), the same bytes at every attempt.

    ``sender``: the address that mails come from; ``company``: the name shown with it. ``unsubscribe``: the https
    address by which one POST unsubscribes the recipient (RFC 8058). The three headers about a mailing list are added
    only if this is given and the mail belongs to a list. ``return_path``: where mail servers report to; None: to
    ``sender``.
    """
    recipient = ascii_domain(row.recipient)
    international = not recipient.isascii()
    message = EmailMessage(policy.SMTPUTF8 if international else policy.SMTP)
    message["From"] = Address(company, addr_spec=sender)
    local, _, domain = recipient.rpartition("@")
    # Not parsed: the address was validated when it came in, and the parser takes ASCII letters only here.
    message["To"] = Address(username=local, domain=domain)
    message["Subject"] = row.subject
    message["Date"] = row.created_at
    message["Message-ID"] = f"<{row.message_id}>"
    # RFC 3834: auto-responders do not answer such a mail.
    message["Auto-Submitted"] = "auto-generated"
    if row.list_id and unsubscribe:
        message["List-Id"] = f"<{row.list_id}>"
        message["List-Unsubscribe"] = f"<{unsubscribe}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(row.text, cte="quoted-printable")
    message.add_alternative(row.html, subtype="html", cte="quoted-printable")
    message.set_boundary(f"part-{row.message_id.partition('@')[0]}")
    reports_to = return_path.of_mail(row.message_id) if return_path else sender
    return Envelope(reports_to, recipient, message.as_bytes(), international)


def ascii_domain(address: str) -> str:
    """Returns an e-mail address with its domain in ASCII, as the domain name system writes it (xn--…)."""
    local, _, domain = address.rpartition("@")
    return address if domain.isascii() else f"{local}@{domain.encode('idna').decode('ascii')}"
