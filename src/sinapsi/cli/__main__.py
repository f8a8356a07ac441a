"""``python -m sinapsi.cli`` does what the command ``sinapsi`` does."""

from sinapsi.cli.main import main

if __name__ == "__main__":
    main()
