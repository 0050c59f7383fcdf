"""`python -m converter` is the command `jixiao`. Light: every worker process imports it, as the program it belongs to."""

import gc
import os
import sys
from typing import NoReturn

#: Nothing here multiplies matrices: numpy's threads for that would be started, for a tenth of a second, and wait.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def main() -> NoReturn:
    """Runs the command line and exits with its code; what workers need begins to load before the commands do.

    What is left at the end is not looked through for garbage, which takes the interpreter a third of a second after a run.
    """
    try:
        from converter.ahead import begin_loading
        from converter.forking import undisturbed

        begin_loading(sys.argv[1:])
        with undisturbed():
            from converter.cli import main as run
    except KeyboardInterrupt:
        exec("")  # noqa: S102  # as in converter.console: else the interpreter ends by SIGINT
        sys.exit(130)
    try:
        run()
    finally:
        gc.freeze()


if __name__ == "__main__":
    main()
