"""The office stays open: how many of its people are away for training on a day (rule 16)."""
