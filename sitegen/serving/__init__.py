"""Serves pages on request: a preview for the person who edits the site, and production for its visitors.

Both ask a ``snapshot`` (the site as its files were at one moment) which file is at an address. ``preview`` renders the
page anew each time, for the ``local_server`` with its live reload; ``production`` stamps the page, compresses it and
knows when it last changed. ``policy`` is the Content-Security-Policy of every page.
"""
