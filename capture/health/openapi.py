"""Describes the addresses that programs use, in OpenAPI 3.1, at ``/openapi.json``.

A test compares the description with the real responses. Pages for people are not described.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify

from capture.company.generator import CAMPAIGN_FIELD, Interest
from capture.limits.human_proof import ALGORITHM
from capture.mailing.delivery import SERVICES
from capture.signup.brought import UTM
from capture.web.access import Audience, open_to

blueprint = Blueprint("openapi", __name__)

Schema = dict[str, Any]


@blueprint.get("/openapi.json")
@open_to(Audience.EVERYONE)
def description() -> Response:
    """Returns the OpenAPI description of the service's addresses for programs, as JSON."""
    return jsonify(describe())


def describe() -> Schema:
    """Returns the OpenAPI description of the service's addresses for programs, as dictionaries and lists."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Espalier capture",
            "version": "1",
            "description": "Sign-ups, kept and credited to the member whose page earned them. Ask for JSON by Accept.",
        },
        "paths": {
            "/signup": {"post": _signup()},
            "/challenge": {
                "get": _get("A proof of work to be sent along with a sign-up", {"200": _json("Fresh", CHALLENGE)})
            },
            "/confirm/{signed}/again": _mailed("askAgain", "Ask for a fresh mail in place of a link that is too old"),
            "/not-me/{signed}": _mailed("disown", "Say that it was somebody else who signed up", "410"),
            "/unsubscribe/{signed}": _mailed("unsubscribe", "Leave by one POST (RFC 8058); whatever the body says"),
            "/my-data": {"post": _my_data()},
            "/my-data/{signed}/again": _mailed("askForMyDataAgain", "Ask for a fresh link in place of a dead one"),
            "/my-data/{signed}/download": {
                "get": {
                    **_get(
                        "Everything held of the person whom the link was mailed to",
                        {
                            "200": _json("All of it", HELD),
                            "410": _page("The page's hour is over", MESSAGE),
                            **_errors("404", "503"),
                        },
                    ),
                    "parameters": [SIGNED],
                }
            },
            "/bounces": {"post": _bounces()},
            "/bounces/{name}": {"post": _service_reports()},
            "/healthz": {"get": _get("The process answers", {"200": _json("Alive", _status("ok"))})},
            "/readyz": {
                "get": _get(
                    "Sign-ups can be stored",
                    {"200": _json("Ready", _status("ok")), "503": _json("Not ready", _status("not ready"))},
                )
            },
            "/openapi.json": {"get": _get("This description", {"200": _json("OpenAPI 3.1", {"type": "object"})})},
        },
        "components": {
            "schemas": {"Error": ERROR, "Signup": SIGNUP, "Location": LOCATION, "Bounce": BOUNCE},
            "securitySchemes": {
                "signature": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "webhook-signature",
                    "description": "Standard Webhooks 1.0: with webhook-id and webhook-timestamp, HMAC-SHA256.",
                }
            },
        },
    }


ERROR: Schema = {
    "type": "object",
    "required": ["errors", "message"],
    "additionalProperties": False,
    "properties": {
        "errors": {
            "type": "object",
            "description": "Messages by field; empty if no field is wrong.",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
        "message": {"type": "string"},
    },
}

SIGNUP: Schema = {
    "type": "object",
    "required": ["token", "page", "email", "interest", "consent"],
    "properties": {
        "token": {"type": "string", "description": "Names the member; from the page's form."},
        "page": {"type": "string", "description": "Names the page, its build and its wording; from the form."},
        "email": {"type": "string", "format": "email", "maxLength": 254},
        "first_name": {"type": "string", "maxLength": 80},
        "introducer": {"type": "string", "maxLength": 200, "description": "Who introduced them, in their own words."},
        "interest": {"type": "string", "enum": [each.value for each in Interest]},
        "consent": {"type": "string", "const": "yes"},
        "website": {"type": "string", "maxLength": 0, "description": "A trap: leave it empty."},
        "altcha": {"type": "string", "description": "A solved challenge, as ALTCHA's clients send it. Counts once."},
        "pause": {"type": "string", "description": "In its place: the value of a 428, some seconds later."},
        **{f"utm_{name}": {"type": "string"} for name in UTM},
        CAMPAIGN_FIELD: {
            "type": "string",
            "description": "The code of the campaign that the page's address named.",
        },
    },
}

LOCATION: Schema = {
    "type": "object",
    "required": ["location"],
    "properties": {"location": {"type": "string", "format": "uri", "description": "The thank-you page."}},
}

CHALLENGE: Schema = {
    "type": "object",
    "required": ["parameters", "signature"],
    "additionalProperties": False,
    "description": "ALTCHA's protocol, version 2: look for the counter whose derived key begins with the prefix.",
    "properties": {
        "parameters": {
            "type": "object",
            "required": ["algorithm", "cost", "data", "expiresAt", "keyLength", "keyPrefix", "nonce", "salt"],
            "properties": {
                "algorithm": {"const": ALGORITHM},
                "cost": {"type": "integer", "minimum": 1},
                "data": {"type": "object"},
                "expiresAt": {"type": "integer", "description": "Seconds since 1970."},
                "keyLength": {"type": "integer", "minimum": 1},
                "keyPrefix": {"type": "string", "pattern": "^[0-9a-f]*$"},
                "nonce": {"type": "string", "pattern": "^[0-9a-f]+$"},
                "salt": {"type": "string", "pattern": "^[0-9a-f]+$"},
            },
        },
        "signature": {"type": "string"},
    },
}

BETWEEN: Schema = {
    "type": "object",
    "required": ["errors", "message", "challenge", "pause"],
    "additionalProperties": False,
    "description": "Send the same again with one of two: the challenge solved, or the pause, some seconds later.",
    "properties": {
        "errors": {"type": "object", "maxProperties": 0},
        "message": {"type": "string"},
        "challenge": CHALLENGE,
        "pause": {"type": "string"},
    },
}

MESSAGE: Schema = {
    "type": "object",
    "required": ["message"],
    "additionalProperties": False,
    "properties": {"message": {"type": "string", "description": "What was done, in the person's language."}},
}

HELD: Schema = {
    "type": "object",
    "required": ["address", "company", "not_to_be_mailed_because", "sign_ups"],
    "properties": {
        "address": {"type": "string"},
        "company": {"type": "object"},
        "not_to_be_mailed_because": {"type": "array", "items": {"type": "string"}},
        "sign_ups": {"type": "array", "items": {"type": "object"}},
    },
}

SIGNED: Schema = {
    "name": "signed",
    "in": "path",
    "required": True,
    "description": "From a mailed link: made for this one purpose.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 1024},
}

BOUNCE: Schema = {
    "type": "object",
    "required": ["type", "data"],
    "properties": {
        "type": {"type": "string", "examples": ["mail.bounced"]},
        "data": {
            "type": "object",
            "required": ["status"],
            "properties": {
                "message_id": {"type": "string"},
                "recipient": {"type": "string"},
                "status": {"type": "string", "examples": ["5.1.1"], "description": "RFC 3463"},
            },
        },
    },
}


def _signup() -> Schema:
    form = {"schema": {"$ref": "#/components/schemas/Signup"}}
    return {
        "operationId": "signUp",
        "summary": "Sign a prospect up",
        "parameters": [
            {"name": "Accept", "in": "header", "schema": {"type": "string", "const": "application/json"}},
        ],
        "requestBody": {
            "required": True,
            "content": {"application/x-www-form-urlencoded": form, "multipart/form-data": form},
        },
        "responses": {
            "201": _json("Stored", {"$ref": "#/components/schemas/Location"}),
            "303": {"description": "Stored; for browsers, which are led to the thank-you page"},
            "428": _json("Not stored: nothing shows yet that a person sent it", BETWEEN),
            **_errors("400", "413", "415", "422", "503"),
        },
    }


def _my_data() -> Schema:
    address = {"type": "object", "required": ["email"], "properties": {"email": {"type": "string"}}}
    return {
        "operationId": "askForMyData",
        "summary": "Have a link to everything held about an address mailed to it",
        "requestBody": {"required": True, "content": {"application/x-www-form-urlencoded": {"schema": address}}},
        "responses": {
            "200": _page("The same for every address, known or not", MESSAGE),
            **_errors("400", "413", "503"),
        },
    }


def _mailed(name: str, summary: str, *codes: str) -> Schema:
    """Returns the OpenAPI description of the POST that the button behind a mailed link sends. ``codes``: the statuses
    of a response that says that there is nothing left to do."""
    gone = {code: _page("There is nothing left to do", MESSAGE) for code in codes}
    responses = {"200": _page("Done, or done before", MESSAGE), **gone, **_errors("404", "413", "503")}
    return {"post": {"operationId": name, "summary": summary, "parameters": [SIGNED], "responses": responses}}


def _bounces() -> Schema:
    return {
        "operationId": "reportBounce",
        "summary": "Report a mail that came back",
        "security": [{"signature": []}],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Bounce"}}},
        },
        "responses": {"204": {"description": "Accepted"}, **_errors("400", "401", "404", "413", "503")},
    }


def _service_reports() -> Schema:
    name = {"type": "string", "enum": list(SERVICES)}
    return {
        "operationId": "reportOfMailService",
        "summary": "Bounces and complaints in the form of a mail service, verified as that service proves them",
        "parameters": [{"name": "name", "in": "path", "required": True, "schema": name}],
        "requestBody": {"required": True, "content": {"application/json": {"schema": {}}}},
        "responses": {"204": {"description": "Accepted"}, **_errors("400", "401", "404", "413", "503")},
    }


def _get(summary: str, responses: Schema) -> Schema:
    return {"summary": summary, "responses": responses}


def _status(value: str) -> Schema:
    properties = {"status": {"const": value}, "reason": {"type": "string"}}
    return {"type": "object", "required": ["status"], "properties": properties, "additionalProperties": False}


def _json(description: str, schema: Schema) -> Schema:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _page(description: str, schema: Schema) -> Schema:
    """Returns the OpenAPI description of a response that is JSON for who asks for it by Accept, and else a page."""
    answer = _json(description, schema)
    answer["content"]["text/html"] = {"schema": {"type": "string"}}
    return answer


def _errors(*codes: str) -> Schema:
    words = {
        "400": "Cannot be read",
        "401": "The signature is missing, wrong or too old",
        "404": "Not in use here, or the link is not valid",
        "413": "Too large",
        "415": "Not a form",
        "422": "A field of the form is missing or wrong",
        "503": "Cannot be stored now: try again after Retry-After seconds",
    }
    return {code: _page(words[code], {"$ref": "#/components/schemas/Error"}) for code in codes}
