"""Where batches of examples come from, when there are more than memory holds."""
