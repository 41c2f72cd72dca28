"""What confidentiality costs: `make bench-access`. Run as `python -m scripts.bench.access` inside the launcher."""
