"""The schemes and templates of all mappings layers, loaded."""

from collections.abc import Sequence
from typing import NamedTuple

from converter.mapping.library import Library
from converter.scoring.extending import Written, merged, written
from converter.scoring.schemes import Scheme
from converter.scoring.templates import Template, is_template, load_template, refuse_unfilled
from converter.vocabulary.findings import ConfigurationError


class Shelved(NamedTuple):
    """A scheme of the library, by the name under which it can be extended; `own` says whether it is the user's own."""

    scheme: Scheme
    own: bool
    reference: str = ""


def load_schemes(library: Library) -> list[Shelved]:
    """Every scheme; a user's own replaces the built-in one of its region, year and kinds. Templates are not among them.

    Raises ConfigurationError C02… for a bad file, C12 where one folder has two schemes for the same departments.
    """
    files = written(library)
    shelf: dict[tuple[str, int, tuple[str, ...]], Shelved] = {}
    for file in files:
        if is_template(file.document):
            continue
        shelved = _shelve(file, files, library)
        content = shelved.scheme.file
        key = content.region.code, content.year, tuple(sorted(content.kinds))
        if key in shelf and shelf[key].own == shelved.own:
            whom = "同一地区、同一年度" + ("、同样类别" if content.kinds else "")
            message = f"与 {shelf[key].scheme.document.shown} 是{whom}的方案"
            raise ConfigurationError("C12", message, "请只保留一个", file.document.place("region"))
        shelf[key] = shelved
    return list(shelf.values())


def _shelve(file: Written, files: Sequence[Written], library: Library) -> Shelved:
    document = merged(file, files)
    refuse_unfilled(document)
    return Shelved(Scheme(document, library.dictionary), file.layer > 0, file.reference)


def load_templates(library: Library) -> list[Template]:
    """Every template; a user's own replaces the built-in one of its name."""
    files = written(library)
    templates = {
        file.reference: load_template(file.reference, merged(file, files), library.dictionary)
        for file in files
        if is_template(file.document)
    }
    return list(templates.values())


def region_names(shelf: Sequence[Shelved]) -> dict[str, str]:
    """Code → name of every region that has a scheme."""
    return {shelved.scheme.file.region.code: shelved.scheme.file.region.name for shelved in shelf}
