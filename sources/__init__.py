"""Sources, citations and the abstract claim."""
