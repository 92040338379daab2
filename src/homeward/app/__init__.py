"""The hub: the one place that knows every part, and ties the circle. Start reading at `hub.py`."""
