"""Lets `python -m homeward` be the command line."""

from homeward.surfaces.cli import main

main()
