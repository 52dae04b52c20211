"""The Markdown of pages and stories, as people write it, with Jinja in it. ``markup`` puts the parts together.

::

    extensions          what pages and stories share of Python-Markdown's extensions
    markdown_lines      what a line is
    lists               lists after a line of text, nested by two or three spaces
    jinja_pieces        puts Jinja aside, and back
    statement_lines     statements between rows, items and paragraphs; with statement_groups, statement_peeling, between
    structure           refuses blocks of Jinja that would leave an element open
    heading_ids         ids that links to headings lead to
"""
