"""How learning went: over the epochs, and down an error surface."""
