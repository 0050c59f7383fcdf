"""Every label that gave nothing is listed with a reason, and with the nearest known one where there is one."""

from converter.intake.cells import Workbook, a1
from converter.mapping.facts import read_documents
from converter.mapping.library import Library
from converter.mapping.unmatched import Unmatched, known_labels, unmatched
from converter.vocabulary.labels import label
from tests.test_draft import unknown
from tests.test_locate import page
from tests.workbooks import SUINING_BASIC, Grid, accounts, basic_data, indicator_table


def found(grid: Grid, library: Library) -> dict[str, Unmatched]:
    seen = page(grid)
    reading = read_documents(Workbook([seen.sheet]), "甲局/表.xlsx", library.forms, library.dictionary)
    document = reading.documents[0] if reading.documents else None
    reason = "" if document else reading.unused[grid.name]
    return {a1(u.cell): u for u in unmatched(seen, document, reason, library.forms, library.dictionary)}


def test_a_label_that_is_only_similar_comes_with_the_nearest(library: Library) -> None:
    rows = {**SUINING_BASIC, "公务用车运行经费": ("1", "2", "3")}
    labels = found(basic_data(rows=rows, unit="单位：万元"), library)
    assert labels["A23"].label == "公务用车运行经费"
    assert "公务用车运行费" in labels["A23"].reason


def test_what_was_read_by_is_not_listed_and_what_the_form_passes_over_says_so(library: Library) -> None:
    labels = found(basic_data(unit="单位：万元"), library)
    assert not {"A3", "A7", "B6", "C6", "A6", "C4"} & set(labels)
    assert labels["A24"].reason == "表单列明不读取的文字"
    assert labels["A1"].reason == "标题或表头区的文字"


def test_every_label_of_a_sheet_that_no_form_knows_has_the_reason_of_the_sheet(library: Library) -> None:
    labels = found(unknown(), library)
    assert len(labels) == 14
    assert {u.reason for u in labels.values()} == {"标题和表头与已知的表单都不符"}
    assert labels["C4"].nearest


def test_no_label_is_both_used_and_listed_and_none_is_lost(library: Library) -> None:
    for grid in (basic_data(unit="单位：万元"), indicator_table(), accounts()):
        seen = page(grid)
        reading = read_documents(Workbook([seen.sheet]), "甲局/表.xlsx", library.forms, library.dictionary)
        (document,) = reading.documents
        listed = {u.cell for u in unmatched(seen, document, "", library.forms, library.dictionary)}
        rows = {int("".join(c for c in fact.place.cell if c.isdigit())) - 1 for fact in document.facts}
        for row, labels in enumerate(seen.labels):
            for column in labels:
                assert ((row, column) in listed) <= (row not in rows)


def test_the_known_labels_are_those_of_rows_and_heads(library: Library) -> None:
    known = known_labels(library.forms, library.dictionary)
    assert {label("三公经费"), label("决算数"), label("项目")} <= known
    assert "" not in known
