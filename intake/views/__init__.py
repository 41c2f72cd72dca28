"""Pages of the intake, a file for each subject."""
