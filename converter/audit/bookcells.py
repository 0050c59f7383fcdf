"""The departments' workbooks cell by cell: a formula typed over, another formula, a constant changed by hand, looks."""

from collections.abc import Iterator

from converter.audit import changes as kinds
from converter.audit.causes import VERSIONS
from converter.audit.changes import NOISE, Change, in_order
from converter.audit.comparison import Comparison
from converter.books.department import CHECK_SHEET, DATA_SHEET, SCORE_SHEET
from converter.books.keyedcells import BookCell, CellKey, keyed_cells
from converter.scoring.rounding import SCORE_DIGITS

EDITED = "工作簿写出以后被改动过"


def book_changes(found: Comparison, told: list[Change], *, looks: bool) -> Iterator[Change]:
    """Changes of cells that the frames do not tell. `told` are the changes found so far: what a book shows because of
    them is not said again. Books that stand as they were written under the same rules and program hold the same formulas.
    """
    same = all(found.old.version(item) == found.new.version(item) for item, _ in VERSIONS)
    for name in sorted(found.old.books.keys() & found.new.books.keys()):
        paths = found.old.books[name], found.new.books[name]
        edited = any(
            f"{path.parent.name}/{path.name}" in side.edited
            for path, side in zip(paths, (found.old, found.new), strict=True)
        )
        if paths[0].read_bytes() == paths[1].read_bytes() or (same and not edited and not looks):
            continue
        cells = keyed_cells(paths[0]), keyed_cells(paths[1])
        explained = {change.subject for change in told if change.department == name}
        yield from _compared(found, name, cells, explained if edited else None, looks=looks)


def _compared(
    found: Comparison,
    name: str,
    cells: tuple[dict[CellKey, BookCell], dict[CellKey, BookCell]],
    explained: set[str] | None,
    *,
    looks: bool,
) -> Iterator[Change]:
    """Changes of two books; constants only where one was edited (`explained` is given)."""
    made: list[Change] = []
    for key in [*cells[0], *(key for key in cells[1] if key not in cells[0])]:
        old, new = cells[0].get(key), cells[1].get(key)
        if old is not None and new is not None and looks and old.look != new.look:
            made.append(_change(kinds.LOOKS, found, name, key, (old, new), (old.look, new.look), "格式"))
        before, after = (cell.text if cell else "" for cell in (old, new))
        formulas = [bool(cell and cell.is_formula) for cell in (old, new)]
        if any(formulas):
            if before != after:
                typed_over = formulas == [True, False] and new is not None
                kind = kinds.OVERWRITTEN if typed_over else kinds.FORMULAS
                cause = EDITED if explained is not None else found.causes.elsewhere()
                made.append(_change(kind, found, name, key, (old, new), (before, after), cause))
        elif explained is not None and _told_elsewhere(key, explained) is False:
            digits = SCORE_DIGITS if key.sheet == SCORE_SHEET else None
            if found.counter.differ(before.strip(), after.strip(), NOISE, digits):
                made.append(_change(_kind(key), found, name, key, (old, new), (before, after), EDITED))
    yield from in_order(made)


def _told_elsewhere(key: CellKey, explained: set[str]) -> bool:
    """Whether the frames tell of this row: of its indicator or field, or (for sums) of the department's totals."""
    subject = key.row.partition(" ")[0].removeprefix("上年(").rstrip(")") if key.sheet == DATA_SHEET else key.row
    of_total = key.row.startswith("合计") and "" in explained
    return subject in explained or of_total or key.sheet not in (SCORE_SHEET, DATA_SHEET, CHECK_SHEET)


def _kind(key: CellKey) -> str:
    if key.sheet == DATA_SHEET and key.head in ("数值", "状态", "单位"):
        return kinds.FACTS
    numbers = ("分值", "指标值", "得分", "下限", "上限", "自评得分", "程序计算值")
    return kinds.SCORES if key.head.startswith(numbers) else kinds.TEXTS


def _change(
    kind: str,
    found: Comparison,
    name: str,
    key: CellKey,
    cells: tuple[BookCell | None, BookCell | None],
    values: tuple[str, str],
    cause: str,
) -> Change:
    places = [cell.place if cell else "" for cell in cells]
    column = f"{key.sheet}·{key.head}"
    return Change(kind, name, str(found.new.year), key.row, column, *values, cause, places[0], places[1])
