"""The circle, pure: no sockets, clocks, threads or files. Start reading at `circle.py`."""
