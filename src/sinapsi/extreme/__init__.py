"""Extreme learning machines: a random hidden layer, and output weights in closed form (chapter 5)."""
