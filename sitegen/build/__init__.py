"""Builds the sites as a tree of files: checks everything, then writes what is new, then removes what is gone.

::

    options         the options of a build, and its summary
    up_to_date      whether there is anything to do
    builder         one build from its beginning to its end
    checking        the check before it, from which stamping is learnt
    chunks          members' sites, some members at a time, in several processes
    page_files      the files that a page becomes, plain or compressed
    output          the one module that writes to the tree
    manifest        the record of what was built from what, for the next build
    stamping_report why a page has to be rendered by Jinja for each member
"""
