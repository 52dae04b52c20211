"""How nginx is started with a recipe, in the foreground and as whoever runs the tests."""

from __future__ import annotations

import getpass
import os
from pathlib import Path

MIME_TYPES = Path("/etc/nginx/mime.types")


def command(work: Path, recipe: str) -> list[str]:
    """Writes the configuration around a recipe into the folder ``work``; returns the command that starts nginx."""
    (work / "recipe.conf").write_text(recipe, encoding="utf-8")
    temporary = "".join(
        f"    {kind}_temp_path {work}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    # Its workers must be able to read a temporary folder that is its owner's alone.
    user = f"user {getpass.getuser()};\n" if os.getuid() == 0 else ""
    (work / "nginx.conf").write_text(
        f"{user}daemon off;\nworker_processes 1;\npid {work}/nginx.pid;\nerror_log stderr;\n"
        "events { worker_connections 512; }\n"
        f"http {{\n    include {MIME_TYPES};\n    default_type application/octet-stream;\n    access_log off;\n"
        f"    sendfile on;\n    gzip on;\n{temporary}    include {work}/recipe.conf;\n}}\n",
        encoding="utf-8",
    )
    return ["nginx", "-e", "stderr", "-p", str(work), "-c", str(work / "nginx.conf")]
