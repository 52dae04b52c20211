"""Decides which functions are pure: the same arguments give the same result, and the call has no effects.

Only pure functions may be called later, while pages are stamped. Jinja's own filters and tests are known to be
pure, and so are the methods of Python's own immutable values and those methods of lists, dicts and sets that only
read. Any other function must be registered with the Press, or a page that calls it is rendered plainly. That costs
time; a clock or counter that stands still on stamped pages would cost trust.
"""

import datetime
import decimal
import fractions
import types
import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from jinja2.filters import FILTERS
from jinja2.tests import TESTS
from markupsafe import Markup

from sitegen.stamping.signals import Decline, Impure

#: Types whose methods are all pure.
_IMMUTABLE: frozenset[type] = frozenset(
    {str, Markup, bytes, int, float, bool, complex, tuple, range, frozenset, slice, type(None)}
    | {datetime.date, datetime.datetime, datetime.time, datetime.timedelta, datetime.timezone}
    | {decimal.Decimal, fractions.Fraction, uuid.UUID, types.MappingProxyType}
)
#: The pure methods of types whose objects can change.
_READING: Mapping[type, frozenset[str]] = {
    list: frozenset({"count", "index", "copy"}),
    dict: frozenset({"get", "items", "keys", "values", "copy"}),
    set: frozenset({"copy", "difference", "intersection", "union", "symmetric_difference", "isdisjoint"}),
}
#: Filters that get the name of another filter as their first argument …
_NAMING_FILTERS = frozenset({"map"})
#: … and filters that get the name of a test, with the position of this argument after the value.
_NAMING_TESTS = {"select": 0, "reject": 0, "selectattr": 1, "rejectattr": 1}

#: Filters of Jinja whose result may be an iterator that can be read only once …
_LAZY_FILTERS = (
    "map",
    "select",
    "reject",
    "selectattr",
    "rejectattr",
    "reverse",
    "batch",
    "slice",
    "unique",
    "items",
)
#: … and filters that may return their argument unchanged.
_PASSING_FILTERS = ("default", "d", "first", "last", "min", "max", "attr", "sum")
LAZY: frozenset[Any] = frozenset(FILTERS[name] for name in _LAZY_FILTERS)
PASSING: frozenset[Any] = frozenset(FILTERS[name] for name in _PASSING_FILTERS)


class Purity:
    """Knows which functions are pure, so that they may be called later, while pages are stamped.

    registered: functions that the Press declares to be pure. filters: the environment's filters by name.
    """

    def __init__(self, registered: Iterable[Callable[..., Any]], filters: Mapping[str, Any]) -> None:
        self._registered = frozenset(registered)
        self._filters = filters

    def function(self, function: Any) -> bool:
        """Returns True if a function or class that template code calls is pure."""
        return function is range or function is dict or _contains(self._registered, function)

    def method(self, method: Any) -> bool:
        """Returns True if a bound method is pure. Methods of a site's own classes are registered as functions."""
        if _contains(self._registered, getattr(method, "__func__", None)):
            return True
        owner, name = type(getattr(method, "__self__", self)), getattr(method, "__name__", "")
        return name in _READING.get(owner, ()) or owner in _IMMUTABLE

    def check_method(self, method: Any) -> None:
        """Raises Impure unless `method` is pure.

        Called while pages are stamped: a name such as `get` may be another type's method for another member.
        """
        if not (self.method(method) or self.function(method)):
            raise Impure(f"the call of {method!r} is not known to be pure")

    def check_filter(self, name: str, function: Any, args: tuple[Any, ...]) -> None:
        """Raises Decline unless this use of a filter is pure; `args` are the filter's arguments after the value."""
        if _contains(self._registered, function):
            return
        if name == "random" or FILTERS.get(name) is not function:
            raise Decline(f"filter {name!r} is not registered as pure")
        if name in _NAMING_FILTERS and args:
            self._check_named(args[0])

    def _check_named(self, inner: Any) -> None:
        """Raises Decline if the filter that `map("name")` calls is not pure, or its name depends on the member."""
        if not isinstance(inner, str):
            raise Decline("map is given a filter's name that depends on the member")
        if inner in _NAMING_FILTERS or inner in _NAMING_TESTS:
            raise Decline(f"map is given {inner!r}, which is given a name in turn")
        if inner in self._filters:
            self.check_filter(inner, self._filters[inner], ())

    def check_test(self, name: str, function: Any, args: tuple[Any, ...]) -> None:
        """Raises Decline unless this use of a test is pure; `args` are the test's arguments after the value."""
        if _contains(self._registered, function):
            return
        if TESTS.get(name) is not function:
            raise Decline(f"test {name!r} is not registered as pure")
        if name == "sameas" and not (args and (args[0] is None or isinstance(args[0], bool))):
            raise Decline("test 'sameas' compares identities, which stamping does not keep")


def named_test(filter_name: str, args: tuple[Any, ...]) -> Any:
    """Returns the test's name in the arguments of `select`, `reject`, `selectattr` or `rejectattr`; None if absent.

    Also returns None for any other filter.
    """
    position = _NAMING_TESTS.get(filter_name)
    return None if position is None or len(args) <= position else args[position]


def _contains(registered: frozenset[Any], function: Any) -> bool:
    try:
        return function in registered
    except TypeError:  # an unhashable callable cannot have been registered
        return False
