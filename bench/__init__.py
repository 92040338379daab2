"""Measurements of speed and size; figures, never tests."""
