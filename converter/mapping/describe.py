"""How a workbook was understood: sheet by sheet, what it was taken for and why, and what was not understood."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from converter.intake.cells import Cell, a1
from converter.mapping.facts import Document, Reading
from converter.mapping.unmatched import Unmatched
from converter.vocabulary.numbers import USABLE, shortest

#: Labels by sheet that gave nothing.
Labels = Mapping[str, Sequence[Unmatched]]
#: So many of them are shown to a person for each sheet; JSON has all.
_MOST_SHOWN = 40


def describe(reading: Reading, labels: Labels | None = None) -> dict[str, Any]:
    """A reading as JSON: documents with their facts and notes, unused sheets with the reason, notes about the file, and
    by sheet the `labels` that gave nothing.
    """
    return {
        "file": reading.file,
        "own_book": reading.own_book,
        "documents": [_document(document) for document in reading.documents],
        "unused_sheets": dict(reading.unused),
        "unmatched": {
            sheet: [{"cell": a1(u.cell), "label": u.label, "reason": u.reason, "nearest": u.nearest} for u in found]
            for sheet, found in (labels or {}).items()
            if found
        },
        "notes": [{"code": item.code, "level": str(item.level), "message": item.message} for item in reading.findings],
    }


def _document(document: Document) -> dict[str, Any]:
    return {
        "sheet": document.sheet,
        "form": document.form,
        "year": document.year,
        "year_cell": a1(document.year_cell) if document.year_cell else "",
        "department": document.department,
        "department_cell": a1(document.department_cell) if document.department_cell else "",
        "unit": document.unit,
        "unit_named": document.unit_named,
        "facts": [
            {
                "field": fact.field,
                "year": fact.year,
                "value": fact.value if fact.state in USABLE else None,
                "unit": fact.unit,
                "state": str(fact.state),
                "raw": fact.raw,
                "cell": fact.place.cell,
            }
            for fact in document.facts
        ],
        "notes": [{"code": item.code, "message": item.message, "cell": item.place.cell} for item in document.findings],
    }


def lines(reading: Reading, labels: Labels | None = None) -> Iterator[str]:
    """The same for a person."""
    yield f"文件：{reading.file}"
    for document in reading.documents:
        yield from _document_lines(document)
        yield from _unmatched_lines((labels or {}).get(document.sheet, ()))
    for sheet, reason in reading.unused.items():
        yield f"工作表“{sheet}”：未采用（{reason}）"
        yield from _unmatched_lines((labels or {}).get(sheet, ()))
    for item in reading.findings:
        yield f"[{item.code}] {item.message}（{item.advice}）"


def _document_lines(document: Document) -> Iterator[str]:
    yield f"工作表“{document.sheet}”：{document.form}"
    yield f"  年度：{_seen(document.year, document.year_cell)}"
    yield f"  单位名称：{_seen(document.department, document.department_cell)}"
    if document.unit:
        yield f"  金额单位：{document.unit}" + ("" if document.unit_named else "（表内没有写，按表单推定）")
    yield f"  认出 {len(document.facts)} 个数据单元格："
    for fact in document.facts:
        value = f"{shortest(fact.value)} {fact.unit}" if fact.state in USABLE else str(fact.state)
        year = f"（{fact.year}年）" if fact.year else ""
        yield f"    {fact.place.cell:<6}{fact.field}{year}：{value}"
    for item in document.findings:
        yield f"  [{item.code}] {item.place.cell} {item.message}（{item.advice}）"


def _unmatched_lines(found: Sequence[Unmatched]) -> Iterator[str]:
    if found:
        yield f"  没有用到的文字 {len(found)} 处："
    for one in found[:_MOST_SHOWN]:
        close = f"；最接近的是“{one.nearest}”" if one.nearest else ""
        yield f"    {a1(one.cell):<6}“{one.label}”：{one.reason}{close}"
    if len(found) > _MOST_SHOWN:
        yield f"    其余 {len(found) - _MOST_SHOWN} 处见 --json"


def _seen(value: object, cell: Cell | None) -> str:
    if not value:
        return "表内没有写"
    return f"{value}（{a1(cell)}）" if cell else str(value)
