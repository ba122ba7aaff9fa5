"""Seats of a session kept for an office or an okrug, without names (rule 17)."""
