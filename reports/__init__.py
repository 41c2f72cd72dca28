"""What reads across all rooms: overview, search, import, export and report runs."""
