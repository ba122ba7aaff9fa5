"""The planners' board: rows, cards and background as functions over loaded facts, for a page and for a script."""
