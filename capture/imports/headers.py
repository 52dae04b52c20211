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

PROOF_FIELDS: Mapping[str, tuple[str, ...]] = {
    "opted_in_at": (
        "optin time", "opt in time", "opt in date", "optin date", "opt in at", "opted in at", "opted in on", "optin at",
        "date opted in", "email opt in date", "subscribed at", "subscribe date", "subscribed on", "date subscribed",
        "subscription date", "signup date", "sign up date", "signup time", "signup timestamp", "consent date",
        "consent time", "consent timestamp", "email consent timestamp", "consent given at", "created time",
        "fecha de alta", "fecha de suscripcion", "anmeldedatum", "angemeldet am", "einwilligung am",
        "datum der einwilligung", "date d inscription", "date d abonnement", "data iscrizione", "data de inscricao",
    ),
    "opted_in_from": (
        "optin ip", "opt in ip", "opt in ip address", "optin ip address", "signup ip", "sign up ip", "subscribe ip",
        "subscription ip", "consent ip", "registration ip", "ip", "ip address", "direccion ip", "ip adresse",
        "adresse ip", "indirizzo ip", "endereco ip",
    ),
    "confirmed_at": (
        "confirm time", "confirmed at", "confirmation time", "confirmation date", "confirmed on", "confirm date",
        "double opt in time", "double opt in date", "double opt in at", "double optin date", "doi time", "doi date",
        "optin confirm time", "fecha de confirmacion", "bestatigt am", "bestatigungsdatum", "date de confirmation",
        "data conferma", "data di conferma", "data de confirmacao",
    ),
    "confirmed_from": (
        "confirm ip", "confirmation ip", "confirmed ip", "confirm ip address", "double opt in ip", "doi ip",
        "optin confirm ip",
    ),
    "legal_basis": (
        "legal basis", "lawful basis", "legal basis for processing contact s data", "legal basis for processing",
        "legal basis for communication", "gdpr legal basis", "hs legal basis", "base legal", "base juridica",
        "rechtsgrundlage", "base juridique", "base legale", "base giuridica",
    ),
    "wording": (
        "consent text", "consent wording", "consent statement", "consent language", "opt in text", "agreement text",
        "disclaimer", "custom disclaimer", "einwilligungstext", "texto de consentimiento", "texte du consentement",
        "testo del consenso",
    ),
}  # fmt: skip
"""What is kept of a person's consent (the columns of ``ListProof``), each with the names of columns that hold it:
Mailchimp (OPTIN_TIME, OPTIN_IP, CONFIRM_TIME, CONFIRM_IP), HubSpot (Legal basis …), Meta (created_time) and others."""


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
    return _positions(header, FIELDS)


def proof_positions(header: Sequence[str]) -> dict[str, int]:
    """Returns the position of the likeliest column of each part of a consent, counted from 0."""
    return {name: places[0] for name, places in _positions(header, PROOF_FIELDS).items()}


def _positions(header: Sequence[str], fields: Mapping[str, tuple[str, ...]]) -> dict[str, list[int]]:
    cells = list(map(folded, header))
    found = {name: [cells.index(alias) for alias in aliases if alias in cells] for name, aliases in fields.items()}
    return {name: places for name, places in found.items() if places}
