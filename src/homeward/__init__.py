"""homeward makes a car, a home and its people act as one: any brand, your own server."""

__version__ = "0.1.0"
