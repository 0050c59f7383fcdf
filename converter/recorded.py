"""What run.json records of the command line: enough to do the run again (archive, verify)."""

from pathlib import Path
from typing import Any, Protocol


class Asked(Protocol):
    """The part of a run's options that its result or its inputs depend on."""

    @property
    def inboxes(self) -> tuple[Path, ...]:
        """The INBOX arguments."""

    @property
    def output(self) -> Path:
        """OUT."""

    @property
    def year(self) -> int | None:
        """--year."""

    @property
    def region(self) -> str | None:
        """--region."""

    @property
    def mappings(self) -> Path | None:
        """--mappings."""

    @property
    def departments(self) -> Path | None:
        """--departments."""

    @property
    def prior(self) -> Path | None:
        """--prior."""

    @property
    def decisions(self) -> Path | None:
        """--decisions."""

    @property
    def jobs(self) -> int:
        """--jobs."""

    @property
    def books(self) -> bool:
        """Whether books of departments are written."""

    @property
    def passwords(self) -> tuple[str, ...]:
        """The passwords, which are recorded nowhere."""

    @property
    def recalculate(self) -> bool:
        """--recalculate."""

    @property
    def fail_on(self) -> str:
        """--fail-on."""


def recorded(options: Asked) -> dict[str, Any]:
    """The options as JSON, paths absolute: run.json is the one output that may hold them (CONTRACT: OUT)."""
    paths = {name: getattr(options, name) for name in ("mappings", "departments", "prior", "decisions")}
    return {
        "inboxes": [_absolute(inbox) for inbox in options.inboxes],
        "output": _absolute(options.output),
        **{name: _absolute(path) if path else None for name, path in paths.items()},
        "year": options.year,
        "region": options.region,
        "jobs": options.jobs,
        "books": options.books,
        "passwords": bool(options.passwords),
        "recalculate": options.recalculate,
        "fail_on": options.fail_on,
    }


def _absolute(path: Path) -> str:
    return str(path.absolute())
