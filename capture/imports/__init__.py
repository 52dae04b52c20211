"""Imports lists of people as leads: reads a CSV file, tries it in a dry run, and stores the leads and each row's
result (the ledger)."""
