#!/bin/sh
# nameparser takes given names for titles, and a first name after a degree for a degree.
#
# Guessed: in a name that is written "family, given" the comma tells enough, so
#   that `nameparser.parse` gives the words after it as given names, and that a
#   degree between two commas is a suffix and what follows it a name.
# True: a word after the comma that is in its list of titles is a title, also
#   without a full stop: "Chan, Wing Yan" has the title Wing (from "Wing
#   Commander") and "King, Bishop" has no given name. After a suffix between two
#   commas all the rest is suffix: "Smith, Ph.D., John" has no given name.
#   A page that greets people by `given` calls the first one Yan, and the other
#   two nothing.
# Version: nameparser 2.6.0 on Python 3.11.7, seen on 2026-11-28.
#
# Run: sh findings/nameparser-names-as-titles.sh [python3]
# Ends with 0 while the behaviour is as above, with 1 when it has changed.
set -eu
python=${1:-python3}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT INT TERM
"$python" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check nameparser==2.6.0
cat > "$folder/ask.py" <<'PY'
import sys
from importlib.metadata import version

from nameparser import parse

#: Name, and its title, given name and suffix by nameparser 2.6.0.
SEEN = [
    ("Chan, Tiffany Yan", "", "Tiffany", ""),
    ("Chan, Wing Yan", "Wing", "Yan", ""),
    ("King, Bishop", "Bishop", "", ""),
    ("Smith, John, Ph.D.", "", "John", "Ph.D."),
    ("Smith, Ph.D., John", "", "", "Ph.D., John"),
]
print("nameparser", version("nameparser"), "on Python", sys.version.split()[0])
changed = False
for name, *seen in SEEN:
    found = parse(name)
    answer = [found.title, found.given, found.suffix]
    print(f"{name:20} title {answer[0]!r:10} given {answer[1]!r:10} suffix {answer[2]!r}")
    changed = changed or answer != seen
print("CHANGED: no longer as described at the top" if changed else "as described at the top")
sys.exit(changed)
PY
"$folder/venv/bin/python" "$folder/ask.py"
