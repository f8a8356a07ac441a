"""Chapter 8: the general Boltzmann machine: its chains, its sums over states, and learning in two phases."""
