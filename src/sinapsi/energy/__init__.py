"""Networks with an energy: Boltzmann machines, restricted ones, and the deep networks built of them (chapters 8, 9)."""
