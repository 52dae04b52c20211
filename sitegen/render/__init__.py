"""From a site and a member to the bytes of that member's files.

::

    context                     what templates see: the contract with every theme
    site_views, member_views    the site, its pages, members and sponsors as such values
    hosts                       whose site a page is on
    templates, build_ids        the Jinja environment; what a page's build id is made of
    renderer                    a page's bytes, by plain Jinja or stamped
    cards, qr, member_files     monograms, JSON-LD, address-book cards and QR codes
    photos                      members' photos in small sizes and good encodings
    sitemap, compression        sitemap.xml and robots.txt; gzip
    resolver                    what stands at an address
    fingerprints                what a file depends on
"""
