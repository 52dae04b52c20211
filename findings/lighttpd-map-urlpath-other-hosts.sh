#!/bin/sh
# lighttpd's "map-urlpath" changes redirects to other hosts, too.
#
# Guessed: `proxy.header = ("map-urlpath" => ("/capture/" => "/"))` takes the
#   prefix off requests and puts it back, as nginx's proxy_redirect and Apache's
#   ProxyPassReverse do, only into redirects that name the proxied service
#   itself. A redirect from a sign-up to a page on a member's own host
#   (https://ana.example.com/thanks/) then passes as it is.
# True: the host is not looked at. Every redirect whose path begins with the
#   mapped one is changed, also an absolute one to another host, or one that
#   holds the prefix already; with "/" that is every redirect but a relative
#   one. The visitor gets https://ana.example.com/capture/thanks/, which does not
#   exist. Paths of cookies are changed likewise. There is no setting for one
#   direction alone: a service that writes whole public addresses needs another
#   way to take the prefix off, such as `lighty.r.req_attr["request.uri"]` in a
#   script that magnet.attract-raw-url-to runs.
# Version: lighttpd 1.4.69 (Debian 12), seen on 2026-11-28.
#
# Run: sh findings/lighttpd-map-urlpath-other-hosts.sh [lighttpd]
#   It needs Debian's lighttpd, curl and python3, and downloads nothing.
# Ends with 0 while the behaviour is as above, with 1 when it has changed.
set -eu
PATH=$PATH:/usr/sbin
lighttpd=${1:-lighttpd}
folder=$(mktemp -d)
started=
trap 'kill $started 2>/dev/null || true; rm -rf "$folder"' EXIT INT TERM
"$lighttpd" -v

cat > "$folder/service.py" <<'PY'
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit


class Service(BaseHTTPRequestHandler):
    """Redirects to what the question asks for, and sets a cookie."""

    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        self.send_response(303)
        self.send_header("Location", parse_qs(asked.query)["to"][0])
        self.send_header("Set-Cookie", "seen=1; Path=/office/")
        self.send_header("X-Asked", asked.path)
        self.end_headers()


server = HTTPServer(("127.0.0.1", 0), Service)
with open(sys.argv[1], "w", encoding="ascii") as file:
    file.write(f"{server.server_port}\n")
server.serve_forever()
PY
python3 "$folder/service.py" "$folder/port" 2>/dev/null &
started=$!
until [ -s "$folder/port" ]; do sleep 0.1; done

front=$(python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat > "$folder/lighttpd.conf" <<CONF
server.modules = ("mod_proxy")
server.document-root = "$folder"
server.errorlog = "$folder/errors"
server.bind = "127.0.0.1"
server.port = $front
proxy.server = ("/capture/" => (("host" => "127.0.0.1", "port" => $(cat "$folder/port"))))
proxy.header = ("map-urlpath" => ("/capture/" => "/"))
CONF
"$lighttpd" -D -f "$folder/lighttpd.conf" &
started="$started $!"
until curl -so /dev/null "http://127.0.0.1:$front/"; do sleep 0.1; done

changed=0
expect() {  # what the service answers, what the visitor gets
    got=$(curl -si -H "Host: example.com" "http://127.0.0.1:$front/capture/signup?to=$1" | tr -d '\r')
    location=$(echo "$got" | sed -n 's/^Location: //p')
    printf 'service  %s\nvisitor  %s\n\n' "$1" "$location"
    [ "$location" = "$2" ] || changed=1
}
expect /thanks/ /capture/thanks/
expect https://ana.example.com/thanks/ https://ana.example.com/capture/thanks/
expect https://example.com/capture/office/ https://example.com/capture/capture/office/
expect https://elsewhere.example.net/x https://elsewhere.example.net/capture/x
expect thanks/ thanks/
echo "$got" | grep -E '^(Set-Cookie|X-Asked)'
echo "$got" | grep -q '^Set-Cookie: seen=1; Path=/capture/office/$' || changed=1
echo "$got" | grep -q '^X-Asked: /signup$' || changed=1
if [ "$changed" = 0 ]; then echo "as described at the top"; else echo "CHANGED: no longer as described at the top"; fi
exit "$changed"
