"""What servers say when they refuse a mail, and what it is about."""

from __future__ import annotations

import pytest

from capture.mailing import refusals
from capture.mailing.refusals import About, Judgement, Stage, Strength, judge

RECIPIENT, NOW, US, UNKNOWN = About.RECIPIENT, About.NOW, About.US, About.UNKNOWN
STRONG, WEAK = Strength.STRONG, Strength.WEAK

AT_RCPT = [
    ("550 relay not permitted", US),
    ("550 Authentication required to relay", US),
    ("550 5.1.8 <mail@fern.example> Sender address rejected: Domain not found", US),
    ("550 5.1.7 <mail@fern.example> Sender address rejected: not a mailbox", US),
    ("550 192.0.2.7 blocked using a blocklist", US),
    ("550 see our block list", US),
    ("550 daily sending limit", US),
    ("550 Greylisted, try again", NOW),
    ("550 mailbox is full", NOW),
    ("552 5.2.2 Mailbox full", NOW),
    ("550 5.1.1 nobody", RECIPIENT),
    ("550 5.1.1", RECIPIENT),
    ("550 No such user here", RECIPIENT),
    ("556 5.1.10 domain has a null MX", RECIPIENT),
    ("550 5.7.1 policy", US),
    ("550 5.4.1 Recipient address rejected: Access denied", RECIPIENT),
    ("554 5.7.1 <pat@example.com>: Recipient address rejected: Access denied", US),
    ("550 5.2.1 disabled", RECIPIENT),
    ("550 5.2.1", UNKNOWN),
    ("550 5.2.1 The user is receiving mail at a rate that is too high", NOW),
    ("550 5.1.0 Address rejected", UNKNOWN),
    ("550 5.1.0 <mail@fern.example>: Sender address rejected", US),
    ("550 5.1.0 <pat@example.com>: User unknown", RECIPIENT),
    ("550 Invalid recipient: <pat@example.com>", UNKNOWN),
    ("550 Unrouteable address", RECIPIENT),
    ("550 5.0.0", UNKNOWN),
    ("550 no", UNKNOWN),
    ("554 no", UNKNOWN),
    ("450 4.1.1 <pat@example.com>: User unknown", NOW),
    ("450 4.1.8 <mail@fern.example>: Sender address rejected: Domain not found", US),
    ("451 4.7.1 Greylisting in action", NOW),
    ("530 5.7.0 Authentication required", US),
    ("550 5.7.1 Client host rejected: cannot find your reverse hostname", US),
    ("550 Too many invalid recipients", US),
]


@pytest.mark.parametrize(("answer", "about"), AT_RCPT)
def test_an_answer_to_a_recipient(answer, about):
    assert judge(None, None, answer, Stage.RECIPIENT).about is about


BY_SYSTEM = [
    ("550 5.1.1 <p@box.example>: Recipient address rejected: User unknown in relay recipient table", RECIPIENT, STRONG),
    ("550 5.1.1 <p@box.example>... User unknown", RECIPIENT, STRONG),
    ('unknown user: "pat"', RECIPIENT, WEAK),
    ("Sorry, no mailbox here by that name. (#5.1.1)", RECIPIENT, STRONG),
    ("Sorry, I couldn't find any host named box.example. (#5.1.2)", RECIPIENT, STRONG),
    ("550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup", RECIPIENT, STRONG),
    ("550-5.1.1 The account that you tried to reach does not exist. 550 5.1.1 More at gsmtp", RECIPIENT, STRONG),
    ("554 delivery error: dd This user doesn't have a yahoo.example account (p@y.example) [-9]", RECIPIENT, WEAK),
    ("550 Message was not accepted -- invalid mailbox. Local mailbox p@m.example is unavailable", RECIPIENT, WEAK),
    ("551 User not local; please try <other@box.example>", RECIPIENT, WEAK),
    ("550 5.1.1 unknown to us", RECIPIENT, STRONG),
    ("Host or domain name not found. Name service error for name=x.example type=A: Host not found", RECIPIENT, WEAK),
    ("550 Benutzer unbekannt", RECIPIENT, WEAK),
    ("553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)", US, None),
    ("550 5.7.26 Mail from fern.example is unauthenticated: DMARC", US, None),
    ("550 5.7.1 part of their network is on our block list (S3140)", US, None),
    ("554 Message rejected: Email address is not verified: mail@fern.example", US, None),
    ("550 5.7.705 Access denied, tenant has exceeded threshold", US, None),
    ("552 5.3.4 Message size exceeds fixed limit", US, None),
    ("550 4.4.7 QUEUE.Expired; message expired", NOW, None),
    ("554 5.4.7 expired", NOW, None),
]


@pytest.mark.parametrize(("words", "about", "strength"), BY_SYSTEM)
def test_the_words_of_mail_systems(words, about, strength):
    judgement = judge(None, None, words)
    assert judgement.about is about
    assert strength in (None, judgement.strength)


@pytest.mark.parametrize(
    ("words", "about"),
    [
        ("550 Authentication required", US),
        ("550 see our block list", US),
        ("550 something unheard of", UNKNOWN),
        ("550 User unknown", RECIPIENT),
        ("550 5.1.1 something unheard of", RECIPIENT),
        ("something unheard of", RECIPIENT),
        ("", RECIPIENT),
    ],
)
def test_a_status_that_the_reporting_server_made_up_does_not_count(words, about):
    """sendmail reports 5.1.1 for every plain 550."""
    assert judge(None, "5.1.1", words).about is about


@pytest.mark.parametrize("stage", [Stage.LOGIN, Stage.SENDER])
def test_before_the_recipient_is_named_a_refusal_is_about_us(stage):
    assert judge(550, "5.1.1", "User unknown", stage).about is US


@pytest.mark.parametrize(
    "words",
    [
        "host spam-filter.box.example[192.0.2.1] said: 550 5.1.1 User unknown",
        "550 5.1.1 <quota.full@blocked.example>: User unknown",
        "550 5.1.1 User unknown, see https://policy.example/blocked/sender/rejected",
    ],
)
def test_names_in_a_refusal_tell_nothing(words):
    assert judge(None, None, words) == Judgement(RECIPIENT, STRONG, "unknown")


@pytest.mark.parametrize(
    "words", ["", "\x00", "5" * 5000, "@" * 5000, "a@" * 2000, "no such " * 1000, "é" * 3000, "<" * 4000]
)
@pytest.mark.parametrize("code", [None, 550, 0, 999])
def test_nonsense_is_unclear_and_soon_read(words, code):
    assert judge(code, None, words).about is UNKNOWN


def test_every_row_has_a_source_and_decides_somewhere():
    """A row that no example reaches stands behind another, or means nothing."""
    examples = [words for words, *_ in AT_RCPT + BY_SYSTEM] + MORE
    whats = {judge(None, None, words, stage).what for words in examples for stage in (Stage.RECIPIENT, Stage.REPORT)}
    assert {row.what for row in refusals.rows()} <= whats
    assert all(len(row.source) > 20 for row in refusals.rows())


MORE = [
    "550 account has been closed",
    "550 mailbox is temporarily unavailable",
    "550 try again in an hour",
    "550 This message looks like spam",
    "550 mailbox is disabled",
    "550 the account may not exist",
]
