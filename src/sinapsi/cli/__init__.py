"""The command ``sinapsi``: networks from the shell. One command a file; heavy packages load inside the commands."""
