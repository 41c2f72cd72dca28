"""The pages of the negotiations room, one file for each entity."""
