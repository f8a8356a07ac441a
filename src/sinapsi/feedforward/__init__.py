"""Chapter 3: the multilayer perceptron and explicit back-propagation."""
