"""The trunk: what every record has (marking, history, version, review state) and the bases all rooms share."""
