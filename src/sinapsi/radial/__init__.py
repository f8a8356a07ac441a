"""Radial basis function networks, and the regression and classification of kernel estimates (chapter 4)."""
