"""Words what is right about a roster and should be known all the same; nothing of it is a fault."""

from __future__ import annotations

from collections.abc import Iterator

from sitegen.roster import Roster
from sitegen.roster.names import Order
from sitegen.roster.survey import Shared, Survey, of_roster


def of(roster: Roster) -> tuple[str, ...]:
    """Returns a sentence for each thing about a checked roster that its company should know."""
    survey = of_roster(roster)
    return (*_without_email(survey), *_shared(survey), *_orders(survey))


def _without_email(survey: Survey) -> Iterator[str]:
    if count := survey.without_email:
        who = "1 active member has" if count == 1 else f"{count:,} active members have"
        yield (
            f"{who} no e-mail address: a site and no office; the nearest sponsor who can be reached, or the company,"
            " follows up on new leads"
        )


def _shared(survey: Survey) -> Iterator[str]:
    for each in survey.shared:
        yield f"{_listed(each)} have one e-mail address: whoever opens its sign-in link chooses whose office to open"
    if more := survey.sharing - len(survey.shared):
        yield f"and {more:,} more addresses of several members"


_WRITTEN = {
    Order.TURNED: "written family, given, and shown turned round",
    Order.FAMILY_FIRST: "read with the family's name first, as is the custom in the member's market",
}


def _orders(survey: Survey) -> Iterator[str]:
    for order, (count, line) in survey.orders.items():
        how = _WRITTEN[order]
        which = f"1 name is {how} (line {line})" if count == 1 else f"{count:,} names are {how} (from line {line} on)"
        yield f"{which}; where that is wrong, the column first_name decides"


def _listed(shared: Shared) -> str:
    more = shared.members - len(shared.ids)
    ids = [*shared.ids, *([f"{more} more"] if more else [])]
    return f"the members {', '.join(ids[:-1])} and {ids[-1]}"
