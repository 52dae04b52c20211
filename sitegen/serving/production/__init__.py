"""Serves the sites of a whole roster to visitors, without a file for each page.

::

    granian ──> workers: a process for each core, a few threads in each
                    │
    request ──> app: HTTP ──> snapshot: which file is there, and whose it is ──> served_files: tag, time, bytes
                                  ▲
                 renewing: looks for saved files, loads the next snapshot, puts it in place

Of a snapshot (the site as its files were at one moment), the company's pages and the assets are kept as bytes, members'
pages as programs that join their bytes. ``change_times`` remembers when each page last changed, ``messages`` makes the
pages for 404 and 410, ``pictures`` and ``sitemaps`` make their files when these are first asked for. A page is rendered
only if the browser does not have it already, by the entity tag.
"""
