#!/bin/sh
# Publishes a site folder:  publish.sh content /srv/espalier
#
# Stops before anything has changed when something is wrong with the folder. Run it again after every change.
set -eu
site=${1:?the folder that holds site.toml}
place=${2:?the folder that the web server reads}

sitegen check "$site"

# An empty file for each inactive member: the web server answers 410 for their addresses from here on.
rm -rf "$place/gone.new" "$place/gone.old"
mkdir -p "$place/gone.new" "$place/gone"
sitegen members "$site" --status inactive | cut -d' ' -f1 | (cd "$place/gone.new" && xargs -r touch --)
mv "$place/gone" "$place/gone.old"
mv "$place/gone.new" "$place/gone"
rm -rf "$place/gone.old"

# Before the build, so that no form is public whose member the service does not know.
capture sync "$site"
sitegen build "$site" --out "$place/public" --gzip beside
