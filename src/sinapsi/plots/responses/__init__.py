"""What a network answers over its inputs, and the units that the answer is made of."""
