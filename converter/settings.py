"""What a run is asked to do, and what it goes by: the mappings, the lists and the records, loaded before any input is read."""

from dataclasses import dataclass
from pathlib import Path

from converter.gathering import CHUNK
from converter.mapping.library import Library
from converter.mapping.roster import Roster, load_roster
from converter.scoring.decisions import Decisions, load_decisions
from converter.scoring.derivations import Derivations
from converter.scoring.shelf import Shelved, load_schemes, region_names


@dataclass(frozen=True)
class Options:
    """What the command line asks for; `findings`: whether the report is to hold them all, `chunk`: how many
    departments are scored together, which changes no byte.
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


@dataclass(frozen=True)
class Settings:
    """What a run goes by, loaded and checked before any input is looked at."""

    library: Library
    derivations: Derivations
    shelf: list[Shelved]
    regions: dict[str, str]
    roster: Roster
    decisions: Decisions

    @classmethod
    def load(cls, options: Options) -> "Settings":
        """Raises ConfigurationError."""
        library = Library(options.mappings, options.rules)
        shelf = load_schemes(library)
        regions = region_names(shelf)
        roster = load_roster(options.departments, [*regions.values()]) if options.departments else Roster()
        decisions = load_decisions(options.decisions) if options.decisions else Decisions()
        return cls(library, Derivations(library.dictionary), shelf, regions, roster, decisions)
