"""What a run goes by: the mappings, the lists and the records, loaded before any input is read."""

from typing import NamedTuple

from converter.mapping.library import Library
from converter.mapping.roster import Roster, load_roster
from converter.options import Options
from converter.scoring.checks import Checks, load_checks
from converter.scoring.decisions import Decisions, load_decisions
from converter.scoring.derivations import Derivations
from converter.scoring.shelf import Shelved, load_schemes, region_names

__all__ = ["Options", "Settings"]


class Settings(NamedTuple):
    """What a run goes by, loaded and checked before any input is looked at."""

    library: Library
    derivations: Derivations
    checks: Checks
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
        checks = load_checks(library)
        return cls(library, Derivations(library.dictionary), checks, shelf, regions, roster, decisions)
