"""Pages about people: one's own account, and what administrators and reviewers do for others."""
