"""Who may read and write: users, levels, compartments, labels, tokens and the reading door."""
