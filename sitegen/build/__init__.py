"""Building a tree of files: check everything, then write what is new, then remove what is gone.

::

    options         what a build is asked for, and what it tells afterwards
    up_to_date      whether there is anything to do
    builder         one build from its beginning to its end
    chunks          members' sites, some members at a time, in a process_pool
    page_files      the files that a page becomes, plain or compressed
    output          the one module that writes to the tree
    manifest        what was made of what, for the next build
    stamping_report why a page cannot be stamped
"""
