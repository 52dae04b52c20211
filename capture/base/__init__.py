"""The ground that every other room stands on: database, signed values, identity of addresses, words, logs."""
