"""The service's metrics. Labels are few and fixed, and none of them identifies a person."""

from __future__ import annotations

import os

from prometheus_client import Counter, Histogram

SHARED = "PROMETHEUS_MULTIPROC_DIR" in os.environ
"""True if several processes count the metrics together, by files in one folder."""

SIGNUPS = Counter("espalier_signups_total", "Sign-ups by outcome", ["outcome"])
"""Outcomes of a sign-up: thanked (new, known and trapped look the same from outside), refused, unavailable, failed."""

MAILS = Counter("espalier_mails_total", "Mails and webhooks by the result of an attempt", ["result"])
"""Results of an attempt to send: sent, put_off, given_up, refused, held, bounced, suppressed, unknown_kind; and
uncertain, if the mail may arrive twice."""

BOUNCES = Counter("espalier_bounces_total", "Reports of mails that came back", ["kind"])
"""Kinds of reports: hard (the address does not exist), soft (any other reason), complaint."""

VISITS = Counter("espalier_visits_total", "Requests for the picture that counts visits, by result", ["result"])
"""Results of a request that counts a visit: counted, left_out (machines, HEAD, fetched ahead), void (invalid tokens),
lost (no room in memory)."""

SECONDS = Histogram(
    "espalier_request_seconds",
    "Time to answer, by the route's pattern and the answer's class",
    ["route", "status"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0),
)
