"""Makes the pages for addresses without a page (404) and for members who left (410), in the company's theme.

A company writes its own as ``pages/<locale>/404.md`` and ``410.md``. For those that it did not write, this module has
a few kind words in English, Spanish, German and French; other languages get the English ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sitegen.render.hosts import Host
from sitegen.render.renderer import Renderer
from sitegen.site.content import NOT_FOUND, Page
from sitegen.site.front_matter import FrontMatter
from sitegen.site.markup import convert
from sitegen.site.site import Site, Variant
from sitegen.token import TokenSigner

GONE = "410"
"""The key of the page that is shown for a member who is no longer active; a site may do without it."""

_WORDS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    NOT_FOUND: {
        "en": ("There is no such page", "The address may be mistyped, or the page has moved. [Start here](page:home)."),
        "es": ("Esta página no existe", "Puede que la dirección esté mal escrita. [Empieza aquí](page:home)."),
        "de": ("Diese Seite gibt es nicht", "Vielleicht ein Tippfehler in der Adresse. [Zum Anfang](page:home)."),
        "fr": ("Cette page n’existe pas", "L’adresse est peut-être mal écrite. [Commencer ici](page:home)."),
    },
    GONE: {
        "en": (
            "This page has closed",
            "The person who kept it is no longer with us as a member. Thank you for stopping by; "
            "everything else is still here: [{{ site.company.name }}](page:home).",
        ),
        "es": (
            "Esta página se ha despedido",
            "La persona que la llevaba ya no forma parte de nuestra red. Gracias por pasar; "
            "todo lo demás sigue aquí: [{{ site.company.name }}](page:home).",
        ),
        "de": (
            "Diese Seite hat geschlossen",
            "Wer sie führte, ist nicht mehr als Mitglied dabei. Danke für den Besuch; "
            "alles andere ist noch da: [{{ site.company.name }}](page:home).",
        ),
        "fr": (
            "Cette page a fermé",
            "La personne qui la tenait n’est plus membre. Merci de votre visite ; "
            "tout le reste est toujours là : [{{ site.company.name }}](page:home).",
        ),
    },
}


def pages(site: Site, signer: TokenSigner) -> dict[tuple[str, str], bytes]:
    """Returns the bytes of the 404 and 410 pages by key ("404", "410") and language.

    Raises ThemeError if one does not render.
    """
    whole = {locale: (*there, *_missing(site, locale, there)) for locale, there in site.pages.items()}
    renderer = Renderer(replace(site, pages=whole), signer)
    # They may be shown on a member's host, where "/" would lead to the member.
    root = site.addresses.company_base(from_member=True)
    host = Host(None, None, root, site.addresses.home)
    return {
        (planned.page.key, locale): renderer.render(planned, host)
        for locale in site.pages
        for planned in renderer.plan(Variant(locale, replica=False))
        if planned.page.key in _WORDS and planned.page.locale == locale
    }


def _missing(site: Site, locale: str, there: tuple[Page, ...]) -> list[Page]:
    known = {page.key: page for page in there}
    like = known.get(NOT_FOUND)
    template = like.front.template if like else "page"
    return [_page(site, locale, key, template) for key in _WORDS if key not in known]


def _page(site: Site, locale: str, key: str, template: str) -> Page:
    words = _WORDS[key]
    title, text = words.get(locale) or words.get(locale.partition("-")[0]) or words["en"]
    front = FrontMatter(title=title, template=template)
    return Page(key, locale, key, site.folder / "pages" / locale / f"{key}.md", front, convert(text), {})
