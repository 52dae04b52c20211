"""How Apache is started with a recipe, in the foreground and as whoever runs the tests."""

from __future__ import annotations

import os
from pathlib import Path

LOOPBACK = "127.0.0.1"
MODULE_FOLDER = Path("/usr/lib/apache2/modules")
MODULES = (
    *("mpm_event", "authz_core", "alias", "deflate", "dir", "env", "headers", "mime", "proxy", "proxy_http"),
    *("reqtimeout", "filter", "rewrite", "setenvif", "socache_shmcb", "ssl", "http2"),
)
"""Those that the recipes name, with what Debian always loads."""

AS_NOBODY = (
    *("setpriv", "--reuid=www-data", "--regid=www-data", "--clear-groups"),
    *("--inh-caps=+dac_override", "--ambient-caps=+dac_override"),
)
"""Apache never works as root. Another user must be let into a temporary folder that is its owner's alone."""


def command(work: Path, recipe: str, http_port: int, https_port: int) -> list[str]:
    """Writes the configuration around a recipe into the folder ``work``; returns the command that starts Apache."""
    (work / "recipe.conf").write_text(recipe, encoding="utf-8")
    loads = "".join(f"LoadModule {name}_module {MODULE_FOLDER}/mod_{name}.so\n" for name in MODULES)
    (work / "apache.conf").write_text(
        f"{loads}ServerRoot {work}\nServerName localhost\nPidFile {work}/apache.pid\n"
        f"Mutex file:{work}\nDefaultRuntimeDir {work}\nErrorLog {work}/errors.log\nTypesConfig /etc/mime.types\n"
        f"Listen {LOOPBACK}:{http_port}\nListen {LOOPBACK}:{https_port} https\n"
        # As Debian sets them: nobody but the recipe grants anything, except of /var/www.
        "StartServers 2\nThreadsPerChild 25\nMaxRequestWorkers 150\n"
        "<Directory />\n    AllowOverride None\n    Require all denied\n</Directory>\n"
        f"<Directory {work}/acme>\n    Require all granted\n</Directory>\n"
        f"Include {work}/recipe.conf\n",
        encoding="utf-8",
    )
    return [*(AS_NOBODY if os.getuid() == 0 else ()), "apache2", "-D", "FOREGROUND", "-f", str(work / "apache.conf")]
