"""Lists that were bought or brought along: read, tried, and taken in row by row."""
