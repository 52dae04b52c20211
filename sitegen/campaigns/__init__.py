"""The campaigns of a site: advertising, each piece with a code and a landing page of its own.

``campaign_file`` reads and writes ``campaigns.csv`` as typed rows; ``placements`` keeps any number of campaigns in an
index on disk, by member.
"""
