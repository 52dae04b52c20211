"""The office's page "Results": visits, leads, customers and costs, by channel, campaign, page and week."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from babel.dates import format_skeleton
from babel.numbers import format_decimal, get_currency_precision
from flask import Blueprint, Response, make_response, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from capture.accounts import access
from capture.accounts.scope import scope
from capture.base import spreadsheet
from capture.base.words import Words
from capture.company import hosts, money
from capture.company.generator import CAMPAIGN_PAGES
from capture.models import Campaign
from capture.reports import charts, counting, results
from capture.reports.charts import Bars
from capture.reports.counting import CountedResults, RecentResults
from capture.reports.results import InterestFilter, Period, ResultFigures, ResultLine, Results
from capture.web import service

blueprint = Blueprint("reports", __name__, url_prefix="/office")

COLUMNS = ("visits", "leads", "confirmed", "qualified", "customers", "recruits")
CSV_COLUMNS = ("table", "key", "name", *COLUMNS, "spend", "per_confirmed", "per_customer", "per_recruit", "currency")
"""The columns of the CSV file of results. Money is in whole units of the currency; a missing number is empty."""


@dataclass(frozen=True, slots=True)
class ResultRow:
    """A row of a table on the page "Results".

    ``note``: the text below the row's name. ``way``: the path below /office/ to the leads or the campaign that the
    row is about; None for rows without a link.
    """

    name: str
    note: str
    figures: ResultFigures
    key: str
    way: str | None = None


@dataclass(frozen=True, slots=True)
class ResultTable:
    """A table on the page "Results".

    ``kind``: channels, campaigns, pages or weeks. ``spend`` and ``costs``: whether the table has these columns.
    """

    kind: str
    rows: Sequence[ResultRow]
    spend: bool
    costs: bool


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """Formats numbers and money in the reader's language. Methods take money in minor units of the currency."""

    locale: str
    currency: str

    def number(self, value: int | None) -> str:
        """Returns a number as text in the reader's language; a dash for None."""
        return "–" if value is None else format_decimal(value, locale=self.locale)

    def whole(self, amount: int) -> Decimal:
        """Returns an amount of money in whole units of the currency."""
        digits = get_currency_precision(self.currency)
        return Decimal(amount).scaleb(-digits)

    def money(self, amount: int | None) -> str:
        """Returns an amount of money as text; a dash for None."""
        return "–" if amount is None else money.shown(amount, self.currency, self.locale)

    def short_day(self, day: date) -> str:
        """Returns day and month in short form, such as "Mar 9"."""
        text: str = format_skeleton("MMMd", day, locale=self.locale)
        return text


@blueprint.get("/results")
@access.office(log=None)
def results_page() -> Response:
    """Shows the page "Results" with tables and charts, for the period and interest in the query parameters."""
    period, about = _asked()
    words = access.reader_words()
    with service.current().database.read() as session:
        found = _find(session, period, about)
        tongue = NumberFormat(words.locale, hosts.get_company(session).currency)
        tables = list(_tables(session, found.results, words)) if found.results else []
    drawn = _charts(found.results, tables, words, tongue) if found.results and found.results.total.leads else {}
    return access.page(
        "reports/results.html",
        words,
        found=found,
        tables=tables,
        charts=drawn,
        columns=COLUMNS,
        tongue=tongue,
        period=period,
        periods=list(Period),
        about=about,
        abouts=list(InterestFilter),
        at="results",
    )


@blueprint.get("/results.csv")
@access.office(log=None)
def results_csv() -> Response:
    """Returns the results as CSV, written so that no spreadsheet takes a cell for a formula."""
    period, about = _asked()
    words = access.reader_words()
    out = io.StringIO()
    with service.current().database.read() as session:
        found = _find(session, period, about)
        tongue = NumberFormat(words.locale, hosts.get_company(session).currency)
        tables = list(_tables(session, found.results, words)) if found.results else []
    rows = (_cells(table, row, tongue) for table in tables for row in table.rows)
    spreadsheet.write_table(CSV_COLUMNS, rows, out)
    response = make_response(out.getvalue())
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = 'attachment; filename="results.csv"'
    return response


def _asked() -> tuple[Period, InterestFilter]:
    """Returns the period and the interest that the query parameters name; by default twelve weeks and all leads."""
    period, about = request.args.get("period", ""), request.args.get("about", "")
    return (
        Period(period) if period in set(Period) else Period.TWELVE,
        InterestFilter(about) if about in set(InterestFilter) else InterestFilter.ALL,
    )


def _find(session: Session, period: Period, about: InterestFilter) -> CountedResults:
    current = service.current()
    return counting.results_for(session, current.part(RecentResults), access.person(), period, about, current.clock())


def _tables(session: Session, found: Results, words: Words) -> Iterator[ResultTable]:
    """Yields the four tables of "Results" (channels, campaigns, pages, weeks) with names in the reader's language."""
    yield ResultTable("channels", [_channel(each, words) for each in found.channels], True, True)
    yield ResultTable("campaigns", list(_campaigns(session, found.campaigns, words)), True, True)
    yield ResultTable("pages", [_row(_page_name(each.key, words), each) for each in found.pages], False, False)
    yield ResultTable("weeks", [_row(_week_name(each.key, words), each) for each in found.weeks], True, False)


def _channel(line: ResultLine, words: Words) -> ResultRow:
    return _row(words(f"office_channel_{line.key}"), line, way=f"leads?source={line.key}")


def _campaigns(session: Session, lines: Sequence[ResultLine], words: Words) -> Iterator[ResultRow]:
    """Yields the rows of the table of campaigns; campaigns that this person may not see are left out."""
    numbers = [int(each.key) for each in lines if each.key.isdecimal()]
    query = select(Campaign.id, Campaign.name, Campaign.code).where(
        Campaign.id.in_(numbers), scope(access.person()).campaigns
    )
    named = {str(number): (name, code) for number, name, code in session.execute(query)}
    for each in lines:
        if each.key in named:
            name, code = named[each.key]
            yield _row(name, each, code, f"campaigns/{code}")
        elif not each.key.isdecimal():
            yield _row(words(f"office_results_{each.key}"), each)


def _row(name: str, line: ResultLine, note: str = "", way: str | None = None) -> ResultRow:
    return ResultRow(name, note, line.figures, line.key, way)


def _page_name(key: str, words: Words) -> str:
    if key == results.REST:
        return words("office_results_rest_pages")
    return {results.NO_PAGE: words("office_results_no_page"), CAMPAIGN_PAGES: words("office_results_landing")}.get(
        key, key
    )


def _week_name(key: str, words: Words) -> str:
    if key == results.EARLIER:
        return words("office_results_earlier")
    day = date.fromisoformat(key)
    month = words(f"office_month_{day.month}")
    return words("office_results_week", day=words("office_day", day=day.day, month=month, year=day.year))


def _charts(found: Results, tables: Iterable[ResultTable], words: Words, tongue: NumberFormat) -> dict[str, Any]:
    """Returns the two charts of the page "Results" by name: leads by channel, and leads by week."""
    channels = next(each for each in tables if each.kind == "channels").rows
    shown = [each for each in channels if each.figures.leads]
    weeks = [each for each in reversed(found.weeks) if each.key != results.EARLIER]
    by_channel = Bars(
        words("office_results_chart_channels"),
        [each.name for each in shown],
        [
            [each.figures.confirmed for each in shown],
            [each.figures.customers + each.figures.recruits for each in shown],
        ],
        tongue.number,
    )
    by_week = Bars(
        words("office_results_chart_weeks"),
        [tongue.short_day(date.fromisoformat(each.key)) for each in weeks],
        [[each.figures.confirmed for each in weeks]],
        tongue.number,
    )
    return {
        "channels": charts.horizontal_bars(by_channel, "chart-channels"),
        "weeks": charts.vertical_bars(by_week, "chart-weeks"),
    }


def _cells(table: ResultTable, row: ResultRow, tongue: NumberFormat) -> Iterator[spreadsheet.Value]:
    figures = row.figures
    yield from (table.kind, row.note or row.key, row.name)
    for name in COLUMNS:
        yield getattr(figures, name)
    costs = (figures.per_confirmed, figures.per_customer, figures.per_recruit) if table.costs else (None, None, None)
    for amount in (figures.spend if table.spend else None, *costs):
        yield None if amount is None else f"{tongue.whole(amount):f}"
    yield tongue.currency
