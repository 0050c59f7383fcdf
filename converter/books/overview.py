"""The content of the summary workbook out of what was concluded, and the names of the departments' workbooks. Without frames."""

import itertools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from converter.books.legend import summary_notes
from converter.books.summary import SHEETS, SummaryBook
from converter.books.tables import FOLDER, Listed, Row, Rows, Table
from converter.scoring.ranking import Totals
from converter.scoring.readings import reading_of
from converter.scoring.schemes import Scheme
from converter.scoring.submitted import Submitted
from converter.scoring.whole import Whole
from converter.vocabulary.findings import Level, Tally

#: Bytes of a name, so that it fits with number, year and extension into the 255 that file systems take.
_MAX_STEM = 200
_RESERVED = {"CON", "PRN", "AUX", "NUL", *(f"{d}{i}" for d in ("COM", "LPT") for i in range(1, 10))}


def book_names(departments: Sequence[str], year: int) -> dict[str, str]:
    """Department → name of its workbook below OUT; characters that a file name cannot hold become _."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for department in departments:
        stem = re.sub(r'[\\/:*?"<>|\x00-\x1f\ud800-\udfff]', "_", department).strip(" .") or "_"
        stem = f"_{stem}" if stem.upper() in _RESERVED else stem.encode()[:_MAX_STEM].decode(errors="ignore")
        free = (name for name in itertools.chain([stem], _numbered(stem)) if name.casefold() not in taken)
        name = next(free)
        taken.add(name.casefold())
        names[department] = f"{FOLDER}/{name}_{year}.xlsx"
    return names


def _numbered(stem: str) -> Iterator[str]:
    return (f"{stem}({number})" for number in itertools.count(2))


def summary(
    whole: Whole,
    big: Mapping[str, Rows],
    ratios: frozenset[str],
    tally: Tally,
    names: Mapping[str, str],
    sources: Rows,
    info: Rows,
    leads: Listed[int | None],
    fingerprint: str,
    seen: Mapping[str, tuple[float, ...]],
    aside: Callable[[Iterator[Row]], Rows] = list,
) -> SummaryBook:
    """The content of the summary workbook; `big` has the tables that grow with the departments, `leads` the row of 规范数据
    that each row of 指标得分 leads to; `fingerprint` is printed at the foot of its pages; `seen` is what widths of big tables
    hang on. `aside` holds the rows of others that grow with the departments.
    """
    schemes = whole.rules.distinct
    contents: dict[str, Rows] = {
        "汇总": aside(summary_rows(whole.totals, whole.codes, whole.kinds, tally, names)),
        "报送情况": aside(submitted_rows(whole.handed, tally)),
        "规则": rule_rows(schemes),
        "来源文件": sources,
        "运行信息": info,
        **big,
    }
    regions = "、".join(dict.fromkeys(scheme.file.region.name for scheme in schemes))
    bases = "；".join(dict.fromkeys(f"{scheme.file.basis}《{scheme.file.title}》" for scheme in schemes))
    return SummaryBook(
        title=f"{regions} {whole.year} 年度部门整体支出绩效评分汇总",
        subtitle=f"评分依据：{bases}；名次按复算下限、上限排列，是核查的先后，不是评价结果",
        ratios=ratios,
        tables=tuple(Table(name, heads, contents[name]) for name, heads in SHEETS),
        notes=summary_notes(schemes),
        leads=leads,
        fingerprint=fingerprint,
        seen=seen,
    )


def summary_rows(
    totals: Totals, codes: Mapping[str, str], kinds: Mapping[str, str], tally: Tally, names: Mapping[str, str]
) -> Iterator[Row]:
    """Rows of 汇总, in its order."""
    for t in totals.rows():
        best, worst, who = int(t["best"]), int(t["worst"]), str(t["department"])
        yield (
            best if best == worst else None, f"{best}～{worst}", codes[who], who, kinds[who], t["year"],
            t["self_total"], t["self_grade"], t["score"], t["low"], t["high"], t["grade"], t["gap"],
            t["data_full"], t["data_low"], t["data_high"], t["from_self"], t["deductions"], t["missing"],
            tally.of_level(who, Level.ERROR), tally.of_level(who, Level.WARNING), names.get(who, ""),
        )  # fmt: skip


def submitted_rows(handed: Sequence[Submitted], tally: Tally) -> Iterator[Row]:
    """Rows of 报送情况."""
    return ((*row, tally.of_level(row.department, Level.ERROR), tally.waiting(row.department)) for row in handed)


def rule_rows(schemes: Sequence[Scheme]) -> list[Row]:
    """Rows of 规则: the scheme as a table; of several schemes one below the other, told apart by their 依据."""
    rows: list[Row] = []
    for rule in (rule for scheme in schemes for rule in scheme.rules):
        spec = rule.spec
        second = spec.path[1] if len(spec.path) > 1 else ""
        full = rule.full if rule.group == rule.name else np.nan
        formula = spec.value.text if spec.value else ""
        reading = "；".join([reading_of(rule), *(f"其他口径 {n}＝{f.text}" for n, f in spec.variants.items())])
        rows.append((spec.path[0], second, rule.name, full, formula, rule.describe(), reading, spec.text, rule.basis))
    for file in (scheme.file for scheme in schemes):
        for name, adjustment in file.adjustments.items():
            formula, said = adjustment.formula(name).text, adjustment.describe()
            rows.append(("总分调整", "", name, np.nan, formula, said, "", adjustment.text, str(file.basis)))
    return rows
