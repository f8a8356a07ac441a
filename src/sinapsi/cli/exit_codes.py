"""What a command answers to the shell; 0 is success, and Typer answers 2 to a wrong call."""

FAILED = 1  # bad input, no room on the disk, a network that does not beat its baseline
INTERRUPTED = 130  # ended by Ctrl-C, by the shells' convention
