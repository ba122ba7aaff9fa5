"""Heads act for their people: they send them, and replace one by another (rule 17)."""
