"""Sends mails over SMTP, one connection for many, and tells a refusal for now from one for good."""

from __future__ import annotations

import contextlib
import re
import smtplib
import ssl
import time
from dataclasses import dataclass, field
from typing import Protocol, Self
from urllib.parse import unquote, urlsplit

from capture.mailing.envelope import Envelope
from capture.mailing.refusals import Judgement, Stage, codes, judge
from sitegen.errors import EspalierError, Fault

PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
"""The three ways to reach a server, with the port that each has where the address names none."""

TIMEOUT = 30.0
"""Seconds to wait for any one answer."""

MAILS_PER_CONNECTION = 100
SECONDS_PER_CONNECTION = 120.0
"""After which a connection is made anew: servers close those that stay too long."""


class MailServerError(EspalierError):
    """The mail server's address cannot be used."""


class Refused(Exception):
    """The mail will not be taken. ``hard``: because there is nobody at that address. ``unable``: because the company's
    own mail server lacks what the mail needs, so that another server may take it.

    ``judgement``: what the server's answer is about; None where no server refused it.
    """

    def __init__(
        self, reason: str, *, hard: bool = False, unable: bool = False, judgement: Judgement | None = None
    ) -> None:
        super().__init__(reason)
        self.hard = hard
        self.unable = unable
        self.judgement = judgement


class PutOff(Exception):
    """The mail was not taken this time. ``uncertain``: or it was, and only the answer was lost.

    ``judgement``: what the server's answer is about; None where there was none.
    """

    def __init__(self, reason: str, *, uncertain: bool = False, judgement: Judgement | None = None) -> None:
        super().__init__(reason)
        self.uncertain = uncertain
        self.judgement = judgement


class NoServer(Exception):
    """There is no server to talk to at present, or none that takes mail from us: no mail's fault."""


class Mailer(Protocol):
    """Whatever can send a mail. Raises Refused, PutOff or NoServer; returns when the mail was taken."""

    def send(self, envelope: Envelope) -> None:
        """Hands one mail over."""

    def close(self) -> None:
        """Ends connections."""


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server's address, from ``smtp+starttls://user:password@host:587``."""

    scheme: str
    host: str
    port: int
    user: str | None = None
    password: str | None = field(default=None, repr=False)

    @classmethod
    def read(cls, address: str) -> Self:
        """Raises MailServerError with a hint, and without the password."""
        hint = "e.g. smtp+starttls://user:password@mail.example.com:587, smtps://… or smtp://localhost:25"
        try:
            parts = urlsplit(address)
            port = parts.port
        except ValueError:
            parts, port = urlsplit(""), None
        if parts.scheme not in PORTS or not parts.hostname:
            raise MailServerError(Fault("not a mail server's address", where="ESPALIER_SMTP_URL", hint=hint))
        user = unquote(parts.username) if parts.username else None
        password = unquote(parts.password) if parts.password else None
        return cls(parts.scheme, parts.hostname, port or PORTS[parts.scheme], user, password)


class SmtpMailer:
    """Keeps one connection open while there is something to send. Belongs to one thread."""

    def __init__(self, server: Server, *, timeout: float = TIMEOUT, context: ssl.SSLContext | None = None) -> None:
        self._server = server
        self._timeout = timeout
        self._context = context
        self._open: smtplib.SMTP | None = None
        self._since = 0.0
        self._mails = 0

    def send(self, envelope: Envelope) -> None:
        """Hands one mail over. Whatever goes wrong ends the connection, unless the server only said no.

        Servers close a connection after some mails or some time. Where one does so before it has taken the next mail,
        that mail is sent at once over a new connection.
        """
        used = self._mails if self._open is not None else 0
        try:
            self._send(envelope)
        except PutOff as error:
            closed = self._open is None and not error.uncertain
            if not (used and closed):
                raise
            self._send(envelope)

    def _send(self, envelope: Envelope) -> None:
        connection = self._connection()
        try:
            self._hand_over(connection, envelope)
        except (PutOff, Refused) as error:
            if isinstance(error, PutOff) and error.uncertain:
                self._drop()
            elif self._open is not None:
                self._reset(connection)
            raise
        except (OSError, smtplib.SMTPException) as error:
            # The connection broke before the whole mail was there, so it was not taken.
            self._drop()
            raise PutOff(f"the connection broke: {_told(error)}") from error
        self._mails += 1

    def close(self) -> None:
        """Says good-bye."""
        if self._open is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                self._open.quit()
        self._drop()

    def _connection(self) -> smtplib.SMTP:
        old = self._mails >= MAILS_PER_CONNECTION or time.monotonic() - self._since > SECONDS_PER_CONNECTION
        if self._open is not None and old:
            self.close()
        if self._open is None:
            try:
                self._open = self._connect()
            except (OSError, smtplib.SMTPException) as error:
                raise NoServer(_told(error)) from error
            self._since, self._mails = time.monotonic(), 0
        return self._open

    def _connect(self) -> smtplib.SMTP:
        server, context = self._server, self._context or ssl.create_default_context()
        connection: smtplib.SMTP
        if server.scheme == "smtps":
            connection = smtplib.SMTP_SSL(server.host, server.port, timeout=self._timeout, context=context)
        else:
            connection = smtplib.SMTP(server.host, server.port, timeout=self._timeout)
        try:
            if server.scheme == "smtp+starttls":
                connection.starttls(context=context)
            connection.ehlo_or_helo_if_needed()
            if server.user is not None:
                connection.login(server.user, server.password or "")
        except BaseException:
            connection.close()
            raise
        return connection

    def _hand_over(self, connection: smtplib.SMTP, envelope: Envelope) -> None:
        options = []
        if envelope.international:
            if not connection.has_extn("smtputf8"):
                raise Refused("the mail server cannot send to an address with such letters (no SMTPUTF8)", unable=True)
            connection.command_encoding = "utf-8"
            options = ["SMTPUTF8", "BODY=8BITMIME"]
        try:
            self._expect(250, *connection.mail(envelope.sender, options), "MAIL FROM", stage=Stage.SENDER)
            self._expect(250, *connection.rcpt(envelope.recipient), "RCPT TO", stage=Stage.RECIPIENT)
        finally:
            connection.command_encoding = "ascii"
        self._expect(354, *connection.docmd("DATA"), "DATA")
        try:
            # A line that begins with a full stop gets another, since one alone ends the mail (RFC 5321, 4.5.2).
            connection.send(re.sub(rb"(?m)^\.", b"..", envelope.content) + b".\r\n")
            code, answer = connection.getreply()
        except (OSError, smtplib.SMTPException) as error:
            raise PutOff(f"no answer after the mail was handed over: {_told(error)}", uncertain=True) from error
        self._expect(250, code, answer, "the mail")

    def _expect(
        self,
        wanted: int,
        code: int,
        answer: bytes,
        after: str,
        stage: Stage = Stage.CONTENT,
    ) -> None:
        """Raises what an answer means: PutOff where the same mail may be taken later, Refused where it may not."""
        if code == wanted or (wanted == 250 and code == 251):
            return
        words = answer.decode("utf-8", "replace")
        text = f"{code} {words} (after {after})"
        if code == 421 or code == -1:
            self._drop()
        judgement = judge(code, codes(words)[1], words, stage)
        if 500 <= code <= 599 and not judgement.passing:
            raise Refused(text, hard=judgement.dead, judgement=judgement)
        raise PutOff(text, judgement=judgement)

    def _reset(self, connection: smtplib.SMTP) -> None:
        try:
            connection.rset()
        except (OSError, smtplib.SMTPException):
            self._drop()

    def _drop(self) -> None:
        if self._open is not None:
            self._open.close()
        self._open = None


def _told(error: BaseException) -> str:
    """An error in words, without what a server was told to log in with."""
    if isinstance(error, smtplib.SMTPResponseException):
        answer = error.smtp_error
        return f"{error.smtp_code} {answer.decode('utf-8', 'replace') if isinstance(answer, bytes) else answer}"
    return str(error) or type(error).__name__
