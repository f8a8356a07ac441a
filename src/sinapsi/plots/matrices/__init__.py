"""The weights of a layer, as squares, colors or images."""
