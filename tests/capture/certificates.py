"""Certificates for servers of the tests' own, made anew in each run by OpenSSL."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.required import SERVERS, skip_or_fail


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate that vouches for itself: whoever trusts the file trusts the server that has the key."""

    chain: Path
    key: Path

    @property
    def server(self) -> ssl.SSLContext:
        """For the side that shows it."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.chain, self.key)
        return context

    @property
    def client(self) -> ssl.SSLContext:
        """For the side that trusts it, and nobody else; all else is checked as ever."""
        return ssl.create_default_context(cafile=str(self.chain))


def make(folder: Path, *names: str, days: int = 2) -> Certificate:
    """For these names, as OpenSSL writes them: ``IP:127.0.0.1``, ``DNS:mail.test``."""
    if shutil.which("openssl") is None:
        skip_or_fail(SERVERS, "there is no openssl on this machine")
    folder.mkdir(parents=True)
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
            *("-days", str(days), "-subj", "/CN=mail.test", "-keyout", folder / "key.pem"),
            *("-addext", f"subjectAltName={','.join(names)}", "-out", folder / "chain.pem"),
            *("-addext", "keyUsage=digitalSignature,keyCertSign"),
        ],
        check=True,
        capture_output=True,
    )
    return Certificate(folder / "chain.pem", folder / "key.pem")
