"""How well the models do on real recordings, beside baselines that learn from the same data."""
