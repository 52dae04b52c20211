"""The demo's mailbox: there in the demo, for this machine, and nowhere else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.capture.applications import application


@pytest.fixture
def demo(settings, clock):
    app = application(replace(settings, demo=True), clock)
    yield app.test_client()
    app.extensions["espalier"].database.engine.dispose()


def test_outside_the_demo_there_is_no_mailbox(client, form):
    client.post("/signup", data=form())
    for path in ("/dev/mailbox", "/dev/mailbox/", "/dev/mailbox/1", "/dev/mailbox/1/html"):
        assert client.get(path).status_code == 404


def test_an_empty_mailbox_says_what_to_do(demo):
    assert "open a member's page and sign up" in demo.get("/dev/mailbox").text


def test_mails_stand_in_a_list_the_newest_open(demo, form, mailed):
    demo.post("/signup", data=form("m-1", locale="es"))
    demo.post(mailed("confirm", "confirm"))
    page = demo.get("/dev/mailbox")
    assert page.text.index("Nuevo contacto") < page.text.index("Gracias por confirmar su correo")
    assert 'href="../dev/mailbox/1"' in page.text
    assert 'src="../dev/mailbox/3/html"' in page.text
    assert "sandbox" in page.text
    assert "Si fue usted" in demo.get("/dev/mailbox/1").text
    assert "Ana &lt;b&gt;Núñez&lt;/b&gt;" in demo.get("/dev/mailbox/2").text


def test_the_html_part_can_do_nothing(demo, form):
    demo.post("/signup", data=form())
    part = demo.get("/dev/mailbox/1/html")
    policy = part.headers["Content-Security-Policy"]
    assert part.text.startswith("<!doctype html>")
    assert "sandbox" in policy
    assert "default-src 'none'" in policy
    assert "script-src" not in policy


def test_a_mail_that_is_not_there(demo):
    for path in ("/dev/mailbox/9", "/dev/mailbox/9/html", "/dev/mailbox/x"):
        assert demo.get(path).status_code == 404


def test_only_this_machine_may_look(demo):
    for address in ("10.0.0.1", "192.0.2.7", "2001:db8::1"):
        assert demo.get("/dev/mailbox", environ_base={"REMOTE_ADDR": address}).status_code == 404
    for host in ("evil.example", "evil.example:8001"):
        assert demo.get("/dev/mailbox", headers={"Host": host}).status_code == 404
    for host in ("localhost:8001", "127.0.0.1", "[::1]:8001"):
        assert demo.get("/dev/mailbox", headers={"Host": host}).status_code == 200


def test_looking_changes_nothing(demo):
    for method in ("post", "put", "delete"):
        assert demo.open("/dev/mailbox", method=method.upper()).status_code == 405
