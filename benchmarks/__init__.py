"""Benchmarks: measures Espalier against plain Jinja, Hugo and the bare disk, in pairs of one run on one machine.

::

    __main__   the command line            report     the table, and its copy in README.md
    members    random members, repeatable  heavy/     a heavy theme, in Jinja and in Go templates
    company    the site folder to build    workshop   folders, commands and their time, memory
    measure    pairs in turn, bars         equal      whether two pages are the same to a browser

    compose    in memory, against plain Jinja         disk      against writing the finished bytes
    hugo       the whole build, against Hugo          memory    1,000 against 1,000,000 members
    again      one member changed, nothing changed    serving   random pages, against hello-world

A *bar* is the figure that a measurement must reach.
"""
