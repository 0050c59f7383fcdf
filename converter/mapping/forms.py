"""Forms (mappings/forms/*.yaml): how a table is recognised by its title, heads and row names, never by cell address."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, model_validator
from pydantic import Field as Key

from converter.mapping.documents import Document, Strict
from converter.mapping.fields import Dictionary, NewItem
from converter.vocabulary.findings import ConfigurationError
from converter.vocabulary.labels import label, nearest


def _not_blank(text: str) -> str:
    if not label(text):
        raise ValueError("不能为空")
    return text


def _known_placeholders(head: str) -> str:
    for placeholder in re.findall(r"\{.*?\}", head):
        if placeholder not in _YEAR:
            raise ValueError(f"不认识的“{placeholder}”，表头的年度只能写作 {'、'.join(_YEAR)}")
    return head


#: A text that cells are compared with; a blank one would fit any cell.
Label = Annotated[str, AfterValidator(_not_blank)]
ColumnHead = Annotated[Label, AfterValidator(_known_placeholders)]


class Table(Strict):
    """A table known by its heads. `values` says where the numbers stand:

    - rows: a row's item and a column's basis make the field; `columns` maps a head to a basis;
    - below: in one row under the heads, or in the row named by `row` (合计); `columns` maps a head to a whole field;
    - beside: each right of its own label, wherever that stands; `columns` maps a label to a whole field.

    `lanes` is one table whose heads stand side by side several times; with `details` the other rows are no fields: parts
    of those read, whose leaves by code are only compared with the total; an `optional` table may be absent.
    In a head {本年} and {上年} stand for the years, | parts alternatives, / parts the texts of merged heads one above the
    other (in either order), and a ? at the end marks a column that need not be there.
    """

    label: list[ColumnHead] = []
    columns: dict[ColumnHead, str] = Key(min_length=1)
    block: list[Label] = []
    values: Literal["rows", "below", "beside"] = "rows"
    row: list[Label] = []
    rows: dict[Label, str | None] = {}
    listed: dict[str, str] = {}
    scope: str = ""
    lanes: bool = False
    details: bool = False
    optional: bool = False

    @model_validator(mode="after")
    def _has_a_label(self) -> Self:
        if self.values != "beside" and not self.label:
            raise ValueError("缺少 label（表头里的行名一格，如“项目”）")
        return self

    @property
    def name(self) -> str:
        """What messages call the table."""
        return self.label[0] if self.label else head_name(next(iter(self.columns)))

    #: Tables are told apart as objects, so that what follows from one can be kept.
    __hash__ = object.__hash__

    def known_rows(self) -> Iterator[tuple[str, str]]:
        """Row name and item of every known row."""
        return ((name, item or name) for name, item in self.rows.items())

    def fields(self) -> frozenset[str]:
        """Names of the fields the table can give."""
        return _fields_of(self)


@lru_cache(maxsize=1024)
def _fields_of(table: Table) -> frozenset[str]:
    if table.values != "rows":
        return frozenset(table.columns.values())
    items = {*(item for _, item in table.known_rows()), *table.listed.values()}
    return frozenset(item + basis for item in items for basis in table.columns.values())


class IndicatorTable(Strict):
    """A list of indicators, level by level, with weights, sentences and the department's own scores."""

    levels: list[Annotated[list[Label], Key(min_length=1)]] = Key(min_length=1)
    weight: list[Label]
    rule: list[Label]
    note: list[Label] = []
    self_score: list[Label] = Key(min_length=1)
    totals: list[Label] = []


class NamedTable(Strict):
    """A list with the name of a field of the dictionary in every row: the heads of its name, year, unit and number."""

    name: list[Label] = Key(min_length=1)
    year: list[Label] = Key(min_length=1)
    unit: list[Label] = Key(min_length=1)
    value: list[Label] = Key(min_length=1)


class Form(Strict):
    """One kind of document that departments hand in.

    A text that holds a word of `unless` is another table's title. Of forms of one title, one with a word of `marks` in
    the sheet's head or name comes first. `only_by_title` forbids recognition by heads alone, for tables whose heads are
    those of another table of another scope.
    """

    #: As tables, forms are told apart as objects.
    __hash__ = object.__hash__

    form: str
    titles: list[Label] = Key(min_length=1)
    unless: list[Label] = []
    marks: list[Label] = []
    only_by_title: bool = False
    department: list[Label] = []
    sets_year: bool = False
    unit: Literal["", "元", "千元", "万元", "亿元"] = ""
    scope: str = ""
    ignore: list[Label] = []
    items: dict[str, NewItem] = Key({}, alias="fields")
    tables: list[Table] = []
    indicators: IndicatorTable | None = None
    by_name: NamedTable | None = None

    def fields(self) -> set[str]:
        """Names of the fields the form can give, but for those of a list by name: that holds any."""
        return {name for table in self.tables for name in table.fields()}

    def as_printed(self) -> "Form":
        """The form as a notice prints it for departments to fill in, which may have no column for self scores."""
        if self.indicators is None:
            return self
        return self.model_copy(update={"indicators": self.indicators.model_copy(update={"self_score": []})})


@dataclass(frozen=True)
class Head:
    """What a matched column head says: its target (basis or field) and its year, literal or relative to the form's."""

    target: str
    year: int | None
    offset: int


_YEAR = {
    "{本年}": r"(?:(?P<year>(?:19|20)\d\d)(?:年度?|-)?|本年度?|当年)",
    "{上年}": r"(?:(?P<year>(?:19|20)\d\d)(?:年度?|-)?|上年度?|去年)",
}


@lru_cache(maxsize=1024)
def _pattern(head: str) -> tuple[re.Pattern[str], ...]:
    alternatives = []
    for alternative in head.split("|"):
        pieces = re.split(r"(\{本年\}|\{上年\})", alternative)
        alternatives.append(re.compile("".join(_YEAR.get(piece) or re.escape(label(piece)) for piece in pieces)))
    return tuple(alternatives)


def head_name(key: str) -> str:
    """How messages name a head: its first alternatives, without the mark of an optional column."""
    return "/".join(part.split("|")[0] for part in key.removesuffix("?").split("/"))


@lru_cache(maxsize=1 << 12)
def match_head(head: str, target: str, text: str) -> Head | None:
    """What the text `text` says as the head `head`, None where it is another head."""
    folded = label(text)
    for pattern in _pattern(head):
        if match := pattern.fullmatch(folded):
            literal = match.groupdict().get("year")
            return Head(target, int(literal) if literal else None, offset_of(head))
    return None


def offset_of(head: str) -> int:
    """The year of a head, relative to the form's own."""
    return -1 if "{上年}" in head else 0


def load_form(document: Document, dictionary: Dictionary) -> Form:
    """Reads one form. Raises ConfigurationError C…; C06 for a row or column that gives no known field."""
    form = document.parse(Form)
    if not form.tables and not form.indicators and not form.by_name:
        raise document.error("C06", "表单应有 tables、indicators 或 by_name", "请对照内置表单")
    for index, table in enumerate(form.tables):
        _check_table(table, ("tables", index), document, dictionary)
    return form


def _check_table(table: Table, path: tuple[str, int], document: Document, dictionary: Dictionary) -> None:
    _check_fields(table, path, document, dictionary)
    owners: dict[str, str] = {}
    for name, item in table.known_rows():
        for text in (label(name), *dictionary.labels.get(item, ())):
            if owners.setdefault(text, item) != item:
                place = document.place(*path, "rows", name)
                raise ConfigurationError("C06", f"“{text}”既是“{owners[text]}”又是“{item}”的叫法", "请去掉一处", place)


def _check_fields(table: Table, path: tuple[str, int], document: Document, dictionary: Dictionary) -> None:
    """Every crossing of a row and a column gives a known field, and details are listed under a known row."""
    if table.values != "rows":
        given = [(name, ("columns", head)) for head, name in table.columns.items()]
    else:
        rows = [(item, ("rows", name)) for name, item in table.known_rows()]
        rows += [(item, ("listed", name)) for name, item in table.listed.items()]
        given = [(item + basis, at) for item, at in rows for basis in table.columns.values()]
    for name, at in given:
        if name not in dictionary:
            close = dictionary.nearest(name)
            advice = f"是否为“{close}”？" if close else "请先在 fields.yaml 登记"
            raise document.error("C06", f"字段“{name}”不在数据字典中", advice, *path, *at)
    items = [item for _, item in table.known_rows()]
    for item in table.listed:
        if item not in items:
            advice = f"是否为“{close}”？" if (close := nearest(item, items)) else "请先在 rows 里写上该项目"
            raise document.error("C06", f"listed 里的“{item}”不是 rows 里的项目", advice, *path, "listed", item)
