"""The places at which LMTP is taken: a Unix socket, or a port that only this machine reaches.

LMTP has no passwords. A local user who connects can do no more than one who sends mail: a report counts only if it
names a Message-ID of ours, which nobody can guess.
"""

from __future__ import annotations

import contextlib
import ipaddress
import os
import socket
import stat
from pathlib import Path

from sitegen.errors import EspalierError, Fault

_HINT = "give the path of a Unix socket, such as /run/espalier/bounces, or 127.0.0.1:2424"


class PlaceError(EspalierError):
    """Raised for a place at which the server cannot, or must not, listen."""


def listen(place: str) -> socket.socket:
    """Returns a socket that listens at a place: the path of a Unix socket (with a ``/``), or ``host:port`` on this
    machine. Raises PlaceError if that is no such place, or is in use."""
    return _listen_at_path(Path(place)) if "/" in place else _listen_at_port(place)


def _listen_at_path(path: Path) -> socket.socket:
    _remove_abandoned(path)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listener.bind(str(path))
        # The mail server has a user of its own. The folder's permissions tell who may come here.
        path.chmod(0o666)
        listener.listen()
    except OSError as error:
        listener.close()
        raise PlaceError(Fault(f"cannot listen here: {error.strerror or error}", where=path)) from error
    return listener


def _remove_abandoned(path: Path) -> None:
    """Removes the socket of a process that was killed. Raises PlaceError if a process listens there, or if there is a
    file of another kind."""
    try:
        if not stat.S_ISSOCK(path.lstat().st_mode):
            raise PlaceError(Fault("there is a file that is no socket", where=path, hint="choose another path"))
    except FileNotFoundError:
        return
    with contextlib.closing(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)) as trial:
        try:
            trial.connect(str(path))
        except ConnectionRefusedError:
            path.unlink(missing_ok=True)
            return
        except OSError as error:
            raise PlaceError(Fault(f"cannot be looked at: {error.strerror or error}", where=path)) from error
    raise PlaceError(Fault("another process listens here", where=path, hint="end it first, or choose another path"))


def _listen_at_port(place: str) -> socket.socket:
    host, _, port = place.rpartition(":")
    try:
        address = ipaddress.ip_address("127.0.0.1" if host == "localhost" else host.strip("[]"))
        number = int(port) if port.isascii() and port.isdigit() else -1
    except ValueError as error:
        raise PlaceError(Fault("neither a path nor an address and port", where=place, hint=_HINT)) from error
    if not 0 <= number < 65536:
        raise PlaceError(Fault("neither a path nor an address and port", where=place, hint=_HINT))
    if not address.is_loopback:
        raise PlaceError(Fault("LMTP has no passwords: not open to a network", where=place, hint=_HINT))
    family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
    try:
        return socket.create_server((str(address), number), family=family)
    except OSError as error:
        raise PlaceError(Fault(f"cannot listen here: {error.strerror or error}", where=place, hint=_HINT)) from error


def where(listener: socket.socket) -> str:
    """Returns the place that a socket listens at, as ``listen`` takes it."""
    name = listener.getsockname()
    if listener.family == socket.AF_UNIX:
        return os.fsdecode(name)
    return f"[{name[0]}]:{name[1]}" if listener.family == socket.AF_INET6 else f"{name[0]}:{name[1]}"
