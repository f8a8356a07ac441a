"""Self-organizing maps (chapter 6): units on a grid whose prototypes keep the order of the data."""
