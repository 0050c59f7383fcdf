"""`python -m converter` is the command `jixiao`. Light: every worker process imports it, as the program it belongs to."""

import sys
from typing import NoReturn


def main() -> NoReturn:
    """Runs the command line and exits with its code; what workers need begins to load before the commands do."""
    try:
        from converter.again import begin_loading
        from converter.engine import undisturbed

        begin_loading(sys.argv[1:])
        with undisturbed():
            from converter.cli import main as run
    except KeyboardInterrupt:
        exec("")  # noqa: S102  # as in converter.console: else the interpreter ends by SIGINT
        sys.exit(130)
    run()


if __name__ == "__main__":
    main()
