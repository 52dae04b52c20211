"""Everything that can be wrong with a site, found before anything is written and reported together.

Reading the files finds the faults of settings, pages, theme, roster and campaigns (``people`` reads the last two).
What only shows when a page is made is found by ``rendering`` and ``links``. ``everything`` does all of it.
"""
