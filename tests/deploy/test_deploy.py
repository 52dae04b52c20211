"""The recipes of docs/deploy behind real servers: what a visitor, a search engine and a curious stranger get."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
import time
from html import unescape
from itertools import product
from urllib.parse import urlencode, urljoin, urlsplit

import pytest

from capture.limits import human_proof
from sitegen.serving.policy import policy
from sitegen.site.addresses import Addresses
from tests import slow
from tests.deploy.conftest import URL, publish
from tests.deploy.servers import DOMAIN, Answer, Server

# One worker starts the servers for all of them.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("deploy")]

IMMUTABLE = "public, max-age=31536000, immutable"
GUARDS = ("content-security-policy", "x-content-type-options", "referrer-policy", "strict-transport-security")


def assert_guarded(server: Server, answer: Answer) -> None:
    assert answer.headers["content-security-policy"] == policy(
        f"{URL}/capture", Addresses(URL, server.published.layout)
    )
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "strict-origin-when-cross-origin"
    assert answer.headers["strict-transport-security"].startswith("max-age=31536000")
    assert not answer.doubled & set(GUARDS)


def asset(server: Server) -> str:
    """The address of the stylesheet, as the company's page names it."""
    found = re.search(rb'<link rel="stylesheet" href="([^"]+)">', server.ask("/").body)
    assert found is not None
    return found[1].decode()


def test_the_companys_page_is_asked_for_anew_each_time(server: Server) -> None:
    answer = server.ask("/")
    assert answer.status == 200
    assert answer.body == (server.published.place / "public" / "index.html").read_bytes()
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["cache-control"] == "no-cache"
    assert_guarded(server, answer)
    again = server.ask("/", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status, again.body) == (304, b"")


def test_landing_pages_of_campaigns(server: Server) -> None:
    public = server.published.place / "public"
    for slug, path in (("", "c/fair/"), ("", "c/"), ("ana", "c/radio7/"), ("tom-co-b", "c/tom2/")):
        answer = server.member(slug, f"/{path}") if slug else server.ask(f"/{path}")
        assert answer.status == 200
        assert answer.body == (public / slug / path / "index.html").read_bytes()
        assert_guarded(server, answer)
    assert server.member("ana", "/c/tom2/").status == 404
    assert server.ask("/c/nothing/").status == 404


def test_a_members_pages_in_both_languages(server: Server) -> None:
    public = server.published.place / "public"
    for slug, path in (("ana", "/"), ("ana", "/quienes-somos/"), ("tom-co-b", "/about/")):
        answer = server.member(slug, path)
        assert answer.status == 200
        assert answer.body == (public / slug / path.lstrip("/") / "index.html").read_bytes()
        assert_guarded(server, answer)


def test_head_says_what_get_says(server: Server) -> None:
    get, head = server.member("ana"), server.member("ana", method="HEAD")
    assert (head.status, head.body) == (200, b"")
    for name in ("content-type", "etag", "cache-control", "content-security-policy"):
        assert head.headers[name] == get.headers[name]


def test_a_missing_slash_is_added_by_a_relative_redirect(server: Server) -> None:
    answer = server.member("ana", "/quienes-somos")
    assert answer.status in {301, 308}
    address = "/quienes-somos/" if server.subdomains else "/ana/quienes-somos/"
    assert answer.headers["location"] in {address, "quienes-somos/"}
    if not server.subdomains:
        assert server.ask("/ana").headers["location"] in {"/ana/", "ana/"}


def test_what_is_not_there_shows_the_sites_own_page(server: Server) -> None:
    for answer in (server.ask("/nowhere/"), server.ask("/nowhere"), server.member("ana", "/nowhere/")):
        assert answer.status == 404
        assert b"Nothing is written on this card" in answer.body
        assert answer.headers["content-type"].startswith("text/html")
        assert answer.headers["cache-control"] == "no-cache"
        assert_guarded(server, answer)


def test_an_inactive_member_is_gone_and_an_unknown_one_not_found(server: Server) -> None:
    for path in ("/", "/about/", "/contact.vcf"):
        answer = server.member("gone", path)
        assert answer.status == 410
        assert answer.headers["cache-control"] == "no-cache"
        assert_guarded(server, answer)
    assert server.member("nobody").status == 404


def test_a_former_address_leads_on(server: Server) -> None:
    public = server.published.place / "public"
    page = (public / "ana-obrien" / "quienes-somos" / "index.html").read_text(encoding="utf-8")
    present = f"https://ana.{DOMAIN}" if server.subdomains else f"{URL}/ana"
    assert f'<link rel="canonical" href="{present}/quienes-somos/">' in page, "for servers that know nothing of it"
    for path in ("/", "/quienes-somos/", "/nowhere/", "/quienes-somos/?c=radio7&x=1"):
        answer = server.member("ana-obrien", path)
        assert answer.status == 301, path
        host = f"https://ana-obrien.{DOMAIN}" if server.subdomains else f"{URL}/ana-obrien"
        assert urljoin(f"{host}{path}", answer.headers["location"]) == f"{present}{path}"
    if server.subdomains:
        assert server.ask("/ana-obrien/").headers["location"].endswith("//ana-obrien.example.com/")


def test_who_has_no_site_now_has_no_former_address_either(server: Server) -> None:
    marker = server.published.place / "gone" / "ana-obrien"
    marker.touch()
    try:
        assert server.member("ana-obrien", "/quienes-somos/").status == 410
    finally:
        marker.unlink()


def test_nothing_of_an_address_gets_between_the_headers(server: Server) -> None:
    for path in ("/%0d%0aX-Odd:%20yes/", "/%0d%0aX-Odd:%20yes", "/%0aX-Odd:%20yes/quienes-somos/"):
        for slug in ("ana-obrien", "ana"):
            answer = server.member(slug, path)
            assert "x-odd" not in answer.headers
            assert "\r" not in answer.headers.get("location", "")


def test_a_file_takes_a_site_down_at_once_and_publishing_brings_it_back(server: Server) -> None:
    slug = "wang-xiao-ming"
    marker = server.published.place / "gone" / slug
    marker.touch()
    try:
        assert server.member(slug).status == 410
        assert server.member("ana").status == 200
    finally:
        marker.unlink()
    assert server.member(slug).status == 200


SPELLINGS = (
    "/{}/",
    "/{}//",
    "/{}/index.html",
    "/{}/./about/",
    "/%77ang-xiao-ming/",
    "//{}/",
    "///{}/about/",
    "/%2f{}/",
    "/./{}/",
    "/%2e/{}/",
    "/ana/../{}/",
    "/ana/..//{}/about/",
    "/ana%2f..%2f{}/",
    "/ana/%2e%2e/{}/index.html",
    "/ana%5c..%5c{}/",
)


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_what_was_taken_down_is_gone_however_its_address_is_spelled(server: Server, spelling: str) -> None:
    """On the host of the member, or of the company, where each member is a folder."""
    slug = "wang-xiao-ming"
    path = spelling.format(slug)
    story = (server.published.place / "public" / slug / "index.html").read_bytes()
    marker = server.published.place / "gone" / slug
    marker.touch()
    try:
        answer = server.ask(path)
        if answer.status in {301, 308}:
            target = urlsplit(urljoin(f"{URL}{path}" if path[1] != "/" else URL, answer.headers["location"]))
            answer = server.ask(target.path, host=target.hostname or DOMAIN)
        assert answer.status in {400, 404, 410}
        assert answer.body != story
        if server.subdomains:
            assert server.ask(spelling.replace("{}", "about"), host=f"{slug}.{DOMAIN}").status == 410
    finally:
        marker.unlink()


def test_publishing_again_keeps_what_is_gone(server: Server) -> None:
    (server.published.place / "gone" / "ana").touch()
    publish(server.published)
    assert server.member("ana").status == 200
    assert server.member("gone").status == 410


def test_fingerprinted_files_are_kept_for_good(server: Server) -> None:
    address = asset(server)
    hosts = [DOMAIN, f"ana.{DOMAIN}"] if server.subdomains else [DOMAIN]
    for host in hosts:
        answer = server.ask(address, host=host)
        assert answer.status == 200
        assert answer.headers["content-type"].startswith("text/css")
        assert answer.headers["cache-control"] == IMMUTABLE
        missing = server.ask("/assets/site.0000000000.css", host=host)
        assert (missing.status, missing.headers["cache-control"]) == (404, "no-cache")


HIDDEN = (
    "/.public.espalier/manifest.sqlite",
    "/.public.espalier/",
    "/.public.espalier",
    "/%2epublic.espalier/manifest.sqlite",
    "//.public.espalier/manifest.sqlite",
    "/../.public.espalier/manifest.sqlite",
    "/%2e%2e/.public.espalier/manifest.sqlite",
    "/assets/../../.public.espalier/manifest.sqlite",
    "/assets/%2e%2e/%2e%2e/.public.espalier/manifest.sqlite",
    "/..%2f.public.espalier/manifest.sqlite",
    "/.espalier/record.sqlite",
    "/../../content/members.csv",
)


def test_the_builds_own_records_are_never_served(server: Server) -> None:
    assert (server.published.place / ".public.espalier" / "manifest.sqlite").is_file()
    assert not list((server.published.place / "public").rglob(".*"))
    hosts = [DOMAIN, f"ana.{DOMAIN}", f"assets.{DOMAIN}"] if server.subdomains else [DOMAIN]
    for host, path in product(hosts, HIDDEN):
        answer = server.ask(path, host=host)
        assert answer.status in {400, 404}, (host, path)
        assert b"SQLite" not in answer.body
        assert b"id,slug," not in answer.body


def test_text_is_sent_compressed(server: Server) -> None:
    zipped = {"Accept-Encoding": "gzip"}
    for path in ("/", asset(server), "/sitemap.xml"):
        answer = server.ask(path, headers=zipped)
        if len(server.ask(path).body) < 600:  # too small to gain anything
            continue
        assert answer.headers.get("content-encoding") == "gzip", path
        assert answer.headers["vary"] == "Accept-Encoding"
        assert gzip.decompress(answer.body) == server.ask(path).body
    page = server.member("ana", headers=zipped)
    # Compressed when it was built, not each time it is asked for.
    assert page.body == (server.published.place / "public" / "ana" / "index.html.gz").read_bytes()
    assert page.headers["content-type"].startswith("text/html")
    again = server.member("ana", headers={**zipped, "If-None-Match": page.headers["etag"]})
    assert (again.status, again.body) == (304, b"")
    assert server.member("ana", "/qr.svg", headers=zipped).headers["content-encoding"] == "gzip"


def test_a_contact_card_opens_as_one(server: Server) -> None:
    answer = server.member("ana", "/contact.vcf")
    assert answer.status == 200
    assert answer.headers["content-type"].lower() in {"text/vcard", "text/vcard; charset=utf-8"}
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.body.startswith(b"BEGIN:VCARD")
    assert server.member("ana", "/qr.svg").headers["content-type"].startswith("image/svg+xml")


def test_pages_take_no_posts(server: Server) -> None:
    assert server.ask("/", method="POST", body=b"").status == 405


def test_plain_http_leads_to_https(server: Server) -> None:
    for path in ("/ana/?a=b", "/capture/my-data?lang=es"):
        answer = server.ask(path, plain=True)
        assert answer.status in {301, 308}
        assert re.sub(r":\d+/", "/", answer.headers["location"]) == f"{URL}{path}"


def hidden_fields(page: str) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page)
    return {name: unescape(value) for name, value in found}


def post(server: Server, path: str, fields: dict[str, str]) -> Answer:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    return server.ask(path, method="POST", body=urlencode(fields).encode(), headers=form)


def sign_up(server: Server, **changes: str) -> Answer:
    """Posts the form of Ana's page as a browser without JavaScript would."""
    page = server.member("ana").body.decode()
    action = re.search(r'<form method="post" action="([^"]+)"', page)
    assert action is not None
    assert action[1] == f"{URL}/capture/signup"
    typed = {"email": f"{server.name}@visitor.example.org", "interest": "both", "consent": "yes", "website": ""}
    return post(server, "/capture/signup", hidden_fields(page) | typed | changes)


def test_a_sign_up_reaches_the_service_and_ends_at_the_members_own_page(server: Server) -> None:
    between = sign_up(server)
    assert between.status == 200
    own = f"https://*.{DOMAIN}" if server.subdomains else URL
    assert own in between.headers["content-security-policy"]
    time.sleep(human_proof.QUICKEST.total_seconds())  # nobody reads a page and presses its button sooner
    answer = post(server, "/capture/signup", hidden_fields(between.body.decode()))
    assert answer.status == 303
    own = f"https://ana.{DOMAIN}" if server.subdomains else f"{URL}/ana"
    assert answer.headers["location"] == f"{own}/thanks/"
    assert server.member("ana", "/thanks/").status == 200
    command = ["capture", "leads", "--json", "--member", "ana"]
    listed = subprocess.run(command, env=dict(server.published.environ), capture_output=True, text=True, check=True)
    assert f"{server.name}@visitor.example.org" in {lead["email"] for lead in json.loads(listed.stdout)}


def test_the_services_own_pages_keep_their_own_policy(server: Server) -> None:
    answer = sign_up(server, email="nothing of the kind")
    assert answer.status == 422
    assert b"nothing of the kind" in answer.body
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "content-security-policy" not in answer.doubled
    style = re.search(rb'<link rel="stylesheet" href="([^"]+)">', answer.body)
    assert style is not None
    assert server.ask(f"/capture/{style[1].decode()}").status == 200


def test_mailed_links_and_the_script_s_question_reach_the_service(server: Server) -> None:
    challenge = server.ask("/capture/challenge")
    assert (challenge.status, "signature" in json.loads(challenge.body)) == (200, True)
    page = server.ask("/capture/my-data")
    assert page.status == 200
    for style in re.findall(rb'<link rel="stylesheet" href="([^"]+)">', page.body):
        assert server.ask(f"/capture/{style.decode()}").headers["content-type"].startswith("text/css")
    sent = post(server, "/capture/my-data", {"email": "nobody@visitor.example.org"})
    assert (sent.status, b"nobody" in sent.body) == (200, False)


def test_how_the_service_does_is_told_to_nobody_outside(server: Server) -> None:
    assert server.ask("/capture/metrics").status == 404


def test_too_much_is_refused_by_the_service_and_not_by_the_proxy(server: Server) -> None:
    answer = sign_up(server, first_name="x" * 2_000_000)
    assert answer.status == 413
    assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("kind", ["a short body", "a body in chunks", "a body that is too large"])
def test_slow_senders_keep_nobody_waiting(server: Server, kind: str) -> None:
    """Others are answered while all of them still wait, so nobody waits for one of them to be cut off."""
    with slow.senders(server.https_port, "/capture/signup", kind, tls=server.tls()) as senders:
        assert server.ask("/capture/healthz").status == 200
        assert sign_up(server, email=f"quick.{server.name}@visitor.example.org").status == 200
        if kind != "a body that is too large":
            assert slow.still_open(senders) == slow.SENDERS
    assert server.ask("/capture/healthz").status == 200


def test_the_demos_mailbox_is_never_reached(server: Server) -> None:
    assert server.ask("/capture/dev/mailbox").status == 404


def test_a_members_folder_on_the_companys_host_leads_to_their_own(with_subdomains: Server) -> None:
    for path, target in (("/ana/", "/"), ("/ana", "/"), ("/ana/quienes-somos/", "/quienes-somos/")):
        answer = with_subdomains.ask(path)
        assert answer.status == 301
        assert answer.headers["location"] in {f"https://ana.{DOMAIN}{target}", f"https://ana.{DOMAIN}"}
        brought = with_subdomains.ask(f"{path}?utm_source=radio&c=fair1").headers["location"]
        assert brought == f"{answer.headers['location']}?utm_source=radio&c=fair1"


def test_a_host_that_is_no_members_shows_nothing(with_subdomains: Server) -> None:
    for name, path in product(("about", "assets", "es", "404", "nobody"), ("/", "/index.html", "/pictures/")):
        assert with_subdomains.ask(path, host=f"{name}.{DOMAIN}").status == 404
