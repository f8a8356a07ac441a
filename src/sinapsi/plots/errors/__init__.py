"""How far a regressor's outputs are from their targets."""
