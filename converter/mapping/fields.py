"""The data dictionary (mappings/fields.yaml): every field's name, kind, meaning, sources in order and aliases."""

import keyword
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property

from pydantic import Field as Key

from converter.mapping.documents import Document, Strict
from converter.vocabulary.findings import ConfigurationError, Place
from converter.vocabulary.labels import label, nearest


class FieldKind(StrEnum):
    """What a field measures; it fixes the unit in which values are held."""

    MONEY = "金额"
    PEOPLE = "人数"
    RATIO = "比率"
    SCORE = "得分"
    COUNT = "计数"
    AREA = "面积"

    @property
    def unit(self) -> str:
        """The canonical unit: money in 万元, people in 人, a ratio as 1.13 for 113%."""
        return _UNITS[self]


_UNITS = {
    FieldKind.MONEY: "万元",
    FieldKind.PEOPLE: "人",
    FieldKind.RATIO: "比率",
    FieldKind.SCORE: "分",
    FieldKind.COUNT: "个",
    FieldKind.AREA: "平方米",
}


class Item(Strict):
    """An entry of `items`: one field for each of its bases, or one field of its own name.

    `like` names another item (of another scope) whose name and aliases stand for this one, too; `asks` is the question
    that a form asks first of what not every department has (是否涉及政府采购).
    """

    kind: FieldKind = Key(strict=False)
    meaning: str
    sources: list[str]
    bases: list[str] = []
    aliases: list[str] = []
    like: str = ""
    asks: str = ""
    repeats: bool = False


class NewItem(Item):
    """An item that a form brings along (its key `fields`); it is the first of its sources."""

    sources: list[str] = []


class Derived(Strict):
    """An entry of `derived`: formulas over other fields, the first that can be computed is taken."""

    kind: FieldKind = Key(strict=False)
    meaning: str
    formulas: list[str] = Key(min_length=1)


class FieldsFile(Strict):
    """mappings/fields.yaml."""

    items: dict[str, Item]
    derived: dict[str, Derived] = {}


@dataclass(frozen=True)
class Field:
    """One canonical field. `formulas` is empty for a field that is read from a form."""

    name: str
    item: str
    basis: str
    kind: FieldKind
    meaning: str
    sources: tuple[str, ...]
    aliases: tuple[str, ...]
    repeats: bool = False
    formulas: tuple[str, ...] = ()
    asks: str = ""

    @cached_property
    def unit(self) -> str:
        """The unit its values are held in."""
        return self.kind.unit


@dataclass(eq=False)
class Dictionary:
    """All fields by name, the labels by which each item is known on a form, and where each entry is written.

    Each is its own (`eq=False`), so that what follows from it can be kept once it is loaded.
    """

    fields: dict[str, Field] = field(default_factory=dict)
    labels: dict[str, tuple[str, ...]] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    formula_places: dict[str, list[Place]] = field(default_factory=dict)

    def __contains__(self, name: object) -> bool:
        return name in self.fields

    def __getitem__(self, name: str) -> Field:
        return self.fields[name]

    def forget(self, item: str, kept: Collection[str] = ()) -> None:
        """Takes out the fields of an item, but for those `kept`."""
        former = [name for name, known in self.fields.items() if known.item == item and name not in kept]
        for name in former:
            del self.fields[name], self.places[name]

    def nearest(self, name: str) -> str:
        """The known field most like `name`, for a suggestion."""
        return nearest(name, self.fields)


def load_fields(layers: Sequence[Document]) -> Dictionary:
    """The data dictionary of one or more fields.yaml; a later layer's entry replaces an earlier one of the same name.

    Raises ConfigurationError C02–C05; C05 where two entries of one file give the same field name, or one that no
    formula can hold, or where an item is like one that is not there.
    """
    dictionary = Dictionary()
    likes: dict[str, tuple[str, Document]] = {}
    for document in layers:
        content = document.parse(FieldsFile)
        added: set[str] = set()
        for name, item in content.items.items():
            dictionary.forget(name, added)
            labels = (label(text) for text in (name, *item.aliases))
            dictionary.labels[name] = tuple(dict.fromkeys(text for text in labels if text))
            likes.pop(name, None)
            if item.like:
                likes[name] = item.like, document
            for made in _of_item(name, item):
                _add(dictionary, made, added, document.place("items", name))
        for name, derived in content.derived.items():
            dictionary.forget(name, added)
            made = Field(name, name, "", derived.kind, derived.meaning, (), (), formulas=tuple(derived.formulas))
            _add(dictionary, made, added, document.place("derived", name))
            lines = range(len(derived.formulas))
            dictionary.formula_places[name] = [document.place("derived", name, "formulas", line) for line in lines]
    for name, (other, document) in likes.items():
        _share_labels(dictionary, name, other, document, "items")
    return dictionary


def _share_labels(dictionary: Dictionary, name: str, other: str, document: Document, section: str) -> None:
    """Gives an item the labels of the one it is like, as they stand after the last layer."""
    if other not in dictionary.labels:
        advice = f"是否为“{close}”？" if (close := nearest(other, dictionary.labels)) else "请先登记该项目"
        raise document.error("C05", f"like 所指的“{other}”不在数据字典中", advice, section, name, "like")
    dictionary.labels[name] = tuple(dict.fromkeys((*dictionary.labels[name], *dictionary.labels[other])))


def add_items(dictionary: Dictionary, form: str, items: Mapping[str, Item], document: Document) -> None:
    """Adds the items that a form brings along. Raises ConfigurationError C05 for a name that is taken."""
    for name, item in items.items():
        labels = (label(text) for text in (name, *item.aliases))
        dictionary.labels.setdefault(name, tuple(dict.fromkeys(text for text in labels if text)))
        if item.like:
            _share_labels(dictionary, name, item.like, document, "fields")
        for made in _of_item(name, item):
            own = replace(made, sources=(form, *made.sources))
            _add(dictionary, own, set(dictionary.fields), document.place("fields", name))


def append_sources(dictionary: Dictionary, produced: Mapping[str, set[str]]) -> None:
    """Puts forms that the dictionary does not name among the sources of a field that is read at their end."""
    for form, names in produced.items():
        for name in names:
            if form not in dictionary[name].sources and not dictionary[name].formulas:
                dictionary.fields[name] = replace(dictionary[name], sources=(*dictionary[name].sources, form))


def _of_item(name: str, item: Item) -> Iterator[Field]:
    sources, aliases = tuple(item.sources), tuple(item.aliases)
    for basis in item.bases or [""]:
        yield Field(name + basis, name, basis, item.kind, item.meaning, sources, aliases, item.repeats, asks=item.asks)


def _add(dictionary: Dictionary, made: Field, added: set[str], place: Place) -> None:
    folded = unicodedata.normalize("NFKC", made.name)  # as a formula's names are folded
    if not made.name.isidentifier() or keyword.iskeyword(made.name) or folded != made.name:
        message = f"字段名“{made.name}”含有公式里不能用的字符或保留字"
        raise ConfigurationError("C05", message, "请去掉括号、引号和空格，字母用半角", place)
    if made.name in added:
        raise ConfigurationError("C05", f"字段名“{made.name}”重复", "请改名", place)
    added.add(made.name)
    dictionary.fields[made.name] = made
    dictionary.places[made.name] = place


def check_sources(dictionary: Dictionary, produced: Mapping[str, set[str]]) -> None:
    """Every field a form gives must name that form among its sources, or its order of use would be undefined (C05).

    `produced` maps a form's name to the fields it gives.
    """
    for form, names in produced.items():
        for name in sorted(names):
            if form not in dictionary[name].sources:
                message = f"表单“{form}”会给出“{name}”，但 sources 里没有它"
                raise ConfigurationError(
                    "C05", message, f"请把 {form} 加入 sources 的适当位置", dictionary.places[name]
                )
