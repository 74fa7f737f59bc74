"""The tour, the tutorial and the theory."""
