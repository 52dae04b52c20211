"""What tracing and stamping raise among themselves. None of these leaves the package.

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
    """The page is rendered plainly from now on; the message says why, in the words of a template's author."""


class Leak(Decline):
    """A slot reached code that would have taken it for a value."""


class Dissolve(BaseException):
    """The regions opened at `sites` (see regions.py) may not be regions; the trace starts over."""

    def __init__(self, sites: Iterable[str]) -> None:
        super().__init__()
        self.sites = frozenset(sites)


class Miss(Exception):
    """The member gave an answer, or the page printed a text, that no trace has met."""


class Impure(Exception):
    """A call at stamping time that purity.py does not allow; the member is rendered plainly."""
