"""Reviewing suspects one by one, and exporting what was decided."""
