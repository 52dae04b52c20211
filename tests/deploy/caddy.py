"""How Caddy is started with a recipe, in the foreground and with certificates of its own."""

from __future__ import annotations

from pathlib import Path

DOMAIN, LOOPBACK = "example.com", "127.0.0.1"


def command(work: Path, recipe: str, http_port: int, https_port: int) -> list[str]:
    """Writes the configuration around a recipe into the folder ``work``; returns the command that starts Caddy."""
    # Visits are logged as the recipe says one can. Of the two blocks of options, Caddy takes one.
    recipe = recipe.replace(f"\n{DOMAIN} {{\n", f"\n{DOMAIN} {{\n\tlog\n")
    head, options, sites = recipe.partition("\n{\n")
    (work / "Caddyfile").write_text(
        f"{head}{options}\tadmin off\n\thttp_port {http_port}\n\thttps_port {https_port}\n\tdefault_bind {LOOPBACK}\n"
        f"\tlocal_certs\n\tskip_install_trust\n\tstorage file_system {work}/storage\n"
        f"\tservers {{\n\t\tprotocols h1 h2\n\t}}\n{sites}",
        encoding="utf-8",
    )
    return ["caddy", "run", "--config", str(work / "Caddyfile"), "--adapter", "caddyfile"]
