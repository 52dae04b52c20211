"""Reads a company's site folder as typed values. Nothing here depends on a member, and nothing needs a secret.

::

    location, options   which folder, and options that take the place of its settings
    config              site.toml
    content, markup     pages/: Markdown with front matter, Jinja expressions kept (dialect/)
    front_matter        its fields as typed by hand; yaml_text, prices, braces
    folder_files        hidden names and symbolic links; input_files: whatever a reader raises is a fault
    theme, assets       the theme and its parents; static files under names that contain their digest
    addresses, site     the address of each page; all of it together
    consent             the wording that a prospect agrees to
    input_digests       whether any file changed, without reading one
    starter, bundled    a new site, from the sample that comes with the program
"""
