"""A real SMTP server in a thread, well-behaved or as bad as servers get."""

from __future__ import annotations

import asyncio
import contextlib
import email
import logging
import random
import socket
import ssl
from collections import Counter
from collections.abc import Callable, Iterator
from email import policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

Answer = Callable[[str], str | None]


class Handler:
    """Takes every mail. ``rcpt`` and ``data`` may answer otherwise; "drop", "lose" and "hang" are deeds, not words."""

    def __init__(self, *, ehlo: Answer | None = None, rcpt: Answer | None = None, data: Answer | None = None) -> None:
        nothing: Answer = lambda who: None  # noqa: E731
        self.ehlo, self.rcpt, self.data = ehlo or nothing, rcpt or nothing, data or nothing
        self.mails: list[EmailMessage] = []
        self.taken: Counter[str] = Counter()
        """Mails that the server has kept, by Message-ID."""
        self.unsaid: Counter[str] = Counter()
        """Those among them of which it never told the sender."""
        self.connections = 0

        self.greetings: list[bool] = []
        """For each EHLO, whether it came through TLS."""
        self.users: list[str] = []
        """Who logged in, once for each time."""

    async def handle_EHLO(self, server: SMTP, session: Any, envelope: Any, name: str, answers: list[str]) -> list[str]:  # noqa: N802
        """Counts connections."""
        self.connections += 1
        self.greetings.append(session.ssl is not None)
        session.host_name = name
        said = self.ehlo(name)
        if said == "drop":
            _abort(server)
        return [said] if said else answers

    async def handle_RCPT(self, server: SMTP, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        """Takes a recipient."""
        said = self.rcpt(address)
        if said == "drop":
            _abort(server)
        if said == "hang":
            await asyncio.sleep(60)
        if said and said.startswith("421"):
            asyncio.get_running_loop().call_later(0.01, _abort, server)
        if not said or said in ("drop", "hang"):
            envelope.rcpt_tos.append(address)
            return "250 OK"
        return said

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:  # noqa: N802
        """Keeps a mail, unless it loses it. "drop": kept, and the connection cut before the answer."""
        said = self.data(envelope.rcpt_tos[0])
        if said == "lose":
            _abort(server)
            return "451 nobody hears this"
        if said is None or said in ("drop", "hang"):
            mail = email.message_from_bytes(envelope.content, policy=policy.default)
            self.mails.append(mail)  # type: ignore[arg-type]
            self.taken[mail["Message-ID"]] += 1
            if said is not None:
                self.unsaid[mail["Message-ID"]] += 1
        if said == "drop":
            _abort(server)
        if said == "hang":
            await asyncio.sleep(60)
        return said if said and said[0].isdigit() else "250 taken"


def _abort(server: SMTP) -> None:
    if server.transport is not None:
        server.transport.abort()


def chaos(seed: int) -> Handler:
    """Hangs, drops after DATA, answers 421, 450, 451 and 550, closes at random. ``gone…@`` addresses never exist."""
    dice = random.Random(seed)

    def pick(*odds: tuple[float, str]) -> str | None:
        roll = dice.random()
        for share, what in odds:
            if roll < share:
                return what
            roll -= share
        return None

    def rcpt(address: str) -> str | None:
        if address.startswith("gone"):
            return "550 5.1.1 nobody here of that name"
        return pick((0.03, "450 4.2.1 later"), (0.02, "421 4.3.2 closing"), (0.02, "drop"), (0.005, "hang"))

    def data(address: str) -> str | None:
        return pick((0.05, "drop"), (0.03, "lose"), (0.03, "451 4.3.0 later"), (0.005, "hang"))

    return Handler(ehlo=lambda name: pick((0.02, "421 busy"), (0.02, "drop")), rcpt=rcpt, data=data)


class _Server(Controller):
    def __init__(self, handler: Handler, wrapped: ssl.SSLContext | None, **options: Any) -> None:
        self._smtp_options = options
        logging.getLogger("mail.log").setLevel(logging.WARNING)  # what it tells is not of the program under test
        super().__init__(handler, hostname="127.0.0.1", port=0, ssl_context=wrapped)

    def factory(self) -> SMTP:
        """One per connection."""
        return SMTP(self.handler, hostname="mail.test", **{"enable_SMTPUTF8": True} | self._smtp_options)

    def _trigger_server(self) -> None:
        """Talks to itself once; the original knows nothing of port 0."""
        with socket.create_connection(self.server.sockets[0].getsockname()[:2], timeout=5) as plain:
            if self.ssl_context is None:
                plain.recv(100)
                return
            anybody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            anybody.check_hostname, anybody.verify_mode = False, ssl.CERT_NONE
            with anybody.wrap_socket(plain) as connection:
                connection.recv(100)


@contextlib.contextmanager
def serving(
    handler: Handler,
    *,
    login: tuple[str, str] | None = None,
    context: ssl.SSLContext | None = None,
    implicit: bool = False,
    smtputf8: bool = True,
) -> Iterator[int]:
    """Runs the server and gives its port.

    ``login``: the only user, without whom it takes nothing. ``context``: offers STARTTLS, and demands it; with
    ``implicit`` it speaks TLS from the first byte on. ``smtputf8``: it takes addresses in letters beyond ASCII.
    """
    options: dict[str, Any] = {"enable_SMTPUTF8": smtputf8}
    if context and not implicit:
        options |= {"tls_context": context, "require_starttls": True}
    if login:
        right = [each.encode() for each in login]

        def authenticate(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
            right_one = [data.login, data.password] == right
            if right_one:
                handler.users.append(data.login.decode())
            return AuthResult(success=right_one, handled=False)

        # Where TLS came first, aiosmtpd does not see it: whoever got this far is safe.
        in_clear = context is None or implicit
        options |= {"authenticator": authenticate, "auth_required": True, "auth_require_tls": not in_clear}
    server = _Server(handler, context if implicit else None, **options)
    server.start()
    try:
        yield server.server.sockets[0].getsockname()[1]
    finally:
        server.stop()
