"""Who moves: a new office, a new position, a leave; what becomes of the training they have ahead (rule 19)."""
