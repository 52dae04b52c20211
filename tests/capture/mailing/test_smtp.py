"""The SMTP sender with servers of every make: in clear and through TLS, with a login and without, slow and broken."""

from __future__ import annotations

import contextlib
import gc
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from capture.mailing.envelope import Envelope
from capture.mailing.refusals import About
from capture.mailing.smtp import NoServer, PutOff, Refused, Server, SmtpMailer
from capture.models import OutboxMail
from tests.capture import certificates
from tests.capture.certificates import Certificate
from tests.capture.mailserver import Handler, serving
from tests.capture.process import environment

pytestmark = [
    # Said of every server that speaks TLS from the first byte on: aiosmtpd does not see that it does.
    pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS"),
    # What the servers of these tests leave open when a client turns away in the middle of a handshake.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

LOGIN = ("mailer@fern.example.com", "pa ss:w@rd/1")
TLS = ("smtp+starttls", "smtps")


def letter(number: int = 0, body: bytes = b"Hello.\r\n") -> Envelope:
    head = f"Message-ID: <{number}@fern.example>\r\nSubject: {number}\r\n\r\n".encode()
    return Envelope("mail@fern.example.com", f"p{number}@example.com", head + body, international=False)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return certificates.make(tmp_path_factory.mktemp("certificates") / "right", "IP:127.0.0.1")


@pytest.fixture(scope="session")
def of_another_host(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return certificates.make(tmp_path_factory.mktemp("certificates") / "other", "DNS:elsewhere.test")


@pytest.fixture(autouse=True)
def _swept() -> Iterator[None]:
    """So that it is told here, where it is expected, and not in the middle of another test."""
    yield
    gc.collect()


@pytest.fixture
def mailer() -> Iterator[Callable[..., SmtpMailer]]:
    made: list[SmtpMailer] = []

    def make(scheme: str, port: int, *, login: tuple[str, str] | None = None, **options: Any) -> SmtpMailer:
        user, password = login or (None, None)
        made.append(SmtpMailer(Server(scheme, "127.0.0.1", port, user, password), **{"timeout": 5.0, **options}))
        return made[-1]

    yield make
    for each in made:
        each.close()


# -- through TLS -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", TLS)
def test_mails_go_through_tls_after_a_login_over_one_connection(mailer, certificate, scheme):
    handler = Handler()
    with serving(handler, login=LOGIN, context=certificate.server, implicit=scheme == "smtps") as port:
        sender = mailer(scheme, port, login=LOGIN, context=certificate.client)
        for number in range(3):
            sender.send(letter(number))
        sender.close()
    assert [mail["Subject"] for mail in handler.mails] == ["0", "1", "2"]
    assert handler.users == [LOGIN[0]], "one connection, one login"
    assert handler.greetings[-1] is (scheme == "smtp+starttls"), "the login came after STARTTLS"


@pytest.mark.parametrize("scheme", TLS)
@pytest.mark.parametrize("fault", ["nobody vouches for it", "another host"])
def test_a_certificate_that_does_not_hold_is_refused_before_anything_is_said(
    mailer, certificate, of_another_host, scheme, fault
):
    handler = Handler()
    shown = of_another_host if fault == "another host" else certificate
    trusted = shown.client if fault == "another host" else None
    with (
        serving(handler, login=LOGIN, context=shown.server, implicit=scheme == "smtps") as port,
        pytest.raises(NoServer, match=r"(?i)certificate"),
    ):
        mailer(scheme, port, login=LOGIN, context=trusted).send(letter())
    assert (handler.mails, handler.users) == ([], [])


def test_a_server_without_starttls_gets_neither_password_nor_mail(mailer):
    """Whoever sits on the line can leave the offer out."""
    handler = Handler()
    with serving(handler) as port, pytest.raises(NoServer, match="STARTTLS"):
        mailer("smtp+starttls", port, login=LOGIN).send(letter())
    assert handler.mails == []


@pytest.mark.parametrize("login", [None, (LOGIN[0], "wrong")])
def test_without_the_right_login_nothing_is_lost(mailer, certificate, login):
    handler = Handler()
    # No mail's fault: it waits until the operator has mended the settings.
    with (
        serving(handler, login=LOGIN, context=certificate.server) as port,
        pytest.raises((NoServer, PutOff)) as caught,
    ):
        mailer("smtp+starttls", port, login=login, context=certificate.client).send(letter())
    assert "wrong" not in str(caught.value)
    assert handler.mails == []


@pytest.mark.slow
@pytest.mark.parametrize("scheme", TLS)
def test_a_worker_of_its_own_reads_all_of_it_from_the_settings(
    settings, database, clock, tmp_path, certificate, scheme, rows
):
    with database.write() as session:
        values = {"kind": "thank-you", "recipient": "pat@example.com", "domain": "example.com", "locale": "en"}
        texts = {"subject": "Thanks", "text": "Thanks.\n", "html": "<p>Thanks.</p>\n", "message_id": "1@fern.example"}
        session.add(OutboxMail(**values, **texts, created_at=clock.now, next_attempt_at=clock.now))
    handler = Handler()
    with serving(handler, login=LOGIN, context=certificate.server, implicit=scheme == "smtps") as port:
        address = f"{scheme}://mailer%40fern.example.com:pa%20ss%3Aw%40rd%2F1@127.0.0.1:{port}"
        told = {"ESPALIER_SMTP_URL": address, "ESPALIER_MAIL_FROM": "mail@fern.example.com"}
        more = {"SSL_CERT_FILE": str(certificate.chain)}
        for trusting in (False, True):
            done = subprocess.run(
                [sys.executable, "-m", "capture", "worker", "--once"],
                env=environment(settings, **told, **(more if trusting else {"SSL_CERT_FILE": ""})),
                cwd=tmp_path,
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
            assert "pa ss" not in done.stdout + done.stderr
            assert (done.returncode == 0) is trusting, done.stderr
            assert [row.state for row in rows(OutboxMail)] == ["sent" if trusting else "waiting"]
    assert [mail["To"] for mail in handler.mails] == ["pat@example.com"]


# -- one connection for many -----------------------------------------------------------------------------


def test_a_connection_is_made_anew_after_a_hundred_mails(mailer):
    handler = Handler()
    with serving(handler) as port:
        sender = mailer("smtp", port)
        for number in range(101):
            sender.send(letter(number))
    assert (len(handler.mails), handler.connections) == (101, 2)


def test_a_refusal_keeps_the_connection_and_the_next_mail_is_whole(mailer):
    handler = Handler(rcpt=lambda address: "550 5.1.1 nobody" if address.startswith("p1@") else None)
    with serving(handler) as port:
        sender = mailer("smtp", port)
        sender.send(letter(0))
        with pytest.raises(Refused):
            sender.send(letter(1))
        sender.send(letter(2))
    assert ([mail["Subject"] for mail in handler.mails], handler.connections) == (["0", "2"], 1)


@pytest.mark.parametrize(
    ("answer", "about"),
    [
        ("550 relay not permitted", About.US),
        ("554 5.7.1 <p0@example.com>: Relay access denied", About.US),
        ("550 Authentication required to relay", About.US),
        ("550 5.1.8 <mail@fern.example.com> Sender address rejected: Domain not found", About.US),
        ("550 5.1.7 <mail@fern.example.com> Sender address rejected", About.US),
        ("550 192.0.2.7 is blocked using a blocklist", About.US),
        ("550 daily sending limit", About.US),
        ("550 5.7.1 policy", About.US),
        ("450 4.7.1 Relay access denied", About.US),
        ("550 Greylisted, try again", About.NOW),
        ("550 mailbox is full", About.NOW),
        ("450 4.2.0 try later", About.NOW),
    ],
)
def test_a_refusal_about_us_or_about_now_puts_the_mail_off(mailer, answer, about):
    handler = Handler(rcpt=lambda address: answer)
    with serving(handler) as port, pytest.raises(PutOff) as caught:
        mailer("smtp", port).send(letter())
    assert caught.value.judgement is not None
    assert (caught.value.judgement.about, caught.value.uncertain) == (about, False)


@pytest.mark.parametrize("answer", ["552 5.3.4 Message too big for system", "554 5.6.0 message content rejected"])
def test_a_refusal_of_what_the_mail_holds_is_for_good_and_kills_no_address(mailer, answer):
    handler = Handler(data=lambda message_id: answer)
    with serving(handler) as port, pytest.raises(Refused) as caught:
        mailer("smtp", port).send(letter())
    assert not caught.value.hard


def test_a_server_that_closes_after_some_mails_costs_no_attempt(mailer):
    """With 421 instead of an answer, or without a word."""
    handler = Handler(rcpt=lambda address: next(answers))
    for said in ("421 4.7.0 too many mails in this connection", "drop"):
        answers = iter([None, said, None, None])
        with serving(handler) as port:
            sender = mailer("smtp", port)
            for number in range(3):
                sender.send(letter(number))
            sender.close()
    assert [mail["Subject"] for mail in handler.mails] == ["0", "1", "2"] * 2


@pytest.mark.parametrize(
    ("answer", "hard", "about"),
    [
        ("550 Invalid recipient", False, About.UNKNOWN),
        ("550 5.1.1 nobody", True, About.RECIPIENT),
        ("550 No such user here", True, About.RECIPIENT),
        ("556 5.1.10 null MX", True, About.RECIPIENT),
        ("550 5.4.1 Recipient address rejected: Access denied", True, About.RECIPIENT),
        ("550 5.2.1 disabled", True, About.RECIPIENT),
    ],
)
def test_a_refused_recipient_is_dead_only_where_the_server_says_so(mailer, answer, hard, about):
    handler = Handler(rcpt=lambda address: answer)
    with serving(handler) as port, pytest.raises(Refused) as caught:
        mailer("smtp", port).send(letter())
    assert caught.value.judgement is not None
    assert (caught.value.hard, caught.value.judgement.about) == (hard, about)


def test_words_about_the_recipient_after_the_mail_kill_no_address(mailer):
    handler = Handler(data=lambda message_id: "550 5.1.1 User unknown")
    with serving(handler) as port, pytest.raises(Refused) as caught:
        mailer("smtp", port).send(letter())
    assert not caught.value.hard


def test_lines_that_could_end_a_mail_or_smuggle_another_do_not(mailer):
    """A full stop alone ends a mail; one after a bare line feed must not, whatever a lenient server thinks."""
    body = b"one\r\n.\r\nMAIL FROM:<evil@example.com>\r\n..two\r\n"
    handler = Handler()
    with serving(handler) as port:
        mailer("smtp", port).send(letter(0, body))
    assert len(handler.mails) == 1
    assert handler.mails[0].get_payload(decode=True).splitlines() == body.splitlines()


# -- slow and broken -------------------------------------------------------------------------------------


@contextlib.contextmanager
def scripted(*answers: str) -> Iterator[int]:
    """A server that says these lines, one for each it hears (the first unasked), and then nothing any more."""
    listener = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()

    def talk() -> None:
        with contextlib.suppress(OSError):
            connection, _ = listener.accept()
            with connection, connection.makefile("rb") as heard:
                for number, answer in enumerate(answers):
                    if number:
                        heard.readline()
                    connection.sendall(answer.encode() + b"\r\n")
                stop.wait(30)

    thread = threading.Thread(target=talk, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        stop.set()
        listener.close()
        thread.join(5)


HELLO = ("220 mail.test", "250 mail.test")


@pytest.mark.parametrize(
    ("answers", "error", "uncertain"),
    [
        ((), NoServer, None),
        (HELLO[:1], NoServer, None),
        (HELLO, PutOff, False),
        ((*HELLO, "250 sender"), PutOff, False),
        ((*HELLO, "250 sender", "250 recipient"), PutOff, False),
        ((*HELLO, "250 sender", "250 recipient", "354 go on"), PutOff, True),
    ],
)
def test_a_server_that_hangs_is_left_in_time_at_every_step(mailer, answers, error, uncertain):
    begun = time.monotonic()
    with scripted(*answers) as port, pytest.raises(error) as caught:
        mailer("smtp", port, timeout=0.3).send(letter())
    assert time.monotonic() - begun < 5
    assert getattr(caught.value, "uncertain", None) is uncertain


@pytest.mark.parametrize("answer", ["x" * 5000, "999 what", "250-never\r\n250-ending", "\x00\xff", ""])
def test_a_server_that_talks_nonsense_is_no_mail_s_fault(mailer, answer):
    with scripted(answer) as port, pytest.raises(NoServer):
        mailer("smtp", port, timeout=0.3).send(letter())


def test_nobody_listens(mailer):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(NoServer):
        mailer("smtp", port).send(letter())
