"""The least that Django can do for such a page, and the seat's bare SQL: measured in the same run as the centre."""
