"""A year's table of days from a file: read, compared with the calendar, applied as one (rule 5)."""
