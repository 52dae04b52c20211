"""Decides which member is credited with a lead, and stores the evidence in a chain of rows that shows every change."""
