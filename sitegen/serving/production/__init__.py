"""Serving a whole roster without a file for each page.

::

    gunicorn ── workers: a process for each core, a few threads in each
                    │
    request ──> app: HTTP ──> snapshot: what stands there, and whose it is ──> served_files: tag, time, bytes
                                  ▲
                 renewing: looks for saved files, loads the next snapshot, puts it in place

Of a snapshot, the company's pages and the assets are kept as bytes, members' pages as programs. ``change_times``
remembers since when each page is what it is, ``messages`` makes the pages for what is not there, ``pictures`` and
``sitemaps`` make their files when these are first asked for. Until a request's entity tag is known to be new, nothing
is rendered.
"""
