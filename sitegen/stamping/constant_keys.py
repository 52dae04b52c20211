"""Keys of constants: decide when two values that are the same for all members count as one constant.

Values of simple types and short containers are compared by content, so that the traces of all pages share
them. All other values are compared by identity.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from jinja2 import Undefined
from markupsafe import Markup

from sitegen.stamping.expressions import Once
from sitegen.stamping.signals import Decline

_BY_VALUE = frozenset({str, Markup, bytes, int, bool, type(None), range})
#: Containers with more items than this number are compared by identity: they come from the shared context.
_WIDE = 200


class ConstantKeys:
    """Makes keys for the constants of one expression table: equal keys for equal constants.

    frozen: objects of Jinja that do not change, so that they may be constants.
    """

    def __init__(self, frozen: Iterable[Any]) -> None:
        self._frozen: dict[int, Any] = {}
        self._kept: dict[int, Any] = {}
        self.freeze(*frozen)

    def freeze(self, *values: Any) -> None:
        """Allows these objects of Jinja, which do not change, to be constants."""
        self._frozen.update((id(value), value) for value in values)

    def key(self, value: Any) -> Any:
        """Returns a hashable key for a constant; constants of one type that are equal have the same key.

        Raises Decline for an object of Jinja that is not frozen: a context or a loop may change after the trace.
        """
        kind = type(value)
        if kind in _BY_VALUE:
            return kind, value
        if kind is float:
            return kind, repr(value)
        if kind in (tuple, list) and len(value) <= _WIDE:
            return kind, tuple(map(self.key, value))
        if kind is dict and len(value) <= _WIDE:
            return kind, tuple((self.key(key), self.key(item)) for key, item in value.items())
        if kind is Once:
            return kind, tuple(map(self.key, value.content()))
        if kind is slice:
            return kind, self.key((value.start, value.stop, value.step))
        if isinstance(value, Undefined):
            parts = (getattr(value, f"_undefined_{part}") for part in ("hint", "name", "obj", "exception"))
            return kind, tuple(map(self.key, parts))
        return self._identity(value)

    def _identity(self, value: Any) -> tuple[type, int]:
        kind = type(value)
        if kind.__module__.partition(".")[0] == "jinja2" and id(value) not in self._frozen:
            raise Decline(f"a {kind.__name__} is given to a function together with a member's value")
        self._kept[id(value)] = value  # an id means something only as long as its object lives
        return kind, id(value)
