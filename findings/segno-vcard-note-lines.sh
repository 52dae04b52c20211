#!/bin/sh
# segno's vCard helper writes a note of two lines as a card that cannot be read.
#
# Guessed: `segno.helpers.make_vcard_data`, which escapes commas and semicolons,
#   also writes a line break within a note as the two characters "\n", as
#   RFC 2426 (vCard 3.0, section 5) asks, so that any reader gets the note back.
# True: it leaves the line break as it is. The note's second line then stands in
#   the card as a line of its own without a property, and a strict reader
#   refuses the whole card: name and number are lost with the note. A member's
#   greeting of two lines on a printed code needs another writer, or one line.
# Version: segno 1.6.6, read by vobject 0.9.9, on Python 3.11.7, seen on
#   2026-11-28.
#
# Run: sh findings/segno-vcard-note-lines.sh [python3]
# Ends with 0 while the behaviour is as above, with 1 when it has changed.
set -eu
python=${1:-python3}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT INT TERM
"$python" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check segno==1.6.6 vobject==0.9.9
cat > "$folder/ask.py" <<'PY'
import sys
from importlib.metadata import version

import vobject
from segno.helpers import make_vcard_data


def read_note(card: str) -> str:
    """The note that a reader finds in a card, or its complaint."""
    try:
        return repr(vobject.readOne(card).note.value)
    except vobject.base.ParseError as error:
        return f"refused: {error}"


print("segno", version("segno"), "and vobject", version("vobject"), "on Python", sys.version.split()[0])
refused = []
for note in ("Tea, on Fridays", "Tea on Fridays\nCoffee on Mondays"):
    card = make_vcard_data("Doe;Ann", "Ann Doe", memo=note)
    found = read_note(card)
    print(f"note    {note!r}\nwritten {[line for line in card.split(chr(13) + chr(10)) if line.startswith('NOTE')]}")
    print(f"read    {found}\n")
    refused.append(found.startswith("refused"))
by_hand = make_vcard_data("Doe;Ann", "Ann Doe", memo="Tea on Fridays").replace("Fridays", "Fridays\\nCoffee on Mondays")
print(f"with the two characters of RFC 2426 in its place\nread    {read_note(by_hand)}\n")
as_described = refused == [False, True] and read_note(by_hand) == repr("Tea on Fridays\nCoffee on Mondays")
print("as described at the top" if as_described else "CHANGED: no longer as described at the top")
sys.exit(not as_described)
PY
"$folder/venv/bin/python" "$folder/ask.py"
