"""Data brought back under new names, verified, and then, as an act of its own, put in the place of what is damaged."""
