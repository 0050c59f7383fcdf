"""The 指纹 of a department's workbook: over what it is made of, so that others may hand in again without changing it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest

from converter.books.tables import Row
from converter.marks import LIBRARIES, book_mark, digest_of, library_version, materials
from converter.run import Options, run
from tests.workbooks import basic_data, indicator_table, write_xlsx

INFO = [("程序", "jixiao 1"), ("部门", "3 个"), ("映射 SHA-256", "a"), ("输入 SHA-256", "b"), ("名单 SHA-256", "")]
FILES = [("甲/表.xlsx", "1"), ("甲/二.xlsx", "2")]
NAMES = ("绥宁县甲局", "绥宁县乙局", "绥宁县丙局")


def made_of(info: Sequence[Row], files: Iterable[tuple[str, str]]) -> str:
    return materials(info, {"甲": files})["甲"]


def test_versions_are_those_that_the_libraries_say() -> None:
    names = (*LIBRARIES, "rapidfuzz", "deflate")
    assert [*map(library_version, names)] == [*map(version, names)]
    with pytest.raises(PackageNotFoundError):
        library_version("no-such-library")


def test_a_book_hangs_on_its_own_files_and_the_rules() -> None:
    first = made_of(INFO, FILES)
    assert made_of([*INFO[:3], ("输入 SHA-256", "c"), INFO[4]], reversed(FILES)) == first
    others = {
        made_of(INFO, FILES[:1]),
        made_of(INFO, [("甲/表.xlsx", "1"), ("甲/二.xlsx", "3")]),
        made_of(INFO, [("甲/表.xlsx", "1"), ("甲/三.xlsx", "2")]),
        made_of([*INFO[:4], ("名单 SHA-256", "d")], FILES),
        made_of([*INFO[:2], ("映射 SHA-256", "e"), *INFO[3:]], FILES),
    }
    assert len(others | {first}) == 6


def test_a_problem_that_others_give_is_part_of_it() -> None:
    own = made_of(INFO, FILES)
    marks = {book_mark(own, digest_of(rows)) for rows in ([], [("B02", 1.0)], [("B02", 2.0)])}
    assert len(marks) == 3


@dataclass(frozen=True)
class County:
    """Three departments, and the bytes of their books."""

    inbox: Path

    def books(self, out: Path, **options: object) -> dict[str, bytes]:
        """The books of a run, by department."""
        run(Options((self.inbox,), out, fail_on="never", **options))  # type: ignore[arg-type]
        return {path.name.split("_")[0]: path.read_bytes() for path in (out / "部门").iterdir()}


def hand_in(inbox: Path, who: str, spent: float) -> None:
    rows = {"三公经费": (16.14, 29, spent), "公用经费": (49.79, 81.35, 70.0 + spent)}
    write_xlsx(inbox / who / "基础数据表.xlsx", basic_data(who, rows=rows))


@pytest.fixture
def county(tmp_path: Path) -> County:
    for at, who in enumerate(NAMES):
        hand_in(tmp_path / "收件箱", who, 20.0 + at)
        write_xlsx(tmp_path / "收件箱" / who / "指标表.xlsx", indicator_table(who))
    return County(tmp_path / "收件箱")


def sent_again(inbox: Path) -> None:
    hand_in(inbox, NAMES[1], 28)


def gone(inbox: Path) -> None:
    for path in (inbox / NAMES[1]).iterdir():
        path.unlink()


@pytest.mark.parametrize("change", [sent_again, gone])
def test_what_others_hand_in_leaves_a_book_as_it_is(
    county: County, tmp_path: Path, change: Callable[[Path], None]
) -> None:
    before = county.books(tmp_path / "一")
    change(county.inbox)
    after = county.books(tmp_path / "二")
    assert before.pop(NAMES[1]) != after.pop(NAMES[1], b"")
    assert before == after
