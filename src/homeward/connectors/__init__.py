"""Doors to the world, a module each; they know nothing of each other."""
