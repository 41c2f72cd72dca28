"""Pages of what reads across rooms."""
