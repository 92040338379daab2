#!/bin/sh
# The command `homeward`: runs the sources with the environment that this file lies in.
exec "$(dirname "$(readlink -f "$0")")/python" -m homeward "$@"
