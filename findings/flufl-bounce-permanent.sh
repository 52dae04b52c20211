#!/bin/sh
# flufl.bounce calls a full mailbox as permanent as a missing one.
#
# Guessed: `flufl.bounce.all_failures`, which returns (temporary, permanent)
#   addresses, reads the Status field of a delivery report (RFC 3464), so that
#   a full mailbox (4.2.2, 5.2.2), an expired retry (4.4.7) and a sender that
#   was refused for its own sake (5.7.1, 5.7.8) can be told from a mailbox that
#   does not exist (5.1.1).
# True: it looks at the Action field alone. Whoever is `failed` is permanent,
#   with any Status and any Diagnostic-Code, even with Status 4.x.x, which
#   RFC 3463 defines as a persistent *transient* failure. Only `delayed` is
#   temporary. A list that unsubscribes on `permanent` loses living readers:
#   all of those whose mailbox was full, or all of a provider's on the day it
#   blocks the sender.
# Version: flufl.bounce 6.0.0 on Python 3.11.7, seen on 2026-11-28.
#
# Run: sh findings/flufl-bounce-permanent.sh [python3]
# Ends with 0 while the behaviour is as above, with 1 when it has changed.
set -eu
python=${1:-python3}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT INT TERM
"$python" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check flufl.bounce==6.0.0
cat > "$folder/ask.py" <<'PY'
import sys
from email import message_from_string
from importlib.metadata import version

from flufl.bounce import all_failures

REPORT = """\
From: MAILER-DAEMON@mx.example
To: post@company.example
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="part"

--part
Content-Type: text/plain

Your message could not be delivered.

--part
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; reader@box.example
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {words}

--part--
"""
#: Action, Status, words, what flufl.bounce 6.0.0 says of the recipient.
SEEN = [
    ("failed", "5.1.1", "550 5.1.1 user unknown", "permanent"),
    ("failed", "5.2.2", "552 5.2.2 mailbox full", "permanent"),
    ("failed", "4.2.2", "452 4.2.2 mailbox full", "permanent"),
    ("failed", "4.4.7", "delivery time expired", "permanent"),
    ("failed", "5.7.1", "550 5.7.1 relaying denied", "permanent"),
    ("failed", "5.7.8", "535 5.7.8 authentication failed", "permanent"),
    ("delayed", "4.4.1", "421 4.4.1 try later", "temporary"),
]
print("flufl.bounce", version("flufl.bounce"), "on Python", sys.version.split()[0])
changed = False
for action, status, words, seen in SEEN:
    report = message_from_string(REPORT.format(action=action, status=status, words=words))
    temporary, permanent = all_failures(report)
    answer = "permanent" if permanent else "temporary" if temporary else "nothing"
    print(f"{action:8} {status} {words:34} -> {answer}")
    changed = changed or answer != seen
print("CHANGED: no longer as described at the top" if changed else "as described at the top")
sys.exit(changed)
PY
"$folder/venv/bin/python" "$folder/ask.py"
