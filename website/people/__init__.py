"""People and offices, as staff and heads see them: pages that put the apps together."""
