"""Reads and writes ``campaigns.csv``: the campaigns that have landing pages on the sites.

The file lies beside ``site.toml``; without it there are no campaigns. ``capture sync`` writes it, or a person does.
"""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, PlainValidator, ValidationError, ValidationInfo

from sitegen.errors import Fault, OutputError, did_you_mean
from sitegen.model import Campaign, Channel
from sitegen.roster import values
from sitegen.roster.faults import FaultLog, quoted
from sitegen.roster.fields import note_faults
from sitegen.roster.reading import Broken, Source, csv_records
from sitegen.site.addresses import CAMPAIGN_CODE

CODE = re.compile(rf"{CAMPAIGN_CODE}\Z")
"""The pattern of a campaign's code: easily spoken, and never the name of another folder of a site."""


def _code(value: str) -> str:
    if not CODE.match(value):
        raise values.refuse("expected 2 to 12 small letters, then up to 6 digits", "something like radio7")
    return value


def _channel(value: object) -> Channel:
    if not isinstance(value, str):
        raise values.refuse("expected a channel")
    try:
        return Channel(value.strip().lower())
    except ValueError as error:
        raise values.refuse("not a channel", did_you_mean(value, Channel)) from error


def _not_before_start(value: date, info: ValidationInfo) -> date:
    starts = info.data.get("starts")
    if starts is not None and value < starts:
        raise values.refuse(f"it ends before it starts ({starts})")
    return value


Day = Annotated[date, PlainValidator(values.joined)]


class CampaignRow(BaseModel):
    """One row of ``campaigns.csv``, checked by pydantic."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    code: Annotated[str, AfterValidator(_code)]
    """What people hear and type, such as ``radio7``: 2 to 12 small letters, then up to 6 digits; unique in the
    company."""
    member: Annotated[str, AfterValidator(values.member_id)] | None = None
    """The id of the member it belongs to; empty: the company's own."""
    channel: Annotated[Channel, PlainValidator(_channel)]
    """Where it meets people: ``web``, ``social``, ``email``, ``radio``, ``newspaper``, ``flyer``, ``event``, ``list``
    or ``referral``."""
    name: Annotated[str, AfterValidator(values.one_line(200))] = ""
    """What the office calls it; never shown in public."""
    starts: Day | None = None
    """Its first day, such as ``2024-12-31``; never shown in public."""
    ends: Annotated[Day, AfterValidator(_not_before_start)] | None = None
    """Its last day; never shown in public."""

    def campaign(self) -> Campaign:
        """Returns the campaign that this row describes."""
        return Campaign(self.code, self.member, self.channel, self.name, self.starts, self.ends)


COLUMNS = tuple(CampaignRow.model_fields)
REQUIRED = ("code", "channel")

FirstLine = Callable[[str, int], int]
"""A function that takes a campaign's code and its line, and returns the line on which the code was first found."""


def read(path: Path) -> Iterator[Campaign]:
    """Yields the campaigns of a file, in the file's order; none if there is no file.

    Raises RosterError after the last one, with every fault of the file. Whether the members exist is not checked.
    """
    if not path.is_file():
        return
    log = FaultLog(path)
    seen: dict[str, int] = {}
    with opened(path, log) as source:
        for _, campaign in rows(source, log, seen.setdefault):
            yield campaign
    log.raise_any()


@contextmanager
def opened(path: Path, log: FaultLog) -> Iterator[Source]:
    """Opens the file of campaigns, for ``rows`` to read once. Raises RosterError if it cannot be read."""
    try:
        with path.open("rb") as file:
            yield Source(file, log)
    except OSError as error:
        log.add(f"cannot be read: {error.strerror}")
        log.raise_any()
        raise


def rows(source: Source, log: FaultLog, first_line: FirstLine) -> Iterator[tuple[int, Campaign]]:
    """Yields the campaign and line number of each row without faults; adds the faults of other rows to the log."""
    try:
        for line, found, whole in csv_records(source, log, COLUMNS, REQUIRED):
            campaign = _campaign(line, found, log, first_line) if whole else None
            if campaign is not None:
                yield line, campaign
    except Broken:  # told in the log already
        return


def _campaign(line: int, found: dict[str, Any], log: FaultLog, first_line: FirstLine) -> Campaign | None:
    try:
        campaign = CampaignRow.model_validate(found).campaign()
    except ValidationError as error:
        note_faults(log, line, error, COLUMNS)
        return None
    first = first_line(campaign.code, line)
    if first == line:
        return campaign
    hint = "every campaign of the company has a code of its own"
    log.add(f"code {quoted(campaign.code)} is also on line {first}", line=line, hint=hint)
    return None


def write(path: Path, campaigns: Iterable[Campaign]) -> bool:
    """Replaces the file in one step by these campaigns, ordered by code; returns False if it has them already.

    Without campaigns the file is removed. Raises RosterError for campaigns that ``read`` would refuse, and OutputError
    if the file cannot be written.
    """
    content = _content(path, campaigns)
    try:
        if (path.read_bytes() if path.is_file() else b"") == content:
            return False
        if not content:
            path.unlink()
            return True
        _replace(path, content)
    except OSError as error:
        raise OutputError(Fault(f"cannot be written: {error.strerror}", where=path)) from error
    return True


def holds(campaign: Campaign) -> bool:
    """Returns whether this campaign can be written to the file and read again unchanged."""
    try:
        return CampaignRow.model_validate(_told(_cells(campaign))).campaign() == campaign
    except ValidationError:
        return False


def _cells(campaign: Campaign) -> tuple[str, ...]:
    days = (str(each or "") for each in (campaign.starts, campaign.ends))
    return (campaign.code, campaign.member or "", campaign.channel.value, campaign.name, *days)


def _told(cells: tuple[str, ...]) -> dict[str, str]:
    return {name: cell for name, cell in zip(COLUMNS, cells, strict=True) if cell}


def _content(path: Path, campaigns: Iterable[Campaign]) -> bytes:
    log = FaultLog(path)
    before = None
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for each in sorted(campaigns, key=lambda campaign: campaign.code):
        cells = _cells(each)
        try:
            CampaignRow.model_validate(_told(cells))
        except ValidationError as error:
            note_faults(log, None, error, COLUMNS)
        if each.code == before:
            log.add(f"code {quoted(each.code)} is there twice")
        if before is None:
            writer.writerow(COLUMNS)
        before = each.code
        writer.writerow(cells)
    log.raise_any()
    return text.getvalue().encode()


def _replace(path: Path, content: bytes) -> None:
    growing = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with growing.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        growing.replace(path)
    finally:
        growing.unlink(missing_ok=True)
