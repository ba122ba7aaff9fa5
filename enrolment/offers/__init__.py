"""Offer or book (rule 14): how a freed seat reaches who is next, until when they answer, and what silence does."""
