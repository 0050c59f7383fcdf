"""What a sheet holds without showing it: hidden rows and columns, values under merged ranges, formulas never calculated."""

from collections import Counter
from collections.abc import Iterator, Sequence

from converter.intake.cells import Cell, Sheet, a1, text_of
from converter.mapping.slots import Entry, Note
from converter.vocabulary.labels import shown

#: So many formulas that all give 0 were hardly calculated; fewer may well be zeros.
_MANY_FORMULAS = 3


def visible_first(sheet: Sheet, entries: Sequence[Entry]) -> tuple[list[Entry], list[Note]]:
    """The entries without hidden ones that a visible one replaces, and a note (M14) for what is hidden.

    Where several visible cells give one field (listed rows), a hidden one is one more and stays.
    """
    hidden = [entry for entry in entries if sheet.hides(entry.cell)] if sheet.hides_any else []
    if not hidden:
        return list(entries), []
    seen = Counter((entry.field, entry.year) for entry in entries if not sheet.hides(entry.cell))
    replaced = [entry for entry in hidden if seen[entry.field, entry.year] == 1]
    used = [entry for entry in hidden if entry not in replaced]
    notes = []
    for group, what in ((replaced, "以显示的数为准，未采用"), (used, "没有显示的数可用，已采用")):
        if group:
            cells = "、".join(f"{a1(entry.cell)} {entry.field}" for entry in group[:5])
            more = f"等 {len(group)} 处" if len(group) > 5 else ""
            notes.append(Note("M14", f"隐藏的行或列里有数据：{cells}{more}，{what}", group[0].cell, group[0].field))
    return [entry for entry in entries if entry not in replaced], notes


def shadows(sheet: Sheet) -> Iterator[Note]:
    """A note (M13) for each merged range under which another value stands than the one it shows."""
    for top, left, bottom, right in sheet.merges:
        held = [v for row in sheet.rows[top : bottom + 1] for v in row[left : right + 1] if v is not None and v != ""]
        if len(held) <= (sheet.value((top, left)) not in (None, "")):
            continue  # nothing but what it shows
        first = text_of(sheet.value((top, left))).strip()
        covered = [cell for cell in _filled(sheet, top, left, bottom, right) if cell != (top, left)]
        others = [(cell, text) for cell in covered if (text := text_of(sheet.value(cell)).strip()) != first]
        if others:
            below = "、".join(f"{a1(cell)} 是“{shown(text)}”" for cell, text in others[:5])
            message = f"合并单元格显示“{shown(first)}”，其下还有不同的数：{below}，未采用"
            yield Note("M13", message, (top, left), a1((top, left)))


def _filled(sheet: Sheet, top: int, left: int, bottom: int, right: int) -> Iterator[Cell]:
    """The filled cells of a range; a range may reach far beyond the used area."""
    for row in range(top, min(bottom + 1, len(sheet.rows))):
        for column in range(left, min(right + 1, len(sheet.rows[row]))):
            if text_of(sheet.value((row, column))).strip():
                yield row, column


def idle(sheet: Sheet) -> Iterator[Note]:
    """A note (D08) where every formula of a sheet with other numbers gives 0: saved by a program that does not calculate."""
    if sheet.idle_formulas < _MANY_FORMULAS:
        return
    if any(isinstance(value, int | float) and value for row in sheet.rows for value in row):
        yield Note("D08", f"表内 {sheet.idle_formulas} 个公式的值全是 0，疑似没有计算", (0, 0), sheet.name)
