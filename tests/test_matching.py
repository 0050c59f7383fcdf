"""Is a sheet this form: no table that is needed may lack, and no form gives more than is foreseen."""

from collections.abc import Callable

import pytest

from converter.intake.cells import Workbook
from converter.mapping.facts import read_documents
from converter.mapping.forms import Form
from converter.mapping.library import Library
from converter.mapping.locate import locate_tables
from converter.mapping.matching import Match, match_form
from tests.make_forms import Print
from tests.make_published import GK03, by_code
from tests.test_locate import page
from tests.workbooks import Grid, accounts, basic_data, indicator_table

GRIDS: dict[str, Callable[[], Grid]] = {
    "基础数据表": basic_data,
    "指标表": indicator_table,
    "财决01": accounts,
    "公开03": lambda: by_code("支出决算表", "公开03表", GK03, "one column")(Print()),
}


def forms(library: Library) -> list[Form]:
    return [form for form in library.forms if form.by_name is None]


@pytest.mark.parametrize("name", GRIDS)
def test_a_form_gives_at_most_what_is_foreseen(name: str, library: Library) -> None:
    seen = page(GRIDS[name]())
    matches = [match_form(seen, form, library.dictionary, partial=True) for form in forms(library)]
    found = [match for match in matches if isinstance(match, Match)]
    assert name in [match.form.form for match in found]
    for match in found:
        reading = read_documents(Workbook([seen.sheet]), "表.xlsx", [match.form], library.dictionary)
        assert all(len(document.facts) <= match.most for document in reading.documents)


@pytest.mark.parametrize("name", GRIDS)
@pytest.mark.parametrize("lost", [None, (3, 0), (4, 0), (5, 0)])
def test_without_a_title_a_sheet_is_a_form_when_no_table_lacks(
    name: str, lost: tuple[int, int] | None, library: Library
) -> None:
    grid = GRIDS[name]()
    if lost is not None:
        grid.cells[lost] = "其他"
    seen = page(grid)
    for form in [form for form in forms(library) if form.indicators is None]:
        tables, reasons = locate_tables(seen, form, library.dictionary)
        whole = bool(tables) and not reasons and not any(t.missing and t.table.values != "rows" for t in tables)
        assert isinstance(match_form(seen, form, library.dictionary, partial=False), Match) == whole
