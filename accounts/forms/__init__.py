"""The forms of accounts, by noun."""
