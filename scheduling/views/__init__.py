"""Planners' pages."""
