"""The addresses that programs use, as an OpenAPI 3.1 description at ``/openapi.json``.

A test holds it to the real answers; pages for people are not in it.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify

from capture.directory import Interest

blueprint = Blueprint("openapi", __name__)

Schema = dict[str, Any]


@blueprint.get("/openapi.json")
def description() -> Response:
    """The description itself."""
    return jsonify(describe())


def describe() -> Schema:
    """The whole description."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Espalier capture",
            "version": "1",
            "description": "Sign-ups, kept and credited to the member whose page earned them. Ask for JSON by Accept.",
        },
        "paths": {
            "/signup": {"post": _signup()},
            "/bounces": {"post": _bounces()},
            "/healthz": {"get": _get("The process answers", {"200": _json("Alive", _status("ok"))})},
            "/readyz": {
                "get": _get(
                    "Sign-ups can be stored",
                    {"200": _json("Ready", _status("ok")), "503": _json("Not ready", _status("not ready"))},
                )
            },
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
            "description": "Messages by field; empty where no field is at fault.",
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
    },
}

LOCATION: Schema = {
    "type": "object",
    "required": ["location"],
    "properties": {"location": {"type": "string", "format": "uri", "description": "The thank-you page."}},
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
            **_errors("400", "413", "415", "422", "503"),
        },
    }


def _bounces() -> Schema:
    return {
        "operationId": "reportBounce",
        "summary": "Report a mail that came back",
        "security": [{"signature": []}],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Bounce"}}},
        },
        "responses": {"204": {"description": "Taken"}, **_errors("400", "401", "404", "413", "503")},
    }


def _get(summary: str, responses: Schema) -> Schema:
    return {"summary": summary, "responses": responses}


def _status(value: str) -> Schema:
    properties = {"status": {"const": value}, "reason": {"type": "string"}}
    return {"type": "object", "required": ["status"], "properties": properties, "additionalProperties": False}


def _json(description: str, schema: Schema) -> Schema:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _errors(*codes: str) -> Schema:
    words = {
        "400": "Cannot be read",
        "401": "No signature that holds",
        "404": "Not in use here",
        "413": "Too large",
        "415": "Not a form",
        "422": "A field is at fault",
        "503": "Cannot be stored now: try again after Retry-After seconds",
    }
    return {code: _json(words[code], {"$ref": "#/components/schemas/Error"}) for code in codes}
