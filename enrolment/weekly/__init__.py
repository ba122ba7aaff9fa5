"""The week of an office in one letter to whoever leads it (expectation 17)."""
