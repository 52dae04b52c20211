"""The suppression list by hand: staff and operators look an address up, add it, and lift marks that servers or they
set."""
