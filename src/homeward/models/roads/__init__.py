"""Roads: networks as columns, and the solvers that find the way, match a drive and keep a battery above its reserve."""
