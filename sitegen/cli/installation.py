"""Finds the token keys and the instance folder that the commands use."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from sitegen import instance

if TYPE_CHECKING:
    from sitegen.token import TokenSigner


def token_keys(folder: Path) -> tuple[str, ...]:
    """Returns the keys that sign a site's tokens, the newest first. Raises SecretError if there is none."""
    return tuple(instance.token_keys(instance.read(os.environ, folder)))


def signer(folder: Path) -> TokenSigner:
    """Returns the signer of a site's tokens. Raises SecretError if there is no key."""
    from sitegen.token import TokenSigner

    return TokenSigner(token_keys(folder))


def instance_folder(folder: Path) -> Path:
    """Returns this installation's instance folder, which may not exist yet."""
    return instance.find(os.environ, folder) or Path("instance")
