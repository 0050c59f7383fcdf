"""`python -m converter` is the command `jixiao`. Light: every worker process imports it, as the program it belongs to."""

import atexit
import os
import sys
import threading
from contextlib import suppress
from typing import NoReturn

#: Nothing here multiplies matrices: numpy's threads for that would be started, for a tenth of a second, and wait.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
#: Nor is there a plugin of pydantic: each process would look for one in what every installed package says of itself.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")


def main() -> NoReturn:
    """Runs the command line and exits with its code; what workers need begins to load before the commands do."""
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
    except SystemExit as end:
        if isinstance(end.code, int):
            _leave(end.code)
        raise


def _leave(code: int) -> None:
    """Ends the process as the interpreter does, but for taking apart all that it holds, which takes a quarter of a second after a
    run; and the server that workers were forked from, which would do the same, while whoever reads what is said waits for it.
    Returns where something goes on or cannot be told: then the interpreter itself is to see to it.
    """
    if any(not one.daemon for one in threading.enumerate() if one is not threading.main_thread()):
        return
    from converter.forking import unload

    unload()
    atexit._run_exitfuncs()
    with suppress(OSError, ValueError):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main()
