"""Learners and solvers: pure, no input or output, no clock."""
