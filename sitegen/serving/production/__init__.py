"""Serving a whole roster without a file for each page.

::

    gunicorn ── workers.py ── a process for each core, a few threads in each
                    │
    request ──> app.py: HTTP ──> edition.py: what stands at an address ──> roster: who that is ──> stamp
                                     ▲
                 renewing.py: looks for saved files, loads the next edition, swaps it in

An *edition* is the site as its files were at one moment: pages of the company and assets as bytes, pages of members
as programs. ``ledger.py`` remembers since when each page is what it is, ``messages.py`` makes the pages for what is
not there. Until a request's entity tag is known to be new, nothing is rendered.
"""
