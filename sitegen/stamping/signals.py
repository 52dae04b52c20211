"""The exceptions that tracing and stamping use inside this package; none of them reaches callers outside.

    BaseException
    ├── Decline      this page cannot be stamped: it is rendered plainly, and the reason is kept
    │   └── Leak     a slot met code that no rule covers: a gap in this package, not in the template
    └── Dissolve     some regions hid an effect or were inspected: trace again without them
    Exception
    ├── Miss         no shape is known yet for this member's answers
    └── Impure       at stamping, a call turned up that is not known to be pure

The first three are no `Exception`s so that no filter, and no `except Exception` in a template function, can
swallow them.
"""

from collections.abc import Iterable


class Decline(BaseException):
    """Raised when a page cannot be stamped and must be rendered plainly from now on.

    The message says why, in words that the author of a template understands.
    """


class Leak(Decline):
    """Raised when a slot (the placeholder of a member's value) reaches code that would mistake it for a value."""


class Dissolve(BaseException):
    """Raised when a trace (a run with slots) must start over, because no region may be opened at `sites`.

    A region is a part of a page that is learnt separately (see regions.py); a site is its place in the templates.
    """

    def __init__(self, sites: Iterable[str]) -> None:
        super().__init__()
        self.sites = frozenset(sites)


class Miss(Exception):
    """Raised when stamping meets a member whose page has a shape that no trace (a run with slots) has learnt yet."""


class Impure(Exception):
    """Raised when a call turns out not to be pure (see purity.py) while a page is stamped.

    The member is then rendered plainly.
    """
