"""What is read across rooms, each a function that returns plain values."""
