"""Who a workbook belongs to (DESIGN §4): a departments list, two names of one folder, the head line, the folder, the file."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache

from converter.mapping.facts import Document
from converter.mapping.roster import Listed, Roster, without_region
from converter.vocabulary.findings import Finding, Place, finding
from converter.vocabulary.labels import abbreviates, numbers_in, plain

#: The form whose name a department goes by when its workbooks name it in two ways.
NAMING_FORM = "基础数据表"
#: What names of folders and files say besides a department: years, forms, versions, batches, numbers.
_WORDS = (
    r"(?:[上本去]年|(?:19|20)\d\d年?)度?|(?:部门)?(?:整体支出)?(?:绩效)?(?:自我?评价?|评价|考评|评估)?(?:基础数据|指标|评分|自评|自评基础数据)(?:报?表|报告)"
    r"|(?:收入支出|部门)?[预决]算(?:公开)?(?:报表|套表|总表|表)?|财决\w{0,6}表?|(?:报送|自评|上报|补报)?(?:材料|资料)|报表|附[件表]\d*"
    r"|修改后?|最终版?|定稿|终稿|副本|新版|补报|上报|重报|再次报送|报送|第[一二三四五六七八九十\d]+[批次组]|v?\d+"
)
#: How names of bodies end that are departments of a county or its units.
_BODY = re.compile(
    r"(?:局|委|委员会|办|办公室|部|室|院|所|站|校|学|园|馆|社|会|联|队|中心|公司|[镇乡]|街道|团|厅|处|库|台|场|集团)$"
)


@dataclass(slots=True)
class Submission:
    """All documents of one department, with its entry in the departments list, if there is one."""

    department: str
    documents: list[Document] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    listed: Listed | None = None

    @property
    def code(self) -> str:
        """Its code in the departments list, "" without one."""
        return self.listed.code if self.listed else ""

    @property
    def kind(self) -> str:
        """Its 类别 in the departments list, "" where none is given."""
        return self.listed.kind if self.listed else ""

    def years(self, forms: Iterable[str]) -> set[int]:
        """The years its documents of the given forms speak of."""
        wanted = set(forms)
        return {d.year for d in self.documents if d.form in wanted and d.year is not None}


def group(documents: Sequence[Document], regions: Sequence[str], roster: Roster | None = None) -> list[Submission]:
    """Documents by department, in the order of names. `regions` are the names a department's may begin with (绥宁县)."""
    naming = _Naming(tuple(regions), roster or Roster())
    folders: dict[str, list[Document]] = defaultdict(list)
    for document in documents:
        folders[document.file.rpartition("/")[0]].append(document)
    owned: list[tuple[str, Document]] = []
    found: list[tuple[str, Finding]] = []
    for folder, members in sorted(folders.items()):
        names, findings = naming.folder(folder, members)
        owned += [(names[document.file, document.sheet], document) for document in members]
        found += findings
    owned, same = naming.apart(owned)
    submissions: dict[str, Submission] = {}
    for name, document in owned:
        if name not in submissions:
            submissions[name] = Submission(name, listed=naming.entry(name))
        submissions[name].documents.append(document)
    for owner, item in [*found, *same]:
        if owner in submissions:
            submissions[owner].findings.append(item)
    return [submissions[name] for name in sorted(submissions)]


@dataclass
class _Naming:
    """How names are told: the regions they may begin with, and the departments list."""

    regions: tuple[str, ...]
    roster: Roster

    def entry(self, name: str) -> Listed | None:
        """The list's entry of that name in the outputs."""
        return self.roster.entry(name)

    def folder(
        self, folder: str, members: Sequence[Document]
    ) -> tuple[dict[tuple[str, str], str], list[tuple[str, Finding]]]:
        """The department of each document of one folder, and findings with the department they belong to."""
        one_name = {
            name: listed.name
            for document in members
            if (name := document.department) and (listed := self.roster.named(name, document.file.split("/")))
        }
        findings = [*self._alike_names(folder, members, one_name)]
        owners = set(one_name.values())
        fallback = next(iter(owners)) if len(owners) == 1 else ""
        names: dict[tuple[str, str], str] = {}
        for document in members:
            name = one_name.get(document.department, "")
            if not name:
                name = fallback or self._by_path(document.file)
                message = f"表头没有单位名称，按{'同一文件夹的其他表' if fallback else '文件夹或文件名'}归属为“{name}”"
                findings.append(
                    (name, finding("M10", message, subject=document.file, place=Place(document.file, document.sheet)))
                )
            names[document.file, document.sheet] = name
        findings += self._contradicted(folder, members, one_name)
        return names, findings

    def _alike_names(
        self, folder: str, members: Sequence[Document], one_name: dict[str, str]
    ) -> Iterator[tuple[str, Finding]]:
        """Adds the names that the list does not know to `one_name`; says where two of them may be one department."""
        rest = sorted({d.department for d in members if d.department and d.department not in one_name})
        listed = self.roster.named(body) if (body := _body(folder)) else None
        if listed and len(rest) == 1 and any(_alike(rest[0], label, self.regions) for label in listed.labels):
            one_name[rest[0]] = listed.name
            yield listed.name, _two_names(rest[0], listed.name, members, "名单里没有前者，按同一部门处理")
            return
        one_name.update({name: name for name in rest})
        alike = _alike_pairs(rest, self.regions)
        if len(one_name) == 2 and alike and _no_form_twice(members):
            chosen = _chosen(rest, members)
            one_name.update(dict.fromkeys(rest, chosen))
            alike = [(chosen, next(name for name in rest if name != chosen))]
        for a, b in alike:
            same = one_name[a] == one_name[b]
            yield a, _two_names(a, b, members, "按同一部门处理" if same else "按两个部门处理")

    def _by_path(self, file: str) -> str:
        """The department a path names: a listed one, else the innermost folder that names more than a year, else the file."""
        *folders, last = file.split("/")
        parts = [last.rpartition(".")[0], *reversed(folders)]
        for part in parts:
            for name in (part, _specific(part)):
                if name and (listed := self.roster.named(name, folders)):
                    return listed.name
        return next((name for part in parts[1:] if (name := _specific(part))), "") or _specific(parts[0]) or parts[0]

    def _contradicted(
        self, folder: str, members: Sequence[Document], one_name: Mapping[str, str]
    ) -> Iterator[tuple[str, Finding]]:
        """M15 head lines that name another department than the folder, unless the folder collects many."""
        body = _body(folder)
        if not body:
            return
        owners = dict.fromkeys(one_name[d.department] for d in members if d.department)
        strange = [owner for owner in owners if not self._same(owner, body)]
        if not strange or (len(owners) > 1 and len(strange) == len(owners)):
            return
        for owner in strange:
            document = next(d for d in members if d.department and one_name[d.department] == owner)
            message = f"文件夹“{body}”里的表写的是“{document.department}”，按表头归属为“{owner}”"
            yield owner, finding("M15", message, subject=folder, place=Place(document.file, document.sheet))

    def _same(self, owner: str, body: str) -> bool:
        """Whether a folder's name can be that of a department, or of the one it is subordinate to."""
        listed = self.roster.named(body)
        if listed is not None or (entry := self.entry(owner)) is None:
            return _akin(owner, listed.name if listed else body, self.regions)
        return entry.parent == body or any(_akin(label, body, self.regions) for label in entry.labels)

    def apart(
        self, owned: Sequence[tuple[str, Document]]
    ) -> tuple[list[tuple[str, Document]], list[tuple[str, Finding]]]:
        """Departments of one name in folders of different bodies, each with forms of its own, told apart by the folder."""
        bodies: dict[str, dict[str, list[Document]]] = defaultdict(lambda: defaultdict(list))
        for name, document in owned:
            bodies[name][_body(document.file.rpartition("/")[0])].append(document)
        split = {name for name, parts in bodies.items() if self.entry(name) is None and self._are_several(name, parts)}
        result = [
            (f"{name}（{body}）" if name in split and (body := _body(d.file.rpartition("/")[0])) else name, d)
            for name, d in owned
        ]
        findings = []
        for name in sorted(split):
            where = "、".join(f"“{body}”" for body in sorted(bodies[name]))
            first = min(bodies[name])
            message = f"文件夹{where}里都有“{name}”的同一种表，按同名的几个部门处理"
            place = Place(min(document.file for document in bodies[name][first]))
            findings.append((f"{name}（{first}）", finding("M16", message, subject=name, place=place)))
        return result, findings

    def _are_several(self, name: str, parts: Mapping[str, Sequence[Document]]) -> bool:
        """Whether every folder names a body of its own that is not the department, and a form of one year is in two."""
        if len(parts) < 2 or any(not body or _akin(name, body, self.regions) for body in parts):
            return False
        forms = Counter(
            (d.form, d.year) for part in parts.values() for d in {(d.form, d.year): d for d in part}.values()
        )
        return max(forms.values()) > 1


def drop_copies(submissions: Sequence[Submission], digests: Mapping[str, str]) -> None:
    """Counts the byte-equal files of a department once (CONTRACT: Re-sent files); `digests` are the SHA-256 by file."""
    for submission in submissions:
        first: dict[str, str] = {}
        for file in dict.fromkeys(document.file for document in submission.documents):
            original = first.setdefault(digests[file], file)
            if original != file:
                submission.documents = [document for document in submission.documents if document.file != file]
                message = f"与“{original}”内容完全相同"
                submission.findings.append(finding("F10", message, subject=file, place=Place(file)))


@cache
def _words() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What stands around the name of a department, and names without one; made (in ten milliseconds) where names are told."""
    around = re.compile(rf"^(?:{_WORDS})+|(?:{_WORDS})+$", re.IGNORECASE)
    return around, re.compile(rf"(?:{_WORDS}|数据|表格?|自评|绩效|评价|部门|收件箱)*", re.IGNORECASE)


def _specific(name: str) -> str:
    """What a folder or file is called besides years, forms, versions and numbers; "" where nothing is left."""
    parts = re.split(r"[\s_\-—–.、,，+&#()（）]+", re.sub(r"\.zip$", "", name, flags=re.IGNORECASE))
    around, generic = _words()
    return "".join(around.sub("", part) for part in map(plain, parts) if not generic.fullmatch(part))


@lru_cache(maxsize=4096)
def _body(folder: str) -> str:
    """The innermost folder that is named after a body (人社局/上年 → 人社局), "" without one."""
    names = (_specific(part) for part in reversed(folder.split("/")) if part)
    innermost = next(filter(None, names), "")
    return innermost if len(innermost) > 1 and _BODY.search(innermost) else ""


def _akin(name: str, other: str, regions: Sequence[str]) -> bool:
    """Whether one name holds or abbreviates the other."""
    a, b = without_region(name, regions), without_region(other, regions)
    return a in b or b in a or _alike(name, other, regions)


def _alike(a: str, b: str, regions: Sequence[str]) -> bool:
    """Whether one name abbreviates the other, the region's name aside; two regions are two departments."""
    name, other = without_region(a, regions), without_region(b, regions)
    region, other_region = plain(a).removesuffix(name), plain(b).removesuffix(other)
    if region and other_region and region != other_region:
        return False
    short, long = sorted((name, other), key=len)
    return short == long or abbreviates(short, long)


def _alike_pairs(names: Sequence[str], regions: Sequence[str]) -> list[tuple[str, str]]:
    """The pairs of names that are alike, in the order of `names`. A folder may hold the names of a whole province: only those
    are compared of which one has every character of the other, and the same numbers.
    """
    having: dict[str | tuple[str, ...], set[int]] = defaultdict(set)
    bare = [without_region(name, regions) for name in names]
    traits = [{*name, numbers_in(name)} for name in bare]
    for at, of_name in enumerate(traits):
        for trait in of_name:
            having[trait].add(at)
    holding = [set.intersection(*sorted((having[trait] for trait in of_name), key=len)) for of_name in traits]
    pairs = {(min(at, other), max(at, other)) for at, others in enumerate(holding) for other in others if at != other}
    return [(names[a], names[b]) for a, b in sorted(pairs) if _alike(names[a], names[b], regions)]


def _no_form_twice(members: Sequence[Document]) -> bool:
    counts = Counter((document.form, document.year) for document in members)
    return max(counts.values()) == 1


def _chosen(stated: Sequence[str], members: Sequence[Document]) -> str:
    """The name the 基础数据表 gives, else the shorter one."""
    by_form = [document.department for document in members if document.form == NAMING_FORM and document.department]
    return by_form[0] if by_form else min(stated, key=lambda name: (len(name), name))


def _two_names(name: str, other: str, members: Sequence[Document], outcome: str) -> Finding:
    places = {document.department: Place(document.file, document.sheet) for document in reversed(members)}
    at = {who: f"（{places[who]}）" if who in places else "（部门名单）" for who in (name, other)}
    message = f"同一文件夹内有两个单位名称：“{name}”{at[name]}与“{other}”{at[other]}，{outcome}"
    return finding("M03", message, subject=other, place=places.get(other, places[name]))


def signed(findings: Iterable[Finding], department: str, year: int | None) -> list[Finding]:
    """The findings with their department and year filled in where they have none."""
    return [
        item._replace(department=item.department or department, year=item.year if item.year is not None else year)
        for item in findings
    ]


def regions_named(submissions: Sequence[Submission], regions: Mapping[str, str]) -> list[str]:
    """Codes of the regions (code → name) that the submissions' names or folders speak of."""
    spoken = {plain(s.department) for s in submissions}
    told = {(document.department, document.file) for s in submissions for document in s.documents}
    spoken |= {plain(part) for department, file in told for part in (department, *file.split("/"))}
    return [code for code, name in regions.items() if any(name in text for text in spoken)]
