"""Imports lists of leads: reads a CSV file, tries it in a dry run, and stores its rows with a ledger."""
