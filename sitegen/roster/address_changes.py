"""Changes that the company makes to its address book by hand: rename, reserve, release."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

from sitegen.errors import Fault, RosterError, did_you_mean
from sitegen.roster import address_book
from sitegen.roster.address_book import Entry
from sitegen.roster.faults import FaultLog
from sitegen.roster.slugs import EXPECTED, is_slug

_FEW = 10_000  # words that are looked through for one that is alike


class AddressBook:
    """An address book in memory. Every change raises RosterError if it would break a rule, and then changes nothing."""

    def __init__(self, path: Path, entries: list[Entry], reserved: Collection[str]) -> None:
        self._path = path
        self._reserved = reserved
        self._owned = {entry.slug: entry for entry in entries if not entry.is_free}
        self._released = [entry for entry in entries if entry.is_free]

    def entries(self) -> Iterator[Entry]:
        """Yields all entries in order of slug."""
        return iter(sorted([*self._owned.values(), *self._released], key=_order))

    def rename(self, member: str, slug: str, day: str) -> None:
        """Gives a member another address; the present one becomes a former one."""
        present = next((each for each in self._owned.values() if each.id == member and each.until is None), None)
        if present is None:
            ids = {entry.id for entry in self._owned.values() if entry.id}
            raise self._refusal(f'no member "{member}" has an address', _near(member, ids))
        if slug == present.slug:
            raise self._refusal(f"{member} has the address {slug} already", None)
        owner = self._owned.get(slug)
        if owner is None:
            self._owned[slug] = Entry(member, self._free(slug), day)
        elif owner.id == member:
            self._owned[slug] = owner._replace(until=None)
        else:
            raise self._taken(owner)
        self._owned[present.slug] = present._replace(until=day)

    def reserve(self, slug: str, reason: str, day: str) -> None:
        """Keeps a slug for the company."""
        if (owner := self._owned.get(slug)) is not None:
            raise self._taken(owner)
        self._owned[slug] = Entry("", self._free(slug), day, None, reason)

    def release(self, slug: str, reason: str, day: str) -> None:
        """Takes a slug from its owner, so that it may be given again."""
        owner = self._owned.get(slug)
        if owner is None:
            raise self._refusal(
                f'nobody has the address "{slug}"',
                did_you_mean(slug, self._owned) if len(self._owned) < 10_000 else None,
            )
        del self._owned[slug]
        was = f"{owner.id}: {reason}" if owner.id else reason
        self._released.append(Entry("", slug, owner.since, day, was))

    def save(self) -> None:
        """Writes the file. ``address_book.locked`` must have been held since it was read."""
        address_book.write(self._path, self.entries())

    def _free(self, slug: str) -> str:
        if not is_slug(slug):
            raise self._refusal(f'"{slug}": {EXPECTED}', None)
        if slug in self._reserved:
            raise self._refusal(f'"{slug}": this word is reserved', "choose another")
        return slug

    def _taken(self, owner: Entry) -> RosterError:
        whose = f"member {owner.id}" if owner.id else "the company"
        hint = "an address is never given to another person, since printed codes lead to it"
        return self._refusal(f'"{owner.slug}" belongs to {whose} since {owner.since}', hint)

    def _refusal(self, message: str, hint: str | None) -> RosterError:
        return RosterError(Fault(message, where=self._path, hint=hint))


def _order(entry: Entry) -> tuple[str, str, str]:
    return entry.slug, entry.since, entry.until or "9"


def _near(found: str, known: Collection[str]) -> str | None:
    return did_you_mean(found, known) if len(known) < _FEW else None


def opened(path: Path, *, reserved: Collection[str] = ()) -> AddressBook:
    """Reads an address book. Raises RosterError with every fault of the file. ``reserved``: slugs for nobody."""
    log = FaultLog(path)
    entries = [entry for _, entry in address_book.read(path, log)]
    log.raise_any()
    return AddressBook(path, entries, reserved)
