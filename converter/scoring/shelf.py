"""The schemes of all mappings layers, loaded."""

from collections.abc import Sequence
from dataclasses import dataclass

from converter.mapping.library import Library
from converter.scoring.schemes import Scheme
from converter.vocabulary.findings import ConfigurationError, Place


@dataclass(frozen=True)
class Shelved:
    """A scheme of the library; `own` says whether it comes from the user's own mappings."""

    scheme: Scheme
    own: bool


def load_schemes(library: Library) -> list[Shelved]:
    """Every scheme; a user's own replaces the built-in one of its region and year.

    Raises ConfigurationError C02… for a bad file, C12 where one folder has two schemes of one region and year.
    """
    shelf: dict[tuple[str, int], Shelved] = {}
    for layer, document in library.documents("schemes/*/*.yaml"):
        if document.shown.endswith(".cases.yaml"):
            continue
        scheme, own = Scheme(document, library.dictionary), layer != library.layers[0]
        key = scheme.file.region.code, scheme.file.year
        if key in shelf and shelf[key].own == own:
            other = shelf[key].scheme.document.shown
            raise ConfigurationError(
                "C12", f"与 {other} 是同一地区、同一年度的方案", "请只保留一个", Place(document.shown)
            )
        shelf[key] = Shelved(scheme, own)
    return list(shelf.values())


def region_names(shelf: Sequence[Shelved]) -> dict[str, str]:
    """Code → name of every region that has a scheme."""
    return {shelved.scheme.file.region.code: shelved.scheme.file.region.name for shelved in shelf}
