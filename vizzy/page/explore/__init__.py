"""The panels of the main view, and the dialog of one cell of the confident joint."""
