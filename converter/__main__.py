"""`python -m converter` is the command `jixiao`."""

from converter.cli import main

if __name__ == "__main__":
    main()
