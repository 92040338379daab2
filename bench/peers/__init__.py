"""homeward as a contestant in a harness that measures home platforms side by side, through a broker outside."""
