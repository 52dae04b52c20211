"""What can be wrong with a site, found before anything is written."""
