"""Every other way to a seat: by staff, beyond a rule, on another date, back again (rules 10, 11 and 15)."""
