"""Look-ups of parties and people: the address book."""
