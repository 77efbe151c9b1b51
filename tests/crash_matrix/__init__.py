"""The crash matrix: every effect of every canonical scenario, with every trouble there is, once."""
