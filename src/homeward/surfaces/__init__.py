"""What people see and use: the web pages, the API, the command line. Each reads the twin through a read-only view."""
