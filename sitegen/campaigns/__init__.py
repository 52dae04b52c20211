"""The campaigns of a site.

``campaign_file`` reads and writes ``campaigns.csv`` as typed rows; ``placements`` is an index on disk that tells whose
they are, for any number of them.
"""
