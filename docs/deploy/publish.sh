#!/bin/sh
# Publishes a site folder:  publish.sh content /srv/espalier [--remove-up-to N]
#
# Stops before anything has changed when something is wrong with the folder as a whole, or when many members would go
# at once. What is wrong with single members leaves them as they were; it is told, everything else is published, and the
# script ends with 1. Run it again after every change.
set -eu
site=${1:?the folder that holds site.toml}
place=${2:?the folder that the web server reads}
shift 2  # what is left goes to sync and build: --remove-up-to N

sitegen check "$site" --lenient

# First, so that nothing has changed yet when it stops, and so that no form is public whose member the service does not
# know. It prints a line when it has stored what could be read, also when single members have faults.
ended=0
synced=$(capture sync "$site" "$@") || ended=1
[ -n "$synced" ] || exit 1
echo "$synced"

# An empty file for each member who has no site now: the web server answers 410 for their addresses from here on.
rm -rf "$place/gone.new" "$place/gone.old"
mkdir -p "$place/gone.new" "$place/gone"
sitegen addresses gone "$site" | (cd "$place/gone.new" && xargs -r touch --)
mv "$place/gone" "$place/gone.old"
mv "$place/gone.new" "$place/gone"
rm -rf "$place/gone.old"

sitegen build "$site" --out "$place/public" --gzip beside "$@" || ended=1

# Former addresses with the present ones, once there are pages: as Apache and Caddy read them, and as nginx does.
sitegen addresses moved "$site" >"$place/moved.txt.new"
sed 's/$/;/' "$place/moved.txt.new" >"$place/moved.map.new"
mv "$place/moved.map.new" "$place/moved.map"
mv "$place/moved.txt.new" "$place/moved.txt"
exit "$ended"
