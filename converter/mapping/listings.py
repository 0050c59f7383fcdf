"""Lists that people keep in a workbook (部门名单, 复核记录, 问题清单 sent back): a row of heads, and rows below it."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from converter.intake.cells import Sheet, a1
from converter.intake.guards import UnreadableError
from converter.vocabulary.findings import ConfigurationError, Place
from converter.vocabulary.labels import plain
from converter.vocabulary.numbers import Number

#: Head → the other names it goes by.
Heads = Mapping[str, tuple[str, ...]]


class Line(NamedTuple):
    """A row of a list: the text under each head that the list has, and where it stands."""

    texts: dict[str, str]
    sheet: Sheet
    row: int
    columns: dict[str, int]
    file: str

    def text(self, head: str) -> str:
        """The text under a head, "" where the list has no such head."""
        return self.texts.get(head, "")

    def number(self, head: str) -> Number:
        """The number under a head the list has."""
        return self.sheet.number((self.row, self.columns[head]))

    def place(self, head: str) -> Place:
        """文件!工作表!单元格 of the cell under a head the list has."""
        return Place(self.file, self.sheet.name, a1((self.row, self.columns[head])))


def open_sheets(path: Path, code: str, what: str, option: str) -> list[Sheet]:
    """The sheets of a list's workbook. Raises ConfigurationError `code` where there is none that can be read."""
    if not path.is_file():
        raise ConfigurationError(code, f"找不到{what}文件", f"请核对 {option} 的路径", Place(path.name))
    from converter.intake.readers import open_workbook  # for those only who read a list

    cause: BaseException
    try:
        return open_workbook(path, path.name).workbook.sheets
    except UnreadableError as error:
        cause, why = error, error.message
    except OSError as error:
        cause, why = error, "文件打不开"
    except BaseException as error:  # a panic of calamine is no Exception
        if isinstance(error, KeyboardInterrupt | SystemExit):
            raise
        cause, why = error, "文件内部结构有错"
    raise ConfigurationError(code, f"{what}读不出来：{why}", "请另存为 .xlsx 后重试", Place(path.name)) from cause


def lines_of(sheets: Iterable[Sheet], heads: Heads, needed: Sequence[str], file: str) -> list[Line] | None:
    """The rows that hold anything, below the first row with all the `needed` heads; None where no sheet has one."""
    known = {plain(name): head for head, others in heads.items() for name in (head, *others)}
    for sheet in sheets:
        for row, words in enumerate(sheet.words):
            columns = _columns(words, known) if len(words) >= len(needed) else {}
            if all(head in columns for head in needed):
                return _below(sheet, row, columns, file)
    return None


def _columns(words: Iterable[tuple[int, str]], known: Mapping[str, str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for column, text in words:
        if head := known.get(plain(text)):
            found.setdefault(head, column)
    return found


def _below(sheet: Sheet, head_row: int, columns: dict[str, int], file: str) -> list[Line]:
    lines = []
    for row in range(head_row + 1, len(sheet.rows)):
        texts = {head: sheet.text((row, column)).strip() for head, column in columns.items()}
        if any(texts.values()):
            lines.append(Line(texts, sheet, row, columns, file))
    return lines
