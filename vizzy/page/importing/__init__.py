"""Bringing one's own data: the dialog, the preview, the dataset made of local files, the saved project."""
