"""Where a classifier draws the line, and how the line moved while it learned."""
