"""Studies across families, on the user's own data: one call, several networks, the same splits."""
