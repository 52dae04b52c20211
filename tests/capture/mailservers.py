"""Real mail servers of the machine as relays on a port of this machine: they pass every mail on to a second server, and
report what that one refuses.

Each runs with a configuration and, where it can, a queue of its own. They need root, as they do everywhere.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

START_SECONDS = 20


@dataclass(frozen=True)
class MailServer:
    """A mail server that may be installed. ``program``: by which it is found; ``begin``: writes its configuration to a
    folder, for a port and a next port, and returns the command that runs it in the foreground."""

    name: str
    program: str
    begin: Callable[[Path, int, int], list[str]]

    @property
    def installed(self) -> bool:
        return shutil.which(self.program, path=f"{os.environ['PATH']}:/usr/sbin:/usr/lib/postfix/sbin") is not None


@contextlib.contextmanager
def relaying(server: MailServer, next_port: int) -> Iterator[int]:
    """Runs a server that passes every mail on to ``next_port``; yields its port. Its folder is no test's own, since
    servers work as users of their own, whom those are closed to."""
    with tempfile.TemporaryDirectory(prefix="mailserver-", ignore_cleanup_errors=True) as place:
        Path(place).chmod(0o755)
        with _running(server, Path(place), next_port) as port:
            yield port


@contextlib.contextmanager
def _running(server: MailServer, folder: Path, next_port: int) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    command = server.begin(folder, port, next_port)
    with (folder / "output").open("w") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, start_new_session=True)
    try:
        _wait(process, port, folder / "output")
        yield port
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)


def _wait(process: subprocess.Popen[bytes], port: int, output: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1) as connection:
            connection.settimeout(5)
            if connection.recv(3) == b"220":
                return
        assert process.poll() is None, output.read_text()
        time.sleep(0.1)
    raise AssertionError(f"no greeting within {START_SECONDS} s\n{output.read_text()}")


def _folder_of(user: str, folder: Path) -> None:
    """Makes a folder of a server's own user."""
    owner = pwd.getpwnam(user)
    folder.mkdir(mode=0o750)
    os.chown(folder, owner.pw_uid, owner.pw_gid)


def _postfix(folder: Path, port: int, next_port: int) -> list[str]:
    (folder / "queue").mkdir()
    _folder_of("postfix", folder / "data")
    services = Path("/etc/postfix/master.cf").read_text()
    (folder / "master.cf").write_text(re.sub(r"(?m)^smtp( +)inet", rf"127.0.0.1:{port}\1inet", services))
    (folder / "main.cf").write_text(f"""\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
inet_interfaces = loopback-only
inet_protocols = ipv4
myhostname = relay.example
mydestination =
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
recipient_delimiter =
relayhost = [127.0.0.1]:{next_port}
alias_maps =
alias_database =
""")
    return ["postfix", "-c", str(folder), "start-fg"]


def _exim(folder: Path, port: int, next_port: int) -> list[str]:
    _folder_of("Debian-exim", folder / "spool")
    (folder / "exim.conf").write_text(f"""\
primary_hostname = relay.example
spool_directory = {folder}/spool
log_file_path = {folder}/spool/%slog
keep_environment =
pid_file_path = {folder}/pid
acl_smtp_rcpt = accept
qualify_domain = relay.example
begin routers
all:
  driver = manualroute
  route_list = * 127.0.0.1::{next_port} byname
  self = send
  transport = smtp
begin transports
smtp:
  driver = smtp
begin retry
* * F,1h,2s
""")
    return ["exim4", "-C", str(folder / "exim.conf"), "-bdf", "-q5s", "-oX", f"127.0.0.1.{port}"]


def _opensmtpd(folder: Path, port: int, next_port: int) -> list[str]:
    (folder / "smtpd.conf").write_text(f"""\
listen on 127.0.0.1 port {port} hostname relay.example
action "next" relay host "smtp://127.0.0.1:{next_port}"
match from any for any action "next"
""")
    return ["smtpd", "-d", "-f", str(folder / "smtpd.conf")]


def _sendmail(folder: Path, port: int, next_port: int) -> list[str]:
    (folder / "queue").mkdir(mode=0o700)
    (folder / "sendmail.mc").write_text(f"""\
include(`/usr/share/sendmail/cf/m4/cf.m4')dnl
OSTYPE(`linux')dnl
define(`confDOMAIN_NAME', `relay.example')dnl
define(`QUEUE_DIR', `{folder}/queue')dnl
define(`confPID_FILE', `{folder}/pid')dnl
define(`STATUS_FILE', `{folder}/statistics')dnl
define(`ALIAS_FILE', `')dnl
define(`SMART_HOST', `relay:[127.0.0.1]')dnl
define(`RELAY_MAILER_ARGS', `TCP $h {next_port}')dnl
define(`confMIN_QUEUE_AGE', `0')dnl
FEATURE(`promiscuous_relay')dnl
FEATURE(`accept_unqualified_senders')dnl
FEATURE(`accept_unresolvable_domains')dnl
FEATURE(`nocanonify')dnl
FEATURE(`no_default_msa')dnl
DAEMON_OPTIONS(`Name=relay, Addr=127.0.0.1, Port={port}')dnl
MAILER(`smtp')dnl
""")
    made = subprocess.run(["m4", "sendmail.mc"], cwd=folder, capture_output=True, text=True, check=True)
    (folder / "sendmail.cf").write_text(made.stdout)
    # It waits a minute at its start where the machine's name has no domain, so it gets one of its own.
    serve = f"hostname relay.example && exec sendmail-mta -C{folder}/sendmail.cf -bD -q2s"
    return ["unshare", "--uts", "sh", "-c", serve]


def postfix_delivering(domain: str, transport: str) -> MailServer:
    """A Postfix that has a domain of its own, whose mail it hands over by ``transport``, such as ``lmtp:inet:…``."""

    def begin(folder: Path, port: int, next_port: int) -> list[str]:
        command = _postfix(folder, port, next_port)
        with (folder / "main.cf").open("a") as settings:
            settings.write(f"mydestination = {domain}\nlocal_recipient_maps =\nmailbox_transport = {transport}\n")
        services = folder / "master.cf"
        # Debian's lmtp sees the queue's folder alone.
        services.write_text(re.sub(r"(?m)^(lmtp +unix +\S+ +\S+ +)\S+", r"\1n", services.read_text()))
        return command

    return MailServer("postfix", "postfix", begin)


SERVERS = (
    MailServer("postfix", "postfix", _postfix),
    MailServer("exim", "exim4", _exim),
    MailServer("opensmtpd", "smtpctl", _opensmtpd),
    MailServer("sendmail", "sendmail-mta", _sendmail),
)
