"""Reports of many mail systems, whole, encoded and damaged, and what is made of them."""

from __future__ import annotations

import base64
import mailbox
import quopri
import re
from pathlib import Path

import pytest

from capture.bounces.kinds import Kind
from capture.bounces.reading import Finding, read
from capture.mailing.refusals import About, Strength
from tests.capture.bounces import table
from tests.capture.bounces.samples import CASES, HEADERS, MESSAGE_ID, SYSTEMS, TO, Sample, letter, postfix, samples

ALL = list(samples())
REAL = Path(__file__).parent / "real"


def name(sample: Sample) -> str:
    return f"{sample.system}: {sample.case}"


def only(content: bytes, **more: str) -> Finding:
    (finding,) = read(content, domain="fern.example.com", **more)
    return finding


def check(sample: Sample, content: bytes) -> None:
    finding = only(content)
    about = finding.judgement.about if finding.judgement else None
    assert (finding.kind, about) == (sample.kind, sample.about), finding
    if sample.kind in (Kind.BOUNCE, Kind.COMPLAINT):
        assert finding.message_id == MESSAGE_ID


@pytest.mark.parametrize("sample", ALL, ids=name)
def test_a_report(sample):
    check(sample, sample.content)


@pytest.mark.parametrize("sample", ALL, ids=name)
def test_line_ends_of_the_network_make_no_difference(sample):
    check(sample, sample.content.replace(b"\n", b"\r\n"))


@pytest.mark.parametrize("encoding", ["base64", "quoted-printable"])
@pytest.mark.parametrize(
    "sample", [s for s in ALL if b"\nContent-Type: text/plain; charset=utf-8\n" in s.content], ids=name
)
def test_an_encoded_text(sample, encoding):
    head, _, body = sample.content.partition(b"\n\n")
    coded = base64.encodebytes(body) if encoding == "base64" else quopri.encodestring(body)
    check(sample, head + f"\nContent-Transfer-Encoding: {encoding}\n\n".encode() + coded)


@pytest.mark.parametrize("sample", [s for s in ALL if b'boundary="b1/x"' in s.content], ids=name)
@pytest.mark.parametrize("damage", ["another boundary", "no boundary", "cut off"])
def test_a_broken_structure(sample, damage):
    content = sample.content
    if damage == "another boundary":
        content = content.replace(b'boundary="b1/x"', b'boundary="b2"')
    elif damage == "no boundary":
        content = re.sub(rb"(?m)^Content-Type: multipart.*\n", b"", content, count=1)
    else:
        content = content[: content.rindex(b"--b1/x--")]
    check(sample, content)


@pytest.mark.parametrize("path", sorted(REAL.glob("*.mbox")), ids=lambda path: path.stem)
def test_reports_of_servers_that_were_run(path):
    """What stands before the at sign says which answer the second server gave."""
    right = {
        "u511": About.RECIPIENT,
        "plain": About.RECIPIENT,
        "unroute": About.RECIPIENT,
        "nobody": About.RECIPIENT,
        "fwd": About.RECIPIENT,
        "full": About.NOW,
        "sender": About.US,
        "policy": About.US,
        "data": About.US,
        "later": None,
    }
    box = mailbox.mbox(path)
    findings = [finding for key in box.iterkeys() for finding in read(box.get_bytes(key))]
    box.close()
    assert findings
    for finding in findings:
        assert finding.message_id is not None
        assert finding.recipient is not None
        about = right[finding.recipient.partition("@")[0].partition("-")[0]]
        assert (finding.judgement.about if finding.judgement else None) is about
        assert (finding.kind is Kind.DELAY) is (about is None)


def test_what_a_finding_tells():
    finding = only(postfix(CASES[0]).encode())
    assert (finding.recipient, finding.code, finding.enhanced) == (TO, 550, "5.1.1")
    assert finding.words == f"550 5.1.1 <{TO}>: User unknown"
    assert finding.judgement is not None
    assert finding.judgement.strength is Strength.STRONG


def test_several_recipients_are_several_findings():
    content = postfix(CASES[0]).replace(
        "--b1/x\nContent-Type: message/rfc822",
        "Final-Recipient: rfc822; b@box.example\nAction: failed\nStatus: 5.2.2\n\n--b1/x\nContent-Type: message/rfc822",
    )
    assert [each.recipient for each in read(content.encode())] == [TO, "b@box.example"]


@pytest.mark.parametrize("sample", [s for s in ALL if s.kind is Kind.BOUNCE], ids=name)
def test_a_report_of_another_s_mail_is_told_and_not_acted_on(sample):
    content = sample.content.replace(MESSAGE_ID.encode(), b"1@elsewhere.example").replace(
        b"part-0123456789abcdef", b"part-"
    )
    finding = only(content)
    assert (finding.kind, finding.reason) == (Kind.UNREADABLE, "names no mail of ours")
    assert only(content, known=MESSAGE_ID).message_id == MESSAGE_ID


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"\x00\xff\xfe",
        b"From: mailer-daemon@x\n",
        b"From: mailer-daemon@x\nSubject: =?x?q?=ff?=\n\n\n",
        b"Content-Type: multipart/report\n\n",
        b"Content-Type: message/delivery-status\n\n\n\n",
        (b'Content-Type: multipart/report; boundary="b"\n\n--b\nContent-Type: message/rfc822\n\n--b--'),
        (b"Content-Type: text/plain; charset=nonsense\nFrom: mailer-daemon@x\n\n\xe9\xe9"),
        b"a" * 100_000,
        b"=\n" * 50_000,
        b"\n\n" + b"A" * 76 + b"\n" * 3,
        b"From: MAILER-DAEMON\n\n" + b"<a@b.example> " * 5000,
        b"From: MAILER-DAEMON\n\n" + b"a@" * 30_000,
        b"From: MAILER-DAEMON\n\n" + b"-" * 60_000,
    ],
)
def test_nonsense_is_read_too(content):
    assert read(content)
    assert all(finding.judgement is None or not finding.judgement.dead for finding in read(content))


def test_an_empty_report_is_told():
    finding = only(f"From: MAILER-DAEMON@x.example\nReferences: <{MESSAGE_ID}>\n\n\n".encode())
    assert (finding.kind, finding.reason) == (Kind.UNREADABLE, "an empty report")


def test_a_failure_without_a_reason_kills_no_address():
    body = f"Your mail to {TO} came back.\n\n{HEADERS}"
    finding = only(letter("MAILER-DAEMON@x.example", "Undeliverable mail", body).encode())
    assert finding.judgement is not None
    assert (finding.kind, finding.judgement.about) == (Kind.BOUNCE, About.UNKNOWN)


def test_the_table_of_the_documentation_names_every_system():
    lines = table.lines()
    assert all(any(line.startswith(f"| {system} |") for line in lines) for system in SYSTEMS)
