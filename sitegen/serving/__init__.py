"""Pages on request: a preview for the person who edits the site, and production for its visitors.

Both ask a ``snapshot`` (the site as its files were at one moment) what stands at an address. ``preview`` renders it
anew each time, for the ``local_server`` with its live reload; ``production`` stamps it, compresses it and knows since
when it is what it is. ``policy`` is the Content-Security-Policy of every page.
"""
