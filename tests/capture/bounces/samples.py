"""Reports of mails that came back, written anew in the form of each mail system; names and addresses are made up.

Each system is a function from a case to a message. A case says what the receiving server answered; a system that does
not know a case (a service that has no delays) returns nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from capture.bounces.kinds import Kind
from capture.mailing.refusals import About

MESSAGE_ID = "0123456789abcdef0123456789abcdef@fern.example.com"
TO = "pat@box.example"
US = "mail@fern.example.com"


@dataclass(frozen=True, slots=True)
class Case:
    """What happened to the mail. ``plain``: the other server's answer; ``own``: True where the system judged itself."""

    name: str
    answer: str
    kind: Kind
    about: About | None


CASES = (
    Case("hard", f"550 5.1.1 <{TO}>: User unknown", Kind.BOUNCE, About.RECIPIENT),
    Case("hard, plain code", "550 No such user here", Kind.BOUNCE, About.RECIPIENT),
    Case("soft", "552 5.2.2 Mailbox full", Kind.BOUNCE, About.NOW),
    Case("about us", "550 192.0.2.9 is blocked using bl.example", Kind.BOUNCE, About.US),
    Case("about us: login", "550 Authentication required", Kind.BOUNCE, About.US),
    Case("delayed", "450 4.2.0 Try again later", Kind.DELAY, None),
)


@dataclass(frozen=True, slots=True)
class Sample:
    """A message as it lies in the mailbox, and what is right to make of it."""

    system: str
    case: str
    content: bytes
    kind: Kind
    about: About | None


HEADERS = f"""\
Received: from fern.example.com by mx.relay.example; Fri, 27 Nov 2026 23:25:29 +0000
From: Fern <{US}>
To: {TO}
Subject: Please confirm your address
Message-ID: <{MESSAGE_ID}>
Content-Type: multipart/alternative; boundary="part-{MESSAGE_ID.partition("@")[0]}"
"""


def code(answer: str) -> str:
    """The enhanced code of an answer, or the general one of its class."""
    words = answer.split()
    return words[1] if words[1].count(".") == 2 and words[1][0].isdigit() and len(words[1]) < 8 else f"{answer[0]}.0.0"


def letter(sender: str, subject: str, body: str, *extra: str, kind: str = "text/plain; charset=utf-8") -> str:
    """A report for people alone."""
    more = "".join(f"{line}\n" for line in extra)
    return f"From: {sender}\nTo: {US}\nSubject: {subject}\n{more}MIME-Version: 1.0\nContent-Type: {kind}\n\n{body}\n"


def report(
    sender: str,
    subject: str,
    notice: str,
    fields: str,
    *extra: str,
    kind: str = "multipart/report; report-type=delivery-status",
    status: str = "message/delivery-status",
    returned: str = "message/rfc822",
    reporter: str = "Reporting-MTA: dns; mx.relay.example",
) -> str:
    """A report in parts (RFC 3464)."""
    parts = (
        ("text/plain; charset=us-ascii", notice),
        (status, f"{reporter}\n\n{fields}"),
        (returned, HEADERS + ("\nHello.\n" if returned.startswith("message") else "")),
    )
    body = "".join(f"--b1/x\nContent-Type: {each}\n\n{text}\n" for each, text in parts)
    return letter(sender, subject, f"{body}--b1/x--", *extra, kind=f'{kind}; boundary="b1/x"')


def fields(case: Case, status: str | None = None, diagnosis: str | None = None, *, original: bool = False) -> str:
    """The group of fields about the recipient."""
    lines = [f"Final-Recipient: rfc822; {TO}"]
    if original:
        lines.append(f"Original-Recipient: rfc822;{TO}")
    lines += [f"Action: {'delayed' if case.kind is Kind.DELAY else 'failed'}", f"Status: {status or code(case.answer)}"]
    if diagnosis:
        lines.append(f"Diagnostic-Code: {diagnosis}")
    return "\n".join(lines) + "\n"


def late(case: Case) -> bool:
    """True for the case of a server that goes on trying."""
    return case.kind is Kind.DELAY


# -- mail servers ----------------------------------------------------------------------------------------


def postfix(case: Case) -> str:
    said = f"<{TO}>: host mx.box.example[192.0.2.1] said: {case.answer} (in reply to\n    RCPT TO command)\n"
    notice = (
        "THIS IS A WARNING ONLY. It will be retried until it is 5 days old.\n\n"
        if late(case)
        else "It is attached below.\n\n"
    ) + said
    subject = "Delayed Mail (still being retried)" if late(case) else "Undelivered Mail Returned to Sender"
    told = fields(case, diagnosis=f"smtp; {case.answer}", original=True)
    return report(
        "Mail Delivery System <MAILER-DAEMON@mx.relay.example>", subject, notice, told, "Auto-Submitted: auto-replied"
    )


def postfix_smtputf8(case: Case) -> str:
    told = (
        postfix(case)
        .replace("message/delivery-status", "message/global-delivery-status")
        .replace("message/rfc822", "message/global")
    )
    return told.replace(f"rfc822; {TO}", "utf-8; josé@box.example")


def exim(case: Case) -> str:
    subject = (
        "Warning: message 1xX5Jz delayed 24 hours"
        if late(case)
        else "Mail delivery failed: returning message to sender"
    )
    notice = (
        (
            "A message that you sent has not yet been delivered. No action is required on your "
            "part.\nDelivery attempts will continue.\n"
        )
        if late(case)
        else f"This is a permanent error. The following address(es) failed:\n"
        f"\n  {TO}\n    host mx.box.example [192.0.2.1]\n"
        f"    SMTP error from remote mail server after RCPT TO:<{TO}>:\n    {case.answer}\n"
    )
    told = fields(case, "4.0.0" if late(case) else "5.0.0", f"smtp; {case.answer}")
    extra = ("Auto-Submitted: auto-replied", f"X-Failed-Recipients: {TO}", f"References: <{MESSAGE_ID}>")
    return report("Mail Delivery System <Mailer-Daemon@mx.relay.example>", subject, notice, told, *extra)


def exim_old(case: Case) -> str:
    """Before 4.87 all of it was one text."""
    if late(case):
        body = (
            f"A message that you sent has not yet been delivered to:\n"
            f"\n  {TO}\n\nDelivery attempts will continue to be made.\n"
        )
        return letter(
            "Mail Delivery System <Mailer-Daemon@mx.relay.example>",
            "Warning: message 1xX delayed 24 hours",
            body + HEADERS,
        )
    body = (
        f"This is a permanent error. The following address(es) failed:\n"
        f"\n  {TO}\n    SMTP error from remote mail server after "
        f"RCPT TO:<{TO}>:\n    host mx.box.example [192.0.2.1]: {case.answer}\n"
        f"\n------ This is a copy of the message, including all the headers. ------\n"
        f"\n"
    )
    return letter(
        "Mail Delivery System <Mailer-Daemon@mx.relay.example>",
        "Mail delivery failed: returning message to sender",
        body + HEADERS,
    )


def exim_local(case: Case) -> str | None:
    if case.name != "hard":
        return None
    notice = f"This is a permanent error. The following address(es) failed:\n\n  {TO}\n    Unrouteable address\n"
    return report(
        "Mail Delivery System <Mailer-Daemon@mx.relay.example>",
        "Mail delivery failed: returning message to sender",
        notice,
        fields(case, "5.0.0"),
        f"X-Failed-Recipients: {TO}",
    )


def sendmail(case: Case) -> str:
    """Reports 5.1.1 for every plain 550, and adds words of its own to the transcript."""
    made_up = "5.1.1" if case.answer.startswith("550 ") and code(case.answer) == "5.0.0" else code(case.answer)
    notice = (
        f"   ----- The following addresses had {'transient non-fatal' if late(case) else 'permanent fatal'} "
        f"errors -----\n<{TO}>\n\n"
        f"   ----- Transcript of session follows -----\n"
        f"... while talking to mx.box.example.:\n>>> RCPT To:<{TO}>\n"
        f"<<< {case.answer}\n"
        + (
            (
                f"<{TO}>... Deferred\nWarning: message still undelivered after 4 hours\n"
                f"Will keep trying until message is 5 days old\n"
            )
            if late(case)
            else f"550 5.1.1 <{TO}>... User unknown\n"
        )
    )
    subject = (
        "Warning: could not send message for past 4 hours"
        if late(case)
        else "Returned mail: see transcript for details"
    )
    return report(
        "Mail Delivery Subsystem <MAILER-DAEMON@mx.relay.example>",
        subject,
        notice,
        fields(case, made_up, f"SMTP; {case.answer}"),
        "Auto-Submitted: auto-generated (failure)",
    )


def sendmail_old(case: Case) -> str | None:
    """Version 5: no parts."""
    if late(case):
        return None
    body = (
        f"   ----- Transcript of session follows -----\n"
        f">>> RCPT To:<{TO}>\n<<< {case.answer}\n550 <{TO}>... User unknown\n"
        f"\n"
        f"   ----- Unsent message follows -----\n{HEADERS}"
    )
    return letter("MAILER-DAEMON (Mail Delivery Subsystem)", "Returned mail: User unknown", body)


def opensmtpd(case: Case) -> str:
    body = "try delivering" if late(case) else "deliver"
    notice = (
        f"    Hi!\n\n    This is the MAILER-DAEMON. An error has occurred while attempting "
        f"to {body} a message for:\n\n{TO}: {case.answer}\n"
    )
    if late(case):
        notice += "\n    This is only a temporary failure report.\n    You DO NOT NEED to re-send the message.\n"
    subject = f"Delivery status notification: {'delayed' if late(case) else 'failed'}"
    return report(
        "Mailer Daemon <MAILER-DAEMON@mx.relay.example>",
        subject,
        notice,
        fields(case, "4.0.0" if late(case) else "5.0.0"),
        kind="multipart/mixed",
        returned="text/rfc822-headers",
    )


def courier(case: Case) -> str:
    notice = f"UNDELIVERABLE MAIL\n\n<{TO}>:\n     box.example [192.0.2.1]:\n >>> RCPT TO:<{TO}>\n <<< {case.answer}\n"
    told = fields(case, "4.0.0" if late(case) else "5.0.0", f"smtp; {case.answer}")
    subject = "WARNING: DELAYED MAIL" if late(case) else "NOTICE: mail delivery status."
    return report(
        '"Courier mail server at relay.example" <@relay.example>', subject, notice, told, returned="text/rfc822-headers"
    )


def dma(case: Case) -> str | None:
    if late(case):
        return None
    body = (
        f"This is the DragonFly Mail Agent at relay.example.\n\nThere was an error delivering your mail to <{TO}>.\n\n"
        f"mx.box.example [192.0.2.1] did not like our RCPT TO:\n{case.answer}\n\nMessage headers follow.\n\n{HEADERS}"
    )
    return letter("MAILER-DAEMON <>", "Mail delivery failed", body, "Precedence: junk")


def qmail(case: Case) -> str | None:
    if late(case):
        return None
    body = (
        f"Hi. This is the qmail-send program at relay.example.\n"
        f"I've given up on these addresses.\n\n<{TO}>:\n"
        f"192.0.2.1 does not like recipient.\n"
        f"Remote host said: {case.answer}\nGiving up on 192.0.2.1.\n"
        f"\n--- Below this line is a copy of the message.\n"
        f"\nReturn-Path: <{US}>\n{HEADERS}"
    )
    return letter("MAILER-DAEMON@relay.example", "failure notice", body)


def qmail_local(case: Case) -> str | None:
    if case.name not in ("hard", "soft"):
        return None
    why = "Sorry, no mailbox here by that name. (#5.1.1)" if case.name == "hard" else "user is over quota (#5.2.2)"
    body = (
        f"This is a permanent error; I've given up.\n"
        f"\n<{TO}>:\n{why}\n\n--- Below this line is a copy of the message.\n"
        f"\n{HEADERS}"
    )
    return letter("MAILER-DAEMON@relay.example", "failure notice", body)


def nullmailer(case: Case) -> str | None:
    if late(case):
        return None
    notice = f"The message attached below could not be delivered to:\n\n\t<{TO}>\n"
    status = "5.1.1" if case.answer.startswith("550") else code(case.answer)
    return report(
        "Message Delivery Subsystem <MAILER-DAEMON@relay.example>",
        "Returned mail: Could not send message",
        notice,
        fields(case, status, f"SMTP; {case.answer}"),
    )


# -- Microsoft -------------------------------------------------------------------------------------------


def exchange_2003(case: Case) -> str | None:
    whys = {
        "hard": (
            "The e-mail account does not exist at the organization this message was sent to.\n"
            "            <mx.box.example #5.1.1>"
        ),
        "soft": "The recipient's mailbox is full and can't accept messages now.\n            <mx.box.example #5.2.2>",
        "about us": f"            <mx.box.example #5.7.1 smtp;{case.answer}>",
    }
    if case.name not in whys:
        return None
    body = (
        "Your message did not reach some or all of the intended recipients.\n\n      Subject:  Please confirm\n\n"
        f"The following recipient(s) could not be reached:\n"
        f"\n      {TO} on 27.11.2026 23:25\n            {whys[case.name]}\n"
        f"\n{HEADERS}"
    )
    return letter("System Administrator <postmaster@box.example>", "Undeliverable: Please confirm your address", body)


def exchange_2007(case: Case) -> str | None:
    if late(case):
        return None
    answer = "550 5.1.1 RESOLVER.ADR.RecipNotFound; not found" if case.name == "hard" else case.answer
    notice = (
        f"Delivery has failed to these recipients or distribution lists:\n"
        f"\n{TO}\n\nDiagnostic information for administrators:\n"
        f"\n"
        f"Generating server: mx.box.example\n\n{TO}\n#{answer} ##\n\nOriginal message headers:\n\n{HEADERS}"
    )
    told = fields(case, code(answer), f"smtp;{answer}")
    return report(
        "Microsoft Exchange <postmaster@box.example>",
        "Undeliverable: Please confirm your address",
        notice,
        told,
        "X-MS-Exchange-Message-Is-Ndr: ",
        returned="text/rfc822-headers",
    )


def office_365(case: Case) -> str:
    answers = {
        "hard": "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
        "hard, plain code": "550 5.4.1 Recipient address rejected: Access denied. AS(201806281)",
        "about us": "550 5.7.606 Access denied, banned sending IP [192.0.2.9]",
    }
    answer = answers.get(case.name, case.answer)
    body = (
        f"<html><body><p>Your message to <b>{TO}</b> couldn't be delivered.</p><p>Status "
        f"code: {answer}</p></body></html>"
    )
    told = fields(case, code(answer), f"smtp;{answer}")
    sender = "Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@box.example>"
    subject = "Delivery delayed: Please confirm" if late(case) else "Undeliverable: Please confirm your address"
    return report(sender, subject, body, told).replace("text/plain; charset=us-ascii", "text/html; charset=us-ascii")


# -- mailbox providers -----------------------------------------------------------------------------------


def gmail(case: Case) -> str:
    notice = (
        (
            f"** Delivery incomplete **\n\nThere was a temporary problem delivering your message "
            f"to {TO}. Gmail will retry for 46 more hours."
        )
        if late(case)
        else (
            f"** Address not found **\n\nYour message wasn't delivered to {TO}.\n"
            f"\nThe response from the remote server was:\n"
            f"{case.answer}"
        )
    )
    if case.name not in ("hard", "hard, plain code"):
        notice = notice.replace("Address not found", "Message not delivered")
    subject = f"Delivery Status Notification ({'Delay' if late(case) else 'Failure'})"
    told = fields(case, diagnosis=f"smtp; {case.answer}")
    return report(
        "Mail Delivery Subsystem <mailer-daemon@googlemail.com>", subject, notice, told, f"X-Failed-Recipients: {TO}"
    )


def gmail_old(case: Case) -> str:
    if late(case):
        body = (
            f"This is an automatically generated Delivery Status Notification\n"
            f"\nTHIS IS A WARNING MESSAGE ONLY.\n\nDelivery to {TO} has been delayed.\n"
            f"\n"
        )
        return letter(
            "Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
            "Delivery Status Notification (Delay)",
            body + HEADERS,
        )
    body = (
        f"Delivery to the following recipient failed permanently:\n"
        f"\n     {TO}\n\nTechnical details of permanent failure: \n"
        f"Google tried to deliver your message, but it was rejected by the recipient domain. "
        f"The error that the other server returned was:\n"
        f"{case.answer} (state 14).\n\n----- Original message -----\n\n{HEADERS}"
    )
    return letter(
        "Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
        "Delivery Status Notification (Failure)",
        body,
        f"X-Failed-Recipients: {TO}",
    )


def yahoo(case: Case) -> str | None:
    if late(case):
        return None
    answer = (
        "554 delivery error: dd This user doesn't have a yahoo.example account (pat) [0] - mta.example"
        if case.name == "hard"
        else case.answer
    )
    body = (
        f"Sorry, we were unable to deliver your message to the following address.\n"
        f"\n<{TO}>:\nRemote host said: {answer}\n\n"
        f"--- Below this line is a copy of the message.\n"
        f"\n{HEADERS}"
    )
    return letter("MAILER-DAEMON@yahoo.example", "Failure Notice", body)


def mail_ru(case: Case) -> str | None:
    if late(case):
        return None
    answer = (
        "550 Message was not accepted -- invalid mailbox. Local mailbox pat@box.example is unavailable: user not found"
        if case.name == "hard"
        else case.answer
    )
    body = (
        f"This message was created automatically by mail delivery software.\n"
        f"\nA message that you sent could not be delivered.\n"
        f"\n  {TO}\n    SMTP error from remote "
        f"mail server after RCPT TO:<{TO}>:\n    host mx.box.example [192.0.2.1]: {answer}\n"
        f"\n------ This is a copy of your message, including all the headers. ------\n"
        f"\n{HEADERS}"
    )
    return letter("mailer-daemon@corp.mail.example", "Mail failure.", body, f"X-Failed-Recipients: {TO}")


def icloud(case: Case) -> str | None:
    if late(case):
        return None
    answer = f"550 5.1.1 <{TO}>: user does not exist" if case.name == "hard" else case.answer
    return report(
        "Mail Delivery System <MAILER-DAEMON@icloud.example>",
        "Undelivered Mail Returned to Sender",
        f"<{TO}>: {answer}",
        fields(case, code(answer), f"smtp; {answer}"),
        returned="text/rfc822-headers",
    )


def amazon_ses(case: Case) -> str | None:
    """Puts a Message-ID of its own in place of ours: only the boundary of our mail is left."""
    if late(case):
        return None
    notice = f"An error occurred while trying to deliver the mail to the following recipients:\n{TO}\n"
    told = report(
        "MAILER-DAEMON@eu-west-1.amazonses.com",
        "Delivery Status Notification (Failure)",
        notice,
        fields(case, diagnosis=f"smtp; {case.answer}"),
    )
    return told.replace(MESSAGE_ID, "0102018b-5f1e@eu-west-1.amazonses.com")


SYSTEMS: dict[str, Callable[[Case], str | None]] = {
    "Postfix": postfix,
    "Postfix, SMTPUTF8": postfix_smtputf8,
    "Exim": exim,
    "Exim before 4.87": exim_old,
    "Exim, its own mailbox": exim_local,
    "sendmail": sendmail,
    "sendmail, version 5": sendmail_old,
    "OpenSMTPD": opensmtpd,
    "Courier": courier,
    "dma": dma,
    "qmail": qmail,
    "qmail, its own mailbox": qmail_local,
    "nullmailer": nullmailer,
    "Exchange 2003": exchange_2003,
    "Exchange 2007": exchange_2007,
    "Microsoft 365": office_365,
    "Gmail": gmail,
    "Gmail, old form": gmail_old,
    "Yahoo": yahoo,
    "Mail.ru": mail_ru,
    "iCloud": icloud,
    "Amazon SES": amazon_ses,
}


# -- what is no bounce, and what is a complaint ----------------------------------------------------------


def _feedback(kind: str) -> str:
    parts = (
        ("text/plain", "This is an email abuse report for a message received on Fri, 27 Nov 2026."),
        (
            "message/feedback-report",
            f"Feedback-Type: {kind}\nUser-Agent: SomeGenerator/1.0\nVersion: 1\nOriginal-Rcpt-To: <{TO}>",
        ),
        ("message/rfc822", HEADERS + "\nHello.\n"),
    )
    body = "".join(f"--f\nContent-Type: {each}\n\n{text}\n\n" for each, text in parts)
    return letter(
        "staff@loop.example",
        "FW: Please confirm",
        f"{body}--f--",
        kind='multipart/report; report-type=feedback-report; boundary="f"',
    )


_REPLY = f"In-Reply-To: <{MESSAGE_ID}>"

OTHERS: tuple[tuple[str, str, str, Kind], ...] = (
    (
        "Sieve vacation",
        "auto-reply",
        letter(
            TO,
            "Auto: Please confirm",
            "I am away. 550 user unknown.",
            _REPLY,
            "Auto-Submitted: auto-replied (vacation)",
        ),
        Kind.AUTO_REPLY,
    ),
    (
        "Microsoft 365",
        "auto-reply",
        letter(
            TO, "Automatic reply: Please confirm", "I no longer work here.", _REPLY, "X-Auto-Response-Suppress: All"
        ),
        Kind.AUTO_REPLY,
    ),
    (
        "Gmail",
        "auto-reply",
        letter(
            TO, "Out of office Re: Please confirm", "Away until Monday.", _REPLY, "Precedence: bulk", "X-Autoreply: yes"
        ),
        Kind.AUTO_REPLY,
    ),
    (
        "null sender",
        "auto-reply",
        letter(TO, "Out of Office", "Away until Monday.", "Return-Path: <>", _REPLY, "Auto-Submitted: auto-replied"),
        Kind.AUTO_REPLY,
    ),
    (
        "a person",
        "a letter",
        letter(
            TO,
            "Re: Please confirm",
            (f"Hello, mail to my other address fails: 550 5.1.1 user unknown.\n> {MESSAGE_ID}"),
            _REPLY,
        ),
        Kind.OTHER,
    ),
    ("a person", "asks to leave", letter(TO, "unsubscribe", "", _REPLY), Kind.COMPLAINT),
    ("a feedback loop", "complaint", _feedback("abuse"), Kind.COMPLAINT),
    ("a feedback loop", "fraud", _feedback("fraud"), Kind.COMPLAINT),
    ("a feedback loop", "not-spam", _feedback("not-spam"), Kind.OTHER),
    ("a feedback loop", "auth-failure", _feedback("auth-failure"), Kind.OTHER),
    (
        "Microsoft JMRP",
        "complaint",
        letter(
            "staff@hotmail.example",
            "complaint about message from 192.0.2.9",
            HEADERS,
            f"X-HmXmrOriginalRecipient: {TO}",
        ),
        Kind.COMPLAINT,
    ),
    (
        "Microsoft JMRP",
        "attached",
        letter(
            "Staff <staff@hotmail.com>",
            "complaint about message from 192.0.2.9",
            f"--j\nContent-Type: message/rfc822\n\n{HEADERS}\nHello.\n\n--j--",
            kind='multipart/mixed; boundary="j"',
        ),
        Kind.COMPLAINT,
    ),
    (
        "a person",
        "forwards a mail",
        letter(
            TO,
            "FW: Please confirm",
            f"--j\nContent-Type: message/rfc822\n\n{HEADERS}\nHello.\n\n--j--",
            kind='multipart/mixed; boundary="j"',
        ),
        Kind.OTHER,
    ),
    (
        "DMARC",
        "aggregate",
        letter(
            "noreply-dmarc@box.example",
            "Report Domain: fern.example.com Submitter: box.example",
            "UEsDB",
            kind="application/zip",
        ),
        Kind.OTHER,
    ),
    (
        "Postfix",
        "success",
        postfix(CASES[0]).replace("Action: failed", "Action: relayed").replace("Status: 5.1.1", "Status: 2.0.0"),
        Kind.OTHER,
    ),
)


def samples() -> Iterator[Sample]:
    """All of them."""
    for system, write in SYSTEMS.items():
        for case in CASES:
            if (text := write(case)) is not None:
                yield Sample(system, case.name, text.encode(), case.kind, case.about)
    for system, name, text, kind in OTHERS:
        yield Sample(system, name, text.encode(), kind, None)
