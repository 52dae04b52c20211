"""The LMTP server. A message is acknowledged after what it reports was committed; else the mail server keeps it."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session

from capture.base.unavailable import Unavailable
from capture.bounces.lmtp import places

log = logging.getLogger("capture.bounces")

LARGEST = 10 * 1024 * 1024
"""The most bytes of one message; a larger one is refused for good."""

LONGEST_LINE = 1024 * 1024
"""The most bytes of one line. SMTP allows 1,000, but what comes back was often not written by those rules."""

MOST_CONNECTIONS = 8
"""So many connections at a time; a further one is asked to come back later. Bounds the memory that messages take."""

MOST_RECIPIENTS = 100
"""The most recipients of one message; a mail server sends it again for the others."""

IDLE_SECONDS = 120.0
"""How long a connection may take for one command, or for sending one message."""

LAST_SECONDS = 20.0
"""How long the message that is being recorded may take when the server stops."""

RECORDED = "250 2.0.0 recorded"
LATER = "451 4.3.0 cannot be recorded now, try again later"
TOO_MANY_RECIPIENTS = "452 4.5.3 too many recipients"
BUSY = b"421 4.3.2 too many connections, try again later\r\n"

Record = Callable[[bytes], None]
"""Records what one message reports, and returns after the commit."""


def serve(listener: socket.socket, record: Record) -> None:
    """Takes messages until SIGTERM or SIGINT; then finishes the one that is being recorded. Must be called in the main
    thread. ``listener``: see ``places.listen``.

    ``record`` is called in one other thread, for one message at a time. If it raises an error, the mail server is told
    to try again later.
    """
    logging.getLogger("mail.log").setLevel(logging.WARNING)  # it tells every command
    place = places.where(listener)
    try:
        asyncio.run(_until_signal(listener, record))
    finally:
        listener.close()
        if listener.family == socket.AF_UNIX:
            Path(place).unlink(missing_ok=True)


async def _until_signal(listener: socket.socket, record: Record) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    await take(listener, record, stopped)


async def take(listener: socket.socket, record: Record, stopped: asyncio.Event) -> None:
    """Takes messages until the event; then finishes the one that is being recorded."""
    loop = asyncio.get_running_loop()
    connections: set[Connection] = set()
    with ThreadPoolExecutor(1, thread_name_prefix="bounces") as thread:
        receiver = Receiver(record, thread)
        begin = loop.create_unix_server if listener.family == socket.AF_UNIX else loop.create_server
        server = await begin(lambda: Connection(receiver, connections), sock=listener)
        await stopped.wait()
        server.close()
        deadline = loop.time() + LAST_SECONDS
        while any(each.records for each in connections) and loop.time() < deadline:
            await asyncio.sleep(0.02)
        for each in list(connections):
            each.end()


class Receiver:
    """Hands each message to a function that records it. aiosmtpd calls it by the names of the commands."""

    def __init__(self, record: Record, thread: Executor) -> None:
        self._record = record
        self._thread = thread

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Takes every recipient: what the mail server hands over here was addressed to us."""
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return TOO_MANY_RECIPIENTS
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: Connection, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Records a message, and returns the answer to the mail server."""
        server.records = True
        try:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._record, message(envelope))
        except Unavailable as error:
            log.warning("a report stays with the mail server: %s", error)
            return LATER
        except Exception:
            # Whatever it is, an answer for good would make the mail server drop the report.
            log.exception("a report stays with the mail server")
            return LATER
        return RECORDED

    async def handle_exception(self, error: Exception) -> str:
        """Logs an error outside of ``handle_DATA``, and returns the answer to the mail server."""
        log.error("a command was not understood: %s", type(error).__name__)
        return LATER


def message(envelope: Envelope) -> bytes:
    """Returns a message with a header line for each address that it was delivered to: only this may tell which mail
    came back (``return_path``)."""
    recipients = (each.encode("utf-8", "surrogateescape") for each in envelope.rcpt_tos)
    content = envelope.original_content or b""
    return b"".join(b"Delivered-To: %s\r\n" % each for each in recipients) + content


class Connection(LMTP):
    """A connection of a mail server. ``connections``: all that are open; ``records``: whether its message is being
    recorded and not answered yet."""

    line_length_limit = LONGEST_LINE

    def __init__(self, receiver: Receiver, connections: set[Connection]) -> None:
        super().__init__(
            receiver,
            data_size_limit=LARGEST,
            enable_SMTPUTF8=True,
            hostname="localhost",
            ident="Espalier",
            timeout=IDLE_SECONDS,
            loop=asyncio.get_running_loop(),
        )
        self.records = False
        self._connections = connections
        self._answers = 1

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begins the conversation, unless there are too many already."""
        if len(self._connections) >= MOST_CONNECTIONS:
            assert isinstance(transport, asyncio.WriteTransport)
            transport.write(BUSY)
            transport.close()
            return
        self._connections.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """Ends the conversation."""
        if self in self._connections:
            self._connections.discard(self)
            super().connection_lost(error)

    def end(self) -> None:
        """Closes the connection; the mail server tries again with what was not answered."""
        if self.transport is not None:
            self.transport.close()

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        """Takes a message."""
        try:
            await super().smtp_DATA(arg)
        finally:
            self.records, self._answers = False, 1

    async def push(self, status: str | bytes) -> None:
        """Sends an answer: for a message, as often as it has recipients, since LMTP answers for each of them."""
        text = status.decode() if isinstance(status, bytes) else status
        await super().push("\r\n".join([text] * self._answers))
        self._answers = len(self.envelope.rcpt_tos) if self.envelope and text.startswith("354") else 1
