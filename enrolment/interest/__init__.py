"""Wishes for a course of which no date suits (“I want this course”), and what becomes of them when one opens."""
