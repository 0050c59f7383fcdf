"""A second run does only what changed, and gives the bytes of a cold one: whatever changes, in whatever order."""

import json
import pickle
import random
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from converter import run as running
from converter import tasks
from converter.books import summary
from converter.ledger import NAME
from converter.mapping.departments import Submission
from converter.mapping.facts import Document
from converter.merging import Share
from converter.reuse import _said
from converter.run import Options, run
from converter.unpickling import UNREADABLE, PlainWriter, packed, plainly, squeezed, unpacked
from tests.records import row, write_record
from tests.test_gathering import reply_form
from tests.test_kinds import SCHOOLS
from tests.test_run import bytes_of
from tests.workbooks import accounts, basic_data, indicator_table, last_year, write_xlsx

NAMES = tuple(f"绥宁县{name}" for name in ("乙学校", "丁局", "丙局", "甲局", "甲局机关"))
SCHOOL = NAMES[0]
#: So few rows of the summary are made together that there are many blocks of them.
BLOCK = 8
#: So few departments are put together that some parts have none that changed.
PART = 2


class Here:
    """An engine that does everything in this process, and counts it."""

    done: Counter[str] = Counter()

    def __init__(self, _jobs: int, prepare: Callable[..., None], arguments: tuple[object, ...]) -> None:
        prepare(*arguments)

    def __enter__(self) -> "Here":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def rest(self) -> None:
        pass

    def map(
        self, function: Callable[[Any], Any], items: Sequence[Any], _size: int = 1, *, timed: bool = True
    ) -> Iterator[Any]:
        """function(item) for each item, in order."""
        self.done[function.__name__] += len(items)
        return map(function, items)


@dataclass
class County:
    """An inbox with what goes with it, and an OUT that is written again and again."""

    place: Path
    options: dict[str, object] = field(default_factory=dict)
    serial: int = 0

    @property
    def inbox(self) -> Path:
        """Where the departments' files lie."""
        return self.place / "收件箱"

    @property
    def out(self) -> Path:
        """The output that every cached run writes."""
        return self.place / "OUT"

    @property
    def ledger(self) -> Path:
        """The ledger beside it."""
        return self.place / ".OUT.jixiao" / NAME

    def convert(self, out: Path, *, cached: bool) -> dict[str, Any]:
        """The outputs of a run and what its manifest says, but for what tells one run from another."""
        Here.done.clear()
        asked = Options((self.inbox,), out, chunk=2, **{"fail_on": "never", **self.options})  # type: ignore[arg-type]
        run(asked, cached=cached)
        manifest = json.loads((out / "run.json").read_text(encoding="utf-8"))
        told = {
            key: value
            for key, value in manifest.items()
            if key not in ("key", "seconds", "since", "removed", "options")
        }
        return {**bytes_of(out), "run.json": told}

    def again(self) -> dict[str, int]:
        """Runs with the ledger and without any: the same outputs. What the first had to do."""
        warm = self.convert(self.out, cached=True)
        done = dict(Here.done)
        self.serial += 1
        assert self.convert(self.place / f"冷{self.serial}", cached=False) == warm
        return done


def build(place: Path) -> County:
    """A school with rules of its own, an office whose unit hands in too, and others."""
    for at, who in enumerate(NAMES):
        hand_in(place / "收件箱", who, 20 + at)
        write_xlsx(place / "收件箱" / who / "指标表.xlsx", indicator_table(who))
    write_xlsx(place / "收件箱" / NAMES[1] / "决算.xlsx", accounts(NAMES[1]))
    own = place / "本地" / "schemes" / "430527"
    own.mkdir(parents=True)
    (own / "2019-学校.yaml").write_text(SCHOOLS, encoding="utf-8")
    (place / "部门名单.csv").write_text(listing(f"{NAMES[1]},,"), encoding="utf-8")
    return county(place)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All of it converted once."""
    it = build(tmp_path_factory.mktemp("reuse"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(running, "LocalPool", Here)
        patch.setattr(summary, "BLOCK", BLOCK)
        patch.setattr(tasks, "_PART", PART)
        it.convert(it.out, cached=True)
    return it.place


def listing(*more: str) -> str:
    return "\n".join(["名称,类别,上级", f"{SCHOOL},学校,", f"{NAMES[4]},,{NAMES[3]}", *more])


def county(place: Path) -> County:
    return County(place, {"mappings": place / "本地", "departments": place / "部门名单.csv"})


@pytest.fixture
def it(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> County:
    """A copy of it."""
    monkeypatch.setattr(running, "LocalPool", Here)
    monkeypatch.setattr(summary, "BLOCK", BLOCK)
    monkeypatch.setattr(tasks, "_PART", PART)
    return county(Path(shutil.copytree(built, tmp_path / "县")))


def hand_in(inbox: Path, who: str, spent: float) -> None:
    rows = {"三公经费": (16.14, 29, spent), "公用经费": (49.79, 81.35, 50 + spent), "项目支出：": (1, 474, 500 + spent)}
    write_xlsx(inbox / who / "基础数据表.xlsx", basic_data(who, rows=rows, staff=(60, 58 + spent % 7, "100%")))


def sent_again(it: County) -> None:
    hand_in(it.inbox, NAMES[2], 20 + it.serial * 3 % 11)


def one_more(it: County) -> None:
    hand_in(it.inbox, f"绥宁县{'子丑寅卯'[it.serial % 4]}局", 21)


def a_copy(it: County) -> None:
    write_xlsx(it.inbox / "绥宁县辰局" / "指标表.xlsx", indicator_table("绥宁县辰局"))
    rows = {"三公经费": (16.14, 29, 21), "公用经费": (49.79, 81.35, 71), "项目支出：": (1, 474, 521)}
    write_xlsx(it.inbox / "绥宁县辰局" / "基础数据表.xlsx", basic_data("绥宁县辰局", rows=rows, staff=(60, 58, "100%")))


def gone(it: County) -> None:
    shutil.rmtree(it.inbox / NAMES[1], ignore_errors=True)


def renamed(it: County) -> None:
    path = it.inbox / NAMES[3] / "指标表.xlsx"
    if path.exists():
        path.rename(path.with_name(f"指标表{it.serial}.xlsx"))


def unreadable(it: County) -> None:
    (it.inbox / NAMES[2] / "坏.xlsx").write_bytes(b"PK\x03\x04 not a workbook")


def of_last_year(it: County) -> None:
    write_xlsx(it.inbox / NAMES[2] / "上年" / "基础数据表.xlsx", last_year(NAMES[2]))


def listed(it: County) -> None:
    path = it.place / "部门名单.csv"
    path.write_text(listing("" if f"{NAMES[1]},," in path.read_text(encoding="utf-8") else f"{NAMES[1]},,"), "utf-8")


def other_rules(it: County) -> None:
    path = it.place / "本地/schemes/430527/2019-学校.yaml"
    path.write_text(SCHOOLS.replace("points: 0.1", f"points: 0.{it.serial % 8 + 1}"), encoding="utf-8")


def decided(it: County) -> None:
    it.options["decisions"] = None if it.options.get("decisions") else it.place / "复核.xlsx"
    rows = [
        row("认定得分", "在职人员控制率", "", 3, department=NAMES[2]),
        row("采纳说明", "J12", "", "采纳", department="全部"),
    ]
    write_record(it.place / "复核.xlsx", rows)


def replied(it: County) -> None:
    told = (it.out / "findings.csv").read_text(encoding="utf-8-sig").splitlines()[1:]
    number = next(line.split(",")[0] for line in told if f",{NAMES[3]}," in line and ",部门," in line)
    write_xlsx(it.inbox / NAMES[3] / f"回复{it.serial}.xlsx", reply_form(number, f"说明{it.serial}"))


def without_books(it: County) -> None:
    it.options["books"] = not it.options.get("books", True)


def a_book_was_edited(it: County) -> None:
    for path in sorted((it.out / "部门").glob("*"))[:1]:
        path.write_bytes(b"x")


def a_book_was_lost(it: County) -> None:
    for path in sorted((it.out / "部门").glob("*"))[-1:]:
        path.unlink()


def nothing(_: County) -> None:
    pass


CHANGES = [
    *(sent_again, one_more, a_copy, gone, renamed, unreadable, of_last_year, listed, other_rules, decided, replied),
    *(without_books, a_book_was_edited, a_book_was_lost, nothing),
]


def test_whatever_changes_the_bytes_are_those_of_a_cold_run(it: County) -> None:
    changes = random.Random(7).sample(CHANGES, 5)
    for change in changes:
        change(it)
        it.again()


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(8))
def test_whatever_changes_in_whatever_order(it: County, seed: int) -> None:
    draw = random.Random(seed)
    for _ in range(12):
        for change in draw.sample(CHANGES, draw.randint(1, 3)):
            change(it)
        it.again()


def test_only_what_changed_is_read_scored_and_written(it: County) -> None:
    before = {path.name: path.stat().st_mtime_ns for path in (it.out / "部门").iterdir()}
    it.convert(it.out, cached=True)
    assert (Here.done["read_source"], Here.done["score"], Here.done["write_books"]) == (0, 0, 0)
    assert {path.name: path.stat().st_mtime_ns for path in (it.out / "部门").iterdir()} == before
    assert Here.done["render"] == 0
    hand_in(it.inbox, NAMES[2], 27)
    it.convert(it.out, cached=True)
    assert Here.done["read_source"] == 1
    some = Here.done["render"]
    it.convert(it.place / "冷", cached=False)
    assert 0 < some < Here.done["render"] * 3 / 4
    after = {path.name: path.stat().st_mtime_ns for path in (it.out / "部门").iterdir()}
    assert [name for name in after if after[name] != before[name]] == [f"{NAMES[2]}_2019.xlsx"]


def test_a_file_that_was_renamed_is_read_again_for_its_name_stands_in_every_row(it: County) -> None:
    renamed(it)
    assert it.again()["read_source"] == 1


def test_what_passwords_opened_is_not_kept(it: County) -> None:
    it.ledger.unlink()
    it.options["passwords"] = ("secret",)
    it.convert(it.out, cached=True)
    assert not it.ledger.exists()


def test_a_dry_run_writes_no_ledger(it: County) -> None:
    before = it.ledger.read_bytes()
    hand_in(it.inbox, NAMES[2], 26)
    run(Options((it.inbox,), it.out, dry_run=True, **it.options), cached=True)  # type: ignore[arg-type]
    assert it.ledger.read_bytes() == before


class Evil:
    """What a hostile ledger might hold."""

    def __reduce__(self) -> tuple[Callable[[str], object], tuple[str]]:
        return Path.touch, (Path("hostile"),)  # type: ignore[return-value]


def spoilt(it: County, thing: object) -> None:
    """Puts a thing into every entry, with a digest that fits."""
    from converter.ledger import _digest

    connection = sqlite3.connect(it.ledger)
    body = thing if isinstance(thing, bytes) else packed(thing)
    for key, at in connection.execute("SELECT key, body FROM entries").fetchall():
        connection.execute("UPDATE bodies SET content = ? WHERE id = ?", (body, at))
        connection.execute("UPDATE entries SET digest = ? WHERE key = ?", (_digest(key, body), key))
    connection.commit()
    connection.close()


@pytest.mark.parametrize("thing", [b"x" * 5000, Evil(), (1, 2)])
def test_a_ledger_that_holds_something_else_is_begun_anew(
    it: County, thing: object, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.chdir(it.place)
    before = bytes_of(it.out)
    spoilt(it, thing)
    it.convert(it.out, cached=True)
    assert (Here.done["read_source"], bytes_of(it.out)) == (11, before)
    assert "账本" in caplog.text
    assert not (it.place / "hostile").exists()


LISTS = {
    "nothing": b"",
    "hostile": squeezed(pickle.dumps([Evil()])),
    "short rows": squeezed(plainly([(1, 2)])),
    "no list": plainly(7),
}


@pytest.mark.parametrize("content", LISTS.values(), ids=LISTS)
def test_lists_that_are_not_what_their_share_says_begin_it_anew(
    it: County, content: bytes, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Nobody opens the lists of a department before a sheet, or report.html, needs them."""
    from converter.ledger import _digest

    monkeypatch.chdir(it.place)
    spoilt = 0
    with closing(sqlite3.connect(it.ledger)) as connection, connection:
        entries = "SELECT key, body, content FROM entries JOIN bodies ON id = body"
        for key, at, body in connection.execute(entries).fetchall():
            ahead = 4 + int.from_bytes(body[:4], "big")
            with suppress(*UNREADABLE):
                if isinstance(unpacked(body[4:ahead]), Share):
                    other = body[:ahead] + content[: len(body) - ahead].ljust(len(body) - ahead, b"\0")
                    connection.execute("UPDATE bodies SET content = ? WHERE id = ?", (other, at))
                    connection.execute("UPDATE entries SET digest = ? WHERE key = ?", (_digest(key, other), key))
                    spoilt += 1
    assert spoilt == 5
    sent_again(it)
    assert it.again()["read_source"] == 1 + 11  # what changed, then all of it
    assert "账本" in caplog.text
    assert not (it.place / "hostile").exists()


def test_all_that_a_submission_holds_is_part_of_its_key() -> None:
    def one() -> Submission:
        return Submission("甲局", [Document("表.xlsx", "表", "基础数据表", 2019, "甲局")])

    writer = PlainWriter()
    said = [_said(one(), writer)]
    for name in Submission.__slots__:
        other = one()
        setattr(other, name, [] if name == "documents" else "other")
        said.append(_said(other, writer))
    for name in Document.__slots__:
        other = one()
        setattr(other.documents[0], name, "other")
        said.append(_said(other, writer))
    assert len(set(said)) == len(said) == 20
    assert _said(one(), writer) == said[0]


def test_a_file_whose_entry_was_damaged_is_read_again(it: County, caplog: pytest.LogCaptureFixture) -> None:
    before = bytes_of(it.out)
    with closing(sqlite3.connect(it.ledger)) as connection, connection:
        connection.execute("UPDATE bodies SET content = substr(content, 2) WHERE id = (SELECT min(id) FROM bodies)")
    it.convert(it.out, cached=True)
    assert (Here.done["read_source"], bytes_of(it.out)) == (11, before)
    assert "账本已损坏" in caplog.text


def test_a_ledger_that_was_cut_is_begun_anew(it: County) -> None:
    before = bytes_of(it.out)
    it.ledger.write_bytes(it.ledger.read_bytes()[:40_000])
    it.convert(it.out, cached=True)
    assert (Here.done["read_source"], bytes_of(it.out)) == (11, before)
