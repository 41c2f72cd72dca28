"""What comes in from outside: the inbox of candidate records and the import of files."""
