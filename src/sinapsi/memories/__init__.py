"""Chapter 7: associative memories, from Hopfield's network to dense and modern ones."""
