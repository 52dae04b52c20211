"""The table of mail systems in the documentation: ``python -m tests.capture.bounces.table`` prints it."""

from __future__ import annotations

from capture.bounces.kinds import Kind
from capture.bounces.reading import read
from capture.mailing.refusals import About
from tests.capture.bounces.samples import Sample, samples

COLUMNS = {
    "dead address": lambda sample: sample.about is About.RECIPIENT,
    "full mailbox": lambda sample: sample.about is About.NOW,
    "about the sender": lambda sample: sample.about is About.US,
    "delayed": lambda sample: sample.kind is Kind.DELAY,
    "no bounce": lambda sample: sample.kind in (Kind.AUTO_REPLY, Kind.OTHER),
    "complaint": lambda sample: sample.kind is Kind.COMPLAINT,
}


def is_right(sample: Sample) -> bool:
    """True when the sample is read as what it is."""
    findings = read(sample.content, domain="fern.example.com")
    about = findings[0].judgement.about if findings[0].judgement else None
    return len(findings) == 1 and (findings[0].kind, about) == (sample.kind, sample.about)


def lines() -> list[str]:
    """A Markdown table: of how many samples how many are read rightly; a system without such a report has a dash."""
    table: dict[str, list[Sample]] = {}
    for sample in samples():
        table.setdefault(sample.system, []).append(sample)
    found = [f"| mail system | {' | '.join(COLUMNS)} |", "| --- |" + " --- |" * len(COLUMNS)]
    for system, of_it in table.items():
        cells = [_cell([sample for sample in of_it if belongs(sample)]) for belongs in COLUMNS.values()]
        found.append(f"| {system} | {' | '.join(cells)} |")
    return found


def _cell(of_it: list[Sample]) -> str:
    return f"{sum(map(is_right, of_it))}/{len(of_it)}" if of_it else "–"


if __name__ == "__main__":
    print("\n".join(lines()))  # noqa: T201
