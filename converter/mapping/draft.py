"""A form drafted from a sheet that no form knows: its heads and rows as YAML that loads, to be finished by a person."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from converter.mapping.fields import Dictionary, FieldKind
from converter.mapping.page import HEAD_ROWS, Page
from converter.vocabulary.labels import label, plain, shown, unit_of
from converter.vocabulary.numbers import USABLE

_DEPARTMENT = ("填报单位", "编制单位", "单位名称", "填报部门", "部门名称", "部门", "单位")
_NOTES = (
    "注",
    "说明",
    "备注",
    "填表人",
    "填报人",
    "审核人",
    "负责人",
    "联系人",
    "联系电话",
    "填报日期",
    "栏次",
    "行次",
)
_YEAR = re.compile(r"((?:19|20)\d\d)\s*年度?")
_UNITS = {
    "%": "比率",
    "‰": "比率",
    "人": "人数",
    "名": "人数",
    "分": "得分",
    "个": "计数",
    "辆": "计数",
    "批次": "计数",
    "人次": "计数",
}
#: Rows without a number that a table may have in its middle.
_GAP = 2


@dataclass
class Draft:
    """A table as it was seen: where its head and its row names stand, the columns of numbers, the rows."""

    head_row: int
    label_column: int
    columns: dict[int, str] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)


def draft(page: Page, name: str, dictionary: Dictionary) -> str:
    """A form YAML for the tables of a sheet, "" where it has no table with heads, row names and numbers.

    Rows and columns that the dictionary knows become its fields; the others are fields of the form's own, listed under
    `fields` with what can be told of them.
    """
    tables = [table for table in _tables(page) if table.columns and table.rows]
    if not tables:
        return ""
    return "\n".join(_Writer(page, name, dictionary, tables).lines()) + "\n"


def _tables(page: Page) -> Iterator[Draft]:
    """Runs of rows with a name and numbers, each under the nearest row of heads."""
    run: list[int] = []
    for row in [*range(len(page.sheet.rows)), None]:
        if row is not None and _is_data(page, row):
            run.append(row)
        elif run and (row is None or row - run[-1] > _GAP or _is_head(page, row)):
            yield _table(page, run)
            run = []


def _numbers(page: Page, row: int) -> list[int]:
    """Columns of a row that hold numbers of their own."""
    cells = ((row, column) for column in range(len(page.sheet.rows[row])))
    return [c[1] for c in cells if page.sheet.anchor(c) == c and page.sheet.number(c).state in USABLE]


def _is_data(page: Page, row: int) -> bool:
    """A name, and numbers right of it that do not merely number the columns."""
    numbers = _numbers(page, row)
    if not numbers or not any(column < numbers[-1] for column in page.labels[row]):
        return False
    values = [page.sheet.number((row, column)).value for column in numbers]
    return not (len(values) > 1 and all(b - a == 1 for a, b in pairwise(values)))


def _is_head(page: Page, row: int) -> bool:
    return len(page.labels[row]) > 1 and not _numbers(page, row)


def _table(page: Page, run: Sequence[int]) -> Draft:
    columns = Counter(column for row in run for column in _numbers(page, row))
    first = min(columns)
    names = Counter(
        max(c for c in page.labels[row] if c < first) for row in run if any(c < first for c in page.labels[row])
    )
    label_column = names.most_common(1)[0][0] if names else 0
    head_row = next((row for row in range(run[0] - 1, -1, -1) if _heads(page, row, columns)), -1)
    table = Draft(head_row, label_column)
    if head_row < 0 or not label(page.sheet.text((head_row, label_column))):
        return table
    seen: set[str] = set()
    for column, head in sorted(_heads(page, head_row, columns).items()):
        percents = [page.sheet.number((row, column)).unit == "%" for row in run]
        if unit_of(head) in ("%", "‰") or sum(percents) * 2 > len(percents):
            table.left_out.append(f"“{shown(head)}”一栏是比率")
        elif label(head) in seen:
            table.left_out.append(f"“{shown(head)}”一栏与前面的同名")
        elif column > label_column:
            seen.add(label(head))
            table.columns[column] = head
    for row in run:
        text = _clean(page.sheet.text((row, label_column)))
        if label(text) and not any(label(text).startswith(label(word)) for word in _NOTES):
            if any(label(text) == label(other) for other in table.rows):
                table.left_out.append(f"第 {row + 1} 行“{shown(text)}”与前面的同名")
            else:
                table.rows[text] = row
    return table


def _heads(page: Page, row: int, columns: Counter[int]) -> dict[int, str]:
    """The texts over the columns of numbers, merged heads filled."""
    texts = {column: _clean(page.sheet.text((row, column))) for column in columns}
    return {
        column: text for column, text in texts.items() if label(text) and column in _own_or_merged(page, row, columns)
    }


def _own_or_merged(page: Page, row: int, columns: Counter[int]) -> set[int]:
    """Columns over which a text stands that is no number."""
    return {column for column in columns if page.sheet.number((row, column)).state not in USABLE}


class _Writer:
    """The lines of a form's YAML. Every text from the sheet is quoted."""

    def __init__(self, page: Page, name: str, dictionary: Dictionary, tables: Sequence[Draft]) -> None:
        self.page, self.dictionary, self.tables = page, dictionary, tables
        self.title = self._title()
        self.form = name
        self.unit = page.unit()
        years = [int(year) for table in tables for head in table.columns.values() for year in _YEAR.findall(head)]
        self.year = max(years, default=None)
        self.fields: dict[str, tuple[str, dict[str, None]]] = {}

    def _title(self) -> str:
        """The longest text of the first rows that stands alone, else the sheet's name."""
        rows = range(min(HEAD_ROWS, min(table.head_row for table in self.tables)))
        alone = [texts[0][1].strip() for row in rows if len(texts := list(self.page.sheet.texts(row))) == 1]
        titles = [text for text in alone if "：" not in text and ":" not in text and not plain(text).startswith("附")]
        return _YEAR.sub("", max(titles, key=len, default=self.page.sheet.name)).strip()

    def lines(self) -> Iterator[str]:
        """The whole file."""
        body = [line for table in self.tables for line in self._table(table)]
        yield f"# 由工作表“{_clean(self.page.sheet.name)}”起草，请核对后放入自己的 mappings 文件夹的 forms/ 下，用 --mappings 指定该文件夹。"
        yield f"form: {_quoted(self.form)}"
        yield f"titles: [{_quoted(self.title)}]          # 标题里有这些字就认作本表"
        yield f"department: [{', '.join(_DEPARTMENT)}]"
        if self.unit:
            yield f"unit: {self.unit.text}          # 表内没有单位行时按此推定"
        else:
            yield "# unit: 万元          # 待人工确认：表内没有写金额单位"
        yield f"ignore: [{', '.join(_NOTES)}]"
        if self.fields:
            yield "fields:          # 数据字典里没有的项目；类别和含义请核对"
            for name, (kind, bases) in self.fields.items():
                yield f"  {name}:"
                yield f"    kind: {kind}"
                yield f"    meaning: {_quoted('待人工确认：' + name)}"
                yield f"    bases: [{', '.join(bases)}]"
        yield "tables:"
        yield from body

    def _table(self, table: Draft) -> Iterator[str]:
        bases = {column: self._basis(head) for column, head in table.columns.items()}
        yield f"  - label: [{_quoted(shown(self.page.sheet.text((table.head_row, table.label_column))))}]"
        yield "    columns:          # 表头: 口径"
        for column, head in table.columns.items():
            yield f"      {_quoted(self._key(head))}: {bases[column]}"
        yield from (f"      # {reason}，没有列入" for reason in table.left_out)
        yield "    rows:          # 行名: 项目"
        for text, row in table.rows.items():
            yield f"      {_quoted(shown(text))}: {self._item(text, row, table, list(dict.fromkeys(bases.values())))}"

    def _key(self, head: str) -> str:
        """A head with {本年} or {上年} for its year."""
        return _YEAR.sub(lambda m: "{本年}" if int(m[1]) == self.year else "{上年}", shown(head))

    def _basis(self, head: str) -> str:
        """What a head says besides its year and unit, as part of a field's name."""
        return _name(label(_YEAR.sub("", head))) or "数"

    def _item(self, text: str, row: int, table: Draft, bases: Sequence[str]) -> str:
        """The dictionary's item for a row where it has all the bases, else one of the form's own."""
        known = [item for item, labels in self.dictionary.labels.items() if label(text) in labels]
        for item in known:
            if all(item + basis in self.dictionary for basis in bases):
                return item
        name = _name(label(text)) or f"第{row + 1}行"
        taken = {known.item for known in self.dictionary.fields.values()}
        if name in taken or any(name + basis in self.dictionary for basis in bases):
            name = _name(self.form) + name
        _, own = self.fields.setdefault(name, (self._kind(text, table), {}))
        own.update(dict.fromkeys(bases))
        return name

    def _kind(self, text: str, table: Draft) -> str:
        units = [unit_of(text), *(unit_of(head) for head in table.columns.values())]
        return next((_UNITS[unit] for unit in units if unit in _UNITS), str(FieldKind.MONEY))


def _name(text: str) -> str:
    """A text as part of a field's name: without what formulas cannot hold."""
    kept = re.sub(r"\W", "", text)
    return f"第{kept}" if kept[:1].isdigit() else kept


def _clean(text: str) -> str:
    """A text on one line, without what YAML cannot hold."""
    return "".join(character for character in shown(text) if character.isprintable())


def _quoted(text: str) -> str:
    return json.dumps(_clean(text), ensure_ascii=False)
