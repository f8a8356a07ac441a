"""Linear output layers in closed form: sums that add, ridge paths with leave-one-out, choice of columns."""
