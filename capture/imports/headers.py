"""The names that columns of lists have in the common languages and programs, and how names are compared."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence

FIELDS: Mapping[str, tuple[str, ...]] = {
    "email": (
        "email", "e mail", "email address", "e mail address", "mail", "mail address", "user email", "email id",
        "primary email", "contact email", "e mail 1 value", "email 1", "e mail 1", "work email", "personal email",
        "correo", "correo electronico", "correo e", "direccion de correo", "direccion de correo electronico",
        "e mail adresse", "email adresse", "mailadresse", "adresse e mail", "adresse email", "adresse mail", "courriel",
        "adresse electronique", "indirizzo email", "indirizzo e mail", "posta elettronica", "endereco de email",
        "endereco de e mail", "emailadres", "e mailadres", "adres e mail", "adres email", "epost", "e post",
        "sahkoposti", "eposta", "почта", "электронная почта",
    ),
    "first_name": (
        "first name", "firstname", "fname", "given name", "forename", "contact first name", "nombre", "nombre de pila",
        "vorname", "prenom", "nome", "primeiro nome", "voornaam", "imie", "fornamn", "etunimi", "name", "full name",
        "fullname", "contact name", "nombre completo", "nombre y apellidos", "имя",
    ),
    "phone": (
        "phone", "telephone", "phone number", "telephone number", "mobile", "mobile phone", "mobile number",
        "mobile phone number", "cell", "cell phone", "cellphone", "tel", "home phone", "work phone", "business phone",
        "primary phone", "phone 1 value", "phone 1", "phone 2 value", "phone 2", "whatsapp", "whatsapp number", "sms",
        "telefono", "numero de telefono", "movil", "celular", "telefono movil", "telefon", "telefonnummer", "handy",
        "mobiltelefon", "mobil", "mobilnummer", "portable", "telephone portable", "numero de telephone", "cellulare",
        "telefone", "telemovel", "telefoon", "mobiel", "komorka", "puhelin", "телефон",
    ),
    "interest": ("interest", "interes"),
}  # fmt: skip
"""The fields that are read from a list, each with the names of columns that are recognised for it, as ``folded`` gives
them, the likeliest first. Other columns are ignored."""


def folded(name: str) -> str:
    """Returns a column's name, or a word in a cell, in the form in which it is compared: lower case, without accents,
    and with single blanks for "_", "-" and all that is no letter or digit but the colon, the full stop and the slash
    (which separate the parts of times and dates)."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    kept = (
        letter if letter.isalnum() or letter in ":./" else " " for letter in plain if not unicodedata.combining(letter)
    )
    return " ".join("".join(kept).split())


def positions(header: Sequence[str]) -> dict[str, list[int]]:
    """Returns the positions of each field's columns, counted from 0, the likeliest first; fields without one are left
    out."""
    cells = list(map(folded, header))
    found = {name: [cells.index(alias) for alias in aliases if alias in cells] for name, aliases in FIELDS.items()}
    return {name: places for name, places in found.items() if places}
