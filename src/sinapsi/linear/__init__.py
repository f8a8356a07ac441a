"""Chapters 1-3: networks without a hidden layer (neuron, perceptron, Adaline)."""
