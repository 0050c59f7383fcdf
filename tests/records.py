"""复核记录 for tests, and batches scored under them, in this process."""

from collections.abc import Callable, Sequence
from pathlib import Path

import openpyxl

from converter.mapping.departments import group
from converter.mapping.facts import Document
from converter.mapping.library import Library
from converter.reading import read_file
from converter.scoring.batch import Batch, score_batch
from converter.scoring.checks import Checks
from converter.scoring.decisions import Decisions, load_decisions
from converter.scoring.derivations import Derivations
from converter.scoring.schemes import Scheme

HEADS = (
    "序号", "部门", "年度", "类型", "指标/字段", "原值", "认定值", "理由", "依据材料", "经办人", "复核人", "日期",
)  # fmt: skip
DEPARTMENT = "绥宁县人社局"
#: 理由, 依据材料, 经办人, 复核人, 日期.
SIGNED = ("按票据核实", "采购台账", "经办甲", "复核乙", "2020-05-01")
Review = Callable[..., Batch]


def row(
    kind: str,
    subject: str,
    was: object,
    decided: object,
    *signed: object,
    department: str = DEPARTMENT,
    year: object = 2019,
) -> list[object]:
    """A row of the record behind its 序号."""
    return [department, year, kind, subject, was, decided, *(signed or SIGNED)]


def write_record(path: Path, rows: Sequence[Sequence[object]], heads: Sequence[str] = HEADS) -> Path:
    """A record of these rows, numbered from 1, below a title."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "复核记录"
    sheet.append(["复核记录"])
    sheet.append(list(heads))
    for number, content in enumerate(rows, start=1):
        sheet.append([number, *content])
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)
    return path


def reviewer(library: Library, scheme: Scheme, derivations: Derivations, checks: Checks) -> Review:
    """review(inbox, record path or None) → the batch of the workbooks below `inbox` under the record."""

    def review(inbox: Path, record: Path | None = None) -> Batch:
        documents: list[Document] = []
        for path in sorted(inbox.rglob("*.xls*")):
            name = path.relative_to(inbox.parent).as_posix()
            documents += read_file(path, name, library.forms, library.dictionary).documents
        decisions = load_decisions(record) if record else Decisions()
        submissions = group(documents, ["绥宁县"])
        return score_batch(submissions, scheme, checks, derivations, library.forms, decisions=decisions)

    return review


def said(batch: Batch, code: str) -> list[str]:
    """Messages of the findings of a code."""
    return [found.message for found in batch.findings if found.code == code]


def score_of(batch: Batch, indicator: str, department: str = DEPARTMENT) -> dict[str, object]:
    """The row of the scores frame."""
    rows = batch.scores
    found = rows[(rows["department"] == department) & (rows["indicator"] == indicator)]
    return {str(key): value for key, value in found.iloc[0].to_dict().items()}
