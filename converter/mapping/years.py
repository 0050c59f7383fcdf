"""Which year the documents speak of (CONTRACT: Year): heads and titles first, then the folder; a 文号's year never counts."""

from collections import Counter
from collections.abc import Iterable, Sequence

from converter.mapping.departments import NAMING_FORM, Submission
from converter.mapping.facts import Document
from converter.mapping.forms import Form
from converter.mapping.page import year_in
from converter.vocabulary.findings import Finding, Place, RunError, finding


def choose_year(submissions: Sequence[Submission], forms: Sequence[Form], asked: int | None) -> int:
    """The 数据年度: as asked, else the year that most departments' newest 基础数据表/指标表 carry.

    Raises RunError R03 on a tie or when no document names a year.
    """
    if asked is not None:
        return asked
    setting = [form.form for form in forms if form.sets_year]
    votes = Counter(max(years) for s in submissions if (years := s.years(setting)))
    if not votes:
        votes = Counter(max(years) for s in submissions if (years := s.years(form.form for form in forms)))
    ranked = votes.most_common()
    explain = "数据年度是报表反映的年度，通知里的“2020年度”多指工作年度；请用 --year 指明，如 --year 2019"
    if not ranked:
        raise RunError("R03", "报送材料都没有写明年度，无法确定数据年度", explain)
    if len(ranked) > 1 and ranked[0][1] == ranked[1][1]:
        shown = "、".join(f"{year}年 {count} 个部门" for year, count in sorted(votes.items()))
        raise RunError("R03", f"数据年度不唯一：{shown}", explain)
    return ranked[0][0]


def settle_years(submission: Submission, batch_year: int) -> None:
    """Gives each document that names no year the year of its submission's 基础数据表: of its folder, else of the department.

    A folder or file name that bears a year decides before the batch's year, which is a last resort and is reported.
    """
    for document in submission.documents:
        if document.year is not None:
            continue
        year = _sibling_year(document, submission) or year_in(document.file)
        if year is None:
            year = batch_year
            place = Place(document.file, document.sheet)
            message = f"“{document.form}”没有写明年度，按本批数据年度 {year} 年处理"
            submission.findings.append(finding("M12", message, subject=document.form, place=place))
        document.year = year
        document.facts = tuple(fact if fact.year is not None else fact._replace(year=year) for fact in document.facts)


def _sibling_year(document: Document, submission: Submission) -> int | None:
    """The newest year of the submission's 基础数据表, those in the same folder first."""
    folder = document.file.rpartition("/")[0]
    dated = [d for d in submission.documents if d.form == NAMING_FORM and d.year is not None]
    near = [d for d in dated if d.file.rpartition("/")[0] == folder]
    return max((d.year for d in near or dated if d.year is not None), default=None)


def in_scope(submission: Submission, year: int) -> tuple[list[Document], list[Finding]]:
    """The documents of the data year and the year before; the others are listed, not used."""
    used, findings = [], []
    for document in submission.documents:
        if document.year in (year, year - 1):
            used.append(document)
        else:
            place = Place(document.file, document.sheet)
            message = f"“{document.form}”是 {document.year} 年的，本次评分 {year} 年"
            findings.append(finding("M09", message, subject=f"{document.form}{document.year}", place=place))
    return used, findings


def contradicted_folders(submissions: Sequence[Submission]) -> list[Finding]:
    """M17 folders and files whose name bears another year than the tables in them: once for each name."""
    said_in: dict[str, set[int]] = {}
    for document in (document for submission in submissions for document in submission.documents):
        if document.year is not None and document.year_cell is not None:
            said_in.setdefault(document.file, set()).add(document.year)
    others: dict[str, set[int]] = {}
    for file, own in said_in.items():
        named = [part for part in file.split("/") if year_in(part) is not None]
        if named:
            others.setdefault(file[: file.index(named[-1]) + len(named[-1])], set()).update(own)
    findings = []
    for path, years in sorted(others.items()):
        said = year_in(path.rpartition("/")[2])
        if said not in years:
            told = "、".join(f"{year}" for year in sorted(years))
            message = f"“{path.rpartition('/')[2]}”写的是 {said} 年，其中的表是 {told} 年的，按表内年度处理"
            findings.append(finding("M17", message, subject=path, place=Place(path)))
    return findings


def other_titles(documents: Iterable[Document]) -> list[Finding]:
    """M17 titles that bear another year than the heads of the same table (often the 工作年度)."""
    return [
        finding(
            "M17",
            f"标题写的是 {document.title_year} 年，表头是 {document.year} 年，按表头处理",
            subject=document.form,
            place=Place(document.file, document.sheet),
        )
        for document in documents
        if document.title_year is not None and document.year is not None and document.title_year != document.year
    ]
