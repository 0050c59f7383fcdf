"""What a run is asked to do."""

from dataclasses import dataclass
from pathlib import Path

#: Departments in a chunk: enough that what every chunk costs by itself does not weigh, few enough that a worker stays small.
CHUNK = 256


@dataclass(frozen=True)
class Options:
    """What the command line asks for; `findings`: whether the report is to hold them all, `chunk`: how many
    departments are scored together at most, which changes no byte.
    """

    inboxes: tuple[Path, ...]
    output: Path
    year: int | None = None
    region: str | None = None
    mappings: Path | None = None
    departments: Path | None = None
    prior: Path | None = None
    decisions: Path | None = None
    jobs: int = 1
    scheduler: str | None = None
    books: bool = True
    passwords: tuple[str, ...] = ()
    recalculate: bool = False
    dry_run: bool = False
    fail_on: str = "error"
    bar: bool = False
    findings: bool = True
    chunk: int = CHUNK
    rules: Path | None = None  # stands for the built-in mappings
