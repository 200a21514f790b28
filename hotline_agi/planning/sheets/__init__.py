"""A coordinator's spreadsheet as values: recognised, read into a month, and written back. No files here."""
