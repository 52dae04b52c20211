"""The parts that every other room uses: database, signed values, identity of addresses, words, logs."""
