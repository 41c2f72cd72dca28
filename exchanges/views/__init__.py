"""The pages of the exchanges room, one file for each entity."""
