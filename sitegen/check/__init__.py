"""Finds everything that can be wrong with a site before anything is written, and reports it together.

Reading the files finds the faults of settings, pages, theme, roster and campaigns (``people`` reads the last two).
``rendering`` and ``links`` find the faults that only show when a page is made. ``everything`` does all of it.
"""
