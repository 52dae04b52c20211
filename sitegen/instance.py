"""Finds, reads and makes the instance folder: where an installation keeps its secrets and, by default, its database.

Settings come from the environment. For the demo and for work on one machine there is also the *instance*
folder, which every command finds by itself: ``$ESPALIER_INSTANCE``, else ``./instance``, else ``instance``
in or beside the site folder. The ``espalier.env`` in that folder has ``NAME=value`` lines; a variable of the
environment takes the place of a line with the same name.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path

from sitegen.errors import Fault, SecretError

ENV_FILE = "espalier.env"

SECRETS = {
    "ESPALIER_TOKEN_KEY": "signs the member and page tokens in sign-up forms; the same for sitegen and capture",
    "ESPALIER_SECRET_KEY": "signs the links in mails and the forms of the capture service",
}
"""The secrets an installation needs, and what each is for."""


def find(environ: Mapping[str, str], site_folder: Path | None = None) -> Path | None:
    """Returns the instance folder, or None if there is none."""
    named = environ.get("ESPALIER_INSTANCE")
    if named:
        return Path(named)
    candidates = [Path("instance")]
    if site_folder is not None:
        candidates += [site_folder / "instance", site_folder.parent / "instance"]
    return next((each for each in candidates if (each / ENV_FILE).is_file()), None)


def read(environ: Mapping[str, str], site_folder: Path | None = None) -> dict[str, str]:
    """Returns this installation's settings: those of the instance folder's file, overridden by the environment.

    Raises SecretError, with file and line, if a line is not ``NAME=value``.
    """
    folder = find(environ, site_folder)
    settings: dict[str, str] = {}
    if folder is not None:
        path = folder / ENV_FILE
        # A named folder may hold the database alone, with the secrets in the environment.
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
        for number, line in enumerate(text.splitlines(), 1):
            if not line.strip() or line.startswith("#"):
                continue
            name, equals, value = line.partition("=")
            if not equals:
                raise SecretError(Fault("expected NAME=value", where=path, line=number))
            settings[name.strip()] = value.strip()
        settings.setdefault("ESPALIER_INSTANCE", str(folder))
    settings.update({name: value for name, value in environ.items() if name.startswith("ESPALIER_")})
    return settings


def token_keys(settings: Mapping[str, str]) -> list[str]:
    """Returns the keys that sign the tokens of sign-up forms, newest first. Raises SecretError if there is none."""
    keys = settings.get("ESPALIER_TOKEN_KEY", "").split()
    if not keys:
        raise SecretError(
            Fault(
                "ESPALIER_TOKEN_KEY is not set: sign-up forms cannot be signed",
                hint="run `sitegen secrets` once in this folder, or set the variable to 32 or more random characters",
            )
        )
    return keys


def create(folder: Path) -> list[str]:
    """Makes the instance folder with the secrets that are still missing; only the folder's owner can read them.

    Returns the names of the secrets that were made; an existing secret is never changed.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / ".gitignore").write_text("*\n", encoding="utf-8")
    path = folder / ENV_FILE
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    present = {line.partition("=")[0].strip() for line in text.splitlines()}
    missing = [name for name in SECRETS if name not in present]
    if missing and text and not text.endswith("\n"):
        text += "\n"
    for name in missing:
        text += f"# {SECRETS[name]}\n{name}={secrets.token_hex(32)}\n"
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")
    return missing
