"""The columns and words of programs that export members, in the order in which they are preferred.

Names are squeezed: small letters and digits alone. They are those of Exigo, ByDesign, DirectScale and InfoTrax, of
shops and of spreadsheets, in English, Spanish, Portuguese, German, French and Italian.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import chain

_OTHERS = re.compile(r"[\W_]+")
_SIGN = re.compile(r"#\s*\Z")


def squeeze(name: str) -> str:
    """Returns a column's name or a word as it is compared here: small letters and digits, without accents.

    ``Member #`` is a member's number, ``Partner-Nr.`` a Partnernummer.
    """
    plain = "".join(each for each in unicodedata.normalize("NFKD", name) if not unicodedata.combining(each))
    squeezed = _OTHERS.sub("", _SIGN.sub("number", plain)).casefold()
    return f"{squeezed[:-2]}nummer" if squeezed.endswith("nr") else squeezed


IDS = (
    "id", "memberid", "distributorid", "associateid", "customerid", "repdid", "repid", "repnumber", "consultantid",
    "distid", "iboid", "ibonumber", "ambassadorid", "affiliateid", "partnerid", "backofficeid", "userid", "accountid",
    "accountnumber", "memberno", "membernumber", "customernumber", "distributornumber", "idno", "number", "nummer",
    "mitgliedsnummer", "partnernummer", "kundennummer", "numero", "idsocio", "idmiembro", "codigo", "numeroclient",
)  # fmt: skip
"""Columns of a member's number; which of several it is, the enrollers' numbers tell."""

FULL_NAMES = (
    "name", "fullname", "displayname", "membername", "distributorname", "distname", "customername", "associatename",
    "repname", "nombrecompleto", "nomecompleto", "nomcomplet", "nomecognome", "vollername",
)  # fmt: skip
FIRST_NAMES = (
    "firstname", "first", "givenname", "displayfirstname", "legalfirstname", "forename", "preferredname", "vorname",
    "nombre", "nombres", "prenom", "nome", "primeironome",
)  # fmt: skip
LAST_NAMES = (
    "lastname", "last", "surname", "familyname", "displaylastname", "legallastname", "nachname", "familienname",
    "apellido", "apellidos", "nomdefamille", "nom", "cognome", "sobrenome",
)  # fmt: skip

ENROLLERS = (
    "enrollerid", "enroller", "enrollerdid", "enrollernumber", "enrolleddid", "enrolledby", "enrolledbyid",
    "enrollmentsponsorid", "enrollmentsponsor", "personalsponsorid", "personalsponsor", "recruiterid", "recruiter",
    "recruitedby", "referrerid", "referrer", "referredby", "referredbyid", "introducerid", "introducer",
    "introducedby", "patrocinadorpersonal", "werber", "geworbenvon", "recruteur", "invitadopor", "indicadopor",
)  # fmt: skip
"""Columns of who recruited the member: our sponsor."""
SPONSORS = (
    "sponsorid", "sponsor", "sponsordid", "sponsornumber", "repsponsordid", "sponsoredby", "patrocinador",
    "idpatrocinador", "sponsornummer", "parrain",
)  # fmt: skip
"""Columns that may name the recruiter or, in programs that also know an enroller, the place in the tree."""
PLACEMENTS = (
    "placementid", "placement", "placementsponsorid", "uplineid", "upline", "uplinedid", "parentid", "parent",
    "binaryplacementid", "binaryparentid", "treesponsorid", "unilevelsponsorid", "matrixparentid",
)  # fmt: skip
"""Columns of the place in a tree, which says nothing of who recruited whom."""

COLUMNS = {
    "email": (
        "email", "emailaddress", "mail", "primaryemail", "email1", "useremail", "emailadresse", "correo",
        "correoelectronico", "adresseemail", "courriel", "indirizzoemail",
    ),
    "slug": (
        "slug", "webalias", "webaddress", "replicatedsite", "replicatedurl", "sitename", "sitealias", "webname",
        "subdomain", "websitename", "customerurl",
    ),
    "market": (
        "market", "country", "countrycode", "maincountry", "countryid", "homecountry", "land", "pais", "pays", "paese",
    ),
    "phone": (
        "mobilephone", "mobile", "cellphone", "cell", "mobilenumber", "phone", "phonenumber", "primaryphone",
        "telephone", "dayphone", "phone1", "homephone", "eveningphone", "phone2", "handy", "telefon", "telefono",
        "movil", "celular", "portable", "cellulare", "telefone",
    ),
    "place": ("place", "city", "maincity", "town", "location", "homecity", "ort", "stadt", "ciudad", "ville", "citta"),
    "locale": (
        "locale", "language", "languagecode", "languageid", "preferredlanguage", "lang", "sprache", "idioma", "langue",
    ),
    "status": (
        "status", "memberstatus", "customerstatus", "repstatus", "associatestatus", "accountstatus",
        "distributorstatus", "statusname", "statusid", "customerstatusid", "repstatusid", "isactive", "active",
        "estado", "statut", "stato", "aktiv", "activo",
    ),
    "joined": (
        "joined", "joindate", "enrolled", "enrolledon", "joinedon", "dateenrolled",
        "joineddate", "datejoined", "enrolldate", "enrollmentdate", "enrolleddate", "signupdate",
        "entrydate", "startdate", "createddate", "datecreated", "registrationdate", "membersince", "eintrittsdatum",
        "eintritt", "beitrittsdatum", "fechadealta", "fechaingreso", "dateinscription", "datadiiscrizione",
    ),
    "timezone": ("timezone", "tz", "zeitzone", "zonahoraria"),
    "photo": ("photo",),
    "links": ("links",),
    "tagline": ("tagline", "headline", "slogan"),
    "story": ("story", "mystory", "bio", "biography", "aboutme", "about"),
}  # fmt: skip
"""For our other columns those of the programs."""

STATES = (
    "state", "mainstate", "region", "province", "stateprovince", "county", "homestate", "bundesland", "provincia",
)  # fmt: skip
"""Columns of what a city is in."""

TYPES = (
    "customertype", "customertypeid", "membertype", "associatetype", "accounttype", "reptype", "associatebasetype",
    "type", "membershiptype", "usertype",
)  # fmt: skip
"""Columns that tell distributors from customers."""

NAMES = frozenset(
    chain(IDS, FULL_NAMES, FIRST_NAMES, LAST_NAMES, ENROLLERS, SPONSORS, PLACEMENTS, STATES, TYPES, *COLUMNS.values())
)
"""All of these names."""

ACTIVE = frozenset({"active", "enabled", "current", "aktiv", "activo", "activa", "actif", "ativo", "attivo"})
INACTIVE = frozenset(
    {
        "inactive", "terminated", "suspended", "cancelled", "canceled", "deleted", "resigned", "expired", "closed",
        "disabled", "deceased", "dropped", "deactivated", "removed", "blocked", "purged", "lapsed", "inaktiv",
        "gekundigt", "inactivo", "inactiva", "inactif", "inativo", "inattivo", "baja", "suspendido",
    }
)  # fmt: skip
"""Words whose meaning is the same in every program. Numbers and words such as "Pending" are for the company to say."""
FLAGS = {"isactive", "active", "aktiv", "activo"}
"""Columns whose answer, yes or no, is whether a member is active."""
YES = frozenset({"true", "yes", "y", "1", "t", "ja", "si", "oui", "sim"})
NO = frozenset({"false", "no", "n", "0", "f", "nein", "non", "nao"})

NOTHING = frozenset({"null", "n/a", "none", "nil", "-", "--", "#n/a", "not found", "not available", "not provided"})
"""What programs write into cells that are empty. ``0`` is another, where it cannot be a value."""
ZEROES = frozenset({"0", "-1", "00000000-0000-0000-0000-000000000000"})

COUNTRIES = {
    "uk": "GB", "england": "GB", "scotland": "GB", "wales": "GB", "northernireland": "GB", "greatbritain": "GB",
    "unitedstatesofamerica": "US", "america": "US", "korea": "KR", "southkorea": "KR", "republicofkorea": "KR",
    "holland": "NL", "czechrepublic": "CZ", "turkey": "TR", "hongkong": "HK", "taiwanroc": "TW", "russia": "RU",
    "uae": "AE", "ivorycoast": "CI", "vietnam": "VN",
}  # fmt: skip
"""Names of countries that people write and CLDR does not."""
