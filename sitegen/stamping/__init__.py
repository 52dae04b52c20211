"""Stamping: runs a page's template once with Jinja, then makes each member's page by joining ready pieces of bytes.

    press = Press(environment, roots={"member": lambda member: member}, pure=[url, asset])
    program = press.program("home.html", shared)      # one page; `shared` is the context of all members
    for member in roster:
        sheet = press.sheet(member)                   # the values of this member, shared by all pages
        page = program.stamp(sheet)                   # bytes

Plain Jinja is the specification. `program.stamp(sheet)` gives the bytes, or raises the error, that rendering
the template with `{**shared, **roots}` would. A page that cannot be stamped is rendered plainly (by Jinja
itself), and `program.reason` says why.


How a page is learnt
====================

Nearly all bytes of a page are the same for a million members. To find out which, its template is run once
with *slots* in place of the values that depend on the member. A slot remembers the *expression* it stands
for, and knows the value for the current member. Control flow simply runs: where it needs an answer (is there
a bio? is there one more link?), the slot answers with this member's value, and the question is written down.
The result is fixed text with slots in between.

        {% if member.bio %}<p>{{ member.bio }}</p>{% endif %}  Hello {{ member.name }}!

        Ana, with a bio:      member.bio?  True   │  "<p>" ▢ bio "</p>  Hello " ▢ name "!"
        Ben, without one:     member.bio?  False  │  "  Hello " ▢ name "!"

Members who give the same answers have pages of the same *shape*. The questions form a *tree*: a member's
answers lead to the shape. If the branch for an answer is missing, the page is rendered plainly, and one more
*trace* (a run with slots) adds the branch to the tree.

    expressions   cells of a sheet, each filled once per member           expressions.py, expression_table.py,
                                                                          constant_keys.py, printers.py
    slots, texts  what template code gets instead of values               slots.py, texts.py, items.py
    tracer        one run with slots; visits follow it through the trees  tracer.py, open_regions.py, visits.py,
                                                                          settling.py
    regions       parts of a page with a tree of their own                regions.py, closed_code.py
    Jinja         its classes, as they are while a page is traced         codegen.py, environment.py, runtime.py,
                                                                          text_functions.py
    purity        which functions may be called later, with real values   purity.py
    press         what other packages use: presses, programs, sheets      press.py


Regions
=======

Six optional fields have 64 combinations, but the `if` around one field has only two. So each `if`, each
`for`, each iteration and each printed `a or b` is a *region*: a part of the page whose questions are kept in
a tree of its own, so that it is learnt separately.

        page ── "<h1>" ▢ name "</h1>" ┬─ region: member.bio?    "<p>" ▢ bio "</p>"  or  ""
                                      ├─ region: member.photo?  …
                                      └─ region: len(links) > 0 ── region: links[0].note? ── …

A later trace passes over a region whose tree already has this member's text: only new code is run again.

Code may be a region only if the code after it can see nothing of it but what it prints. Effects that can be
read from the template's source (assignments, imports, jumps) are checked when it is compiled. Effects that
are noticed only when they happen, such as a macro that writes into a namespace, *dissolve* the regions around
them: the trace starts over, and the same code is no region any more.


How a page is stamped
=====================

A *sheet* is a list with one member's values; every expression has its *cell* in it, constants too. From each
region's tree a *form* is made: an expression that walks the questions and joins the bytes in the cells they
lead to. Forms with the same content are one form, so what ten pages have in common (a card, a footer) is
joined once per member. The page is the outermost region: its form picks some hundred cells and makes one
`bytes.join`.


Why it can be trusted
=====================

* Every first page of a shape is rendered plainly, and what stamping makes of it is compared with that.
* A slot that reaches code that has no rule for slots raises `Leak`, which no template code can catch; the page is then
  plain.
* Filters, tests and functions see real values only. Those that are neither Jinja's own nor registered as pure
  make the page plain.
* Traces that agree in their answers must agree in everything else, or the page is plain.
* Expressions that a page computes without printing them are computed for every member, for the errors they
  may raise.
* Any error while stamping leads to a plain rendering, which raises it again or succeeds.

What users of this package must ensure: templates, filters, globals and the shared context do not change while
a press is in use, and members' attributes, properties included, depend on nothing but the member.
"""

from sitegen.stamping.press import Figures, Press, Program, Sheet

__all__ = ["Figures", "Press", "Program", "Sheet"]
