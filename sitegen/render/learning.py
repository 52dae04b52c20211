"""Teaches a renderer to stamp members' pages, from a few members who differ, before the pages of all are stamped.

What is learnt before processes are forked, all of them know. Members are chosen to cover: each shows something that
none before did, such as a story, a fourth link, or no photo.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import fields

from sitegen.render.context import MemberView, Photo, PhotoSource, SponsorView
from sitegen.render.hosts import Host
from sitegen.render.renderer import Renderer

LOOKED_AT = 500
"""Of how many members the differing ones should be chosen: enough to meet every kind."""


def stand_in(name: str) -> Photo:
    """Returns what templates see of a photo, without a file: the addresses lead nowhere, and are no internal links."""
    sources = tuple(PhotoSource(f"image/{kind}", "data: 1w") for kind in ("avif", "webp"))
    return Photo(src="data:,", sources=sources, width=1)


def learn(renderer: Renderer, hosts: Iterable[Host]) -> None:
    """Makes the pages of those members' sites that differ from the ones before, to know how to stamp those of others.

    Raises ThemeError if a page does not render.
    """
    for host in differing(hosts):
        assert host.member is not None
        sheet = renderer.sheet(host)
        for planned in renderer.plan(renderer.site.member_variant(host.member.locale)):
            renderer.stamp(planned, sheet)


def differing(hosts: Iterable[Host]) -> Iterator[Host]:
    """Yields the members' sites that show something of which the ones before, in the same language, showed nothing."""
    seen: set[Hashable] = set()
    for host in hosts:
        assert host.member is not None
        shown = {(host.member.locale, *each) for each in (*_kinds(host.member), *_kinds(host.sponsor))}
        if not shown <= seen:
            seen |= shown
            yield host


def _kinds(view: MemberView | SponsorView | None) -> Iterator[tuple[Hashable, ...]]:
    """Yields, for each field of what is shown of somebody, whether it has a value; of a list, its length."""
    kind = type(view).__name__
    yield (kind,)
    for each in fields(view) if view else ():
        value = getattr(view, each.name)
        yield kind, each.name, len(value) if isinstance(value, tuple) else bool(value)
