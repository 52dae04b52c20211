"""Makes the bytes of all files of a site: pages, address-book cards, QR codes, photos and sitemaps.

::

    context                     the values that templates see: the contract with every theme
    site_views, member_views    make these values from the site, its pages, members and sponsors
    hosts                       the member (or the company) on whose site a page is
    templates, build_ids        the Jinja environment; the build id of a page
    renderer, learning          the bytes of a page, by plain Jinja or stamped; from whom to learn stamping
    cards, qr, member_files     monograms, JSON-LD, address-book cards and QR codes
    photos                      members' photos in small sizes and good encodings
    sitemap, compression        sitemap.xml and robots.txt; gzip
    resolver                    which file is at a path of a site
    fingerprints                keys that change when a file must be made anew
"""
