"""What a perceptron makes of the weights it passes through: the last, their mean, the best, or the vote of all."""
