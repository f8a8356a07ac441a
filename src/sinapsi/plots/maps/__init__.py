"""Self-organizing maps: their distances, their hits, their features, their classes, and how they unfolded."""
