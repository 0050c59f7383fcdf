"""Who a workbook belongs to, and which year it speaks of (DESIGN §4, CONTRACT: Year)."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

from converter.mapping.facts import Document
from converter.mapping.forms import Form
from converter.mapping.page import year_in
from converter.vocabulary.findings import Finding, Place, RunError, finding
from converter.vocabulary.labels import abbreviates, plain

#: The form whose name a department goes by when its workbooks name it in two ways.
NAMING_FORM = "基础数据表"
_YEAR_FOLDER = re.compile(r"(?:[上本去]年|(?:19|20)\d\d年?)度?(?:数据|资料|材料)?")


@dataclass
class Submission:
    """All documents of one department; `kind` is its 类别 in the departments list, "" where none is given."""

    department: str
    documents: list[Document] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    kind: str = ""

    def years(self, forms: Iterable[str]) -> set[int]:
        """The years its documents of the given forms speak of."""
        wanted = set(forms)
        return {d.year for d in self.documents if d.form in wanted and d.year is not None}


def group(documents: Sequence[Document], regions: Sequence[str]) -> list[Submission]:
    """Documents by department, in the order of names. `regions` are the names a department's may begin with (绥宁县)."""
    folders: dict[str, list[Document]] = defaultdict(list)
    for document in documents:
        folders[document.file.rpartition("/")[0]].append(document)
    submissions: dict[str, Submission] = {}
    for folder, members in sorted(folders.items()):
        names, findings = _names(folder, members, regions)
        for document in members:
            name = names[document.file, document.sheet]
            submission = submissions.setdefault(name, Submission(name))
            submission.documents.append(document)
        for owner, item in findings:
            submissions[owner].findings.append(item)
    return [submissions[name] for name in sorted(submissions)]


def _names(
    folder: str, members: Sequence[Document], regions: Sequence[str]
) -> tuple[dict[tuple[str, str], str], list[tuple[str, Finding]]]:
    """The department of each document of one folder, and findings with the department they belong to."""
    findings: list[tuple[str, Finding]] = []
    stated = sorted({document.department for document in members if document.department})
    one_name: dict[str, str] = {name: name for name in stated}
    alike = [(a, b) for a, b in combinations(stated, 2) if _alike(a, b, regions)]
    if len(stated) == 2 and alike and _no_form_twice(members):
        chosen = _chosen(stated, members)
        one_name = dict.fromkeys(stated, chosen)
        alike = [(chosen, next(name for name in stated if name != chosen))]
    for a, b in alike:
        same = one_name[a] == one_name[b]
        findings.append((a, _two_names(a, b, members, "按同一部门处理" if same else "按两个部门处理")))
    fallback = next(iter(set(one_name.values()))) if len(set(one_name.values())) == 1 else ""
    names = {}
    for document in members:
        name = one_name.get(document.department, "")
        if not name:
            stem = document.file.rpartition("/")[2].rpartition(".")[0]
            name = fallback or _named_by_folder(folder) or stem
            message = f"表头没有单位名称，按{'同一文件夹的其他表' if fallback else '文件夹或文件名'}归属为“{name}”"
            findings.append(
                (name, finding("M10", message, subject=document.file, place=Place(document.file, document.sheet)))
            )
        names[document.file, document.sheet] = name
    return names, findings


def _named_by_folder(folder: str) -> str:
    """The innermost folder or archive that is named after more than a year (人社局/上年, 人社局.zip → 人社局)."""
    names = (re.sub(r"\.zip$", "", part, flags=re.I) for part in folder.split("/"))
    parts = [name for name in names if not _YEAR_FOLDER.fullmatch(name)]
    return parts[-1] if parts else ""


def _alike(a: str, b: str, regions: Sequence[str]) -> bool:
    """Whether one name abbreviates the other, the region's name aside; two regions are two departments."""
    (region, name), (other_region, other) = _split(a, regions), _split(b, regions)
    if region and other_region and region != other_region:
        return False
    short, long = sorted((name, other), key=len)
    return short == long or abbreviates(short, long)


def _no_form_twice(members: Sequence[Document]) -> bool:
    counts = Counter((document.form, document.year) for document in members)
    return max(counts.values()) == 1


def _split(name: str, regions: Sequence[str]) -> tuple[str, str]:
    """The region a name begins with, "" without one, and the rest."""
    folded = plain(name)
    prefix = max((r for r in regions if folded.startswith(r) and len(folded) > len(r) + 1), key=len, default="")
    return prefix, folded[len(prefix) :]


def _chosen(stated: Sequence[str], members: Sequence[Document]) -> str:
    """The name the 基础数据表 gives, else the shorter one."""
    by_form = [document.department for document in members if document.form == NAMING_FORM and document.department]
    return by_form[0] if by_form else min(stated, key=lambda name: (len(name), name))


def _two_names(name: str, other: str, members: Sequence[Document], outcome: str) -> Finding:
    places = {document.department: Place(document.file, document.sheet) for document in reversed(members)}
    message = f"同一文件夹内有两个单位名称：“{name}”（{places[name]}）与“{other}”（{places[other]}），{outcome}"
    return finding("M03", message, subject=other, place=places[other])


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
        document.facts = [fact if fact.year is not None else fact._replace(year=year) for fact in document.facts]


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


def signed(findings: Iterable[Finding], department: str, year: int | None) -> list[Finding]:
    """The findings with their department and year filled in where they have none."""
    return [
        replace(item, department=item.department or department, year=item.year if item.year is not None else year)
        for item in findings
    ]


def regions_named(submissions: Sequence[Submission], regions: Mapping[str, str]) -> list[str]:
    """Codes of the regions (code → name) that the submissions' names or folders speak of."""
    spoken = {plain(s.department) for s in submissions}
    spoken |= {plain(part) for s in submissions for d in s.documents for part in (d.department, *re.split("/", d.file))}
    return [code for code, name in regions.items() if any(name in text for text in spoken)]
