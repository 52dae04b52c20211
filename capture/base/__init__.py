"""What every other room builds on: database, signed values, identity of addresses, words, logs."""
