"""BIFF workbooks (.xls, .et) through xlrd, opened with formatting so that merges and percents are known (READERS §2)."""

import datetime as dt
import io

import xlrd

from converter.intake import guards
from converter.intake.cells import Sheet, Value, Workbook
from converter.intake.guards import UnreadableError
from converter.intake.sheetxml import Styles
from converter.vocabulary.numbers import shortest

_ENCRYPTED = "encrypted"
_EMPTY = frozenset({xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK})


def read_xls(content: bytes) -> Workbook:
    """The sheets of a BIFF file. Raises UnreadableError F04 when encrypted, F01 when damaged, F06 over a limit."""
    try:
        book = xlrd.open_workbook(file_contents=content, formatting_info=True, ragged_rows=True, logfile=io.StringIO())
        guards.check_sheets(book.nsheets)
        return Workbook([_sheet(book, sheet) for sheet in book.sheets()])
    except xlrd.XLRDError as error:
        if _ENCRYPTED in str(error).lower():
            raise UnreadableError("F04", "文件已加密，没有密码不能读取") from error
        raise UnreadableError("F01", "文件已损坏或不是完整的 xls") from error
    except UnreadableError:
        raise
    except Exception as error:  # xlrd raises struct.error, AssertionError, IndexError and more on damaged records
        raise UnreadableError("F01", "文件已损坏或不是完整的 xls") from error


def _sheet(book: xlrd.Book, source: xlrd.sheet.Sheet) -> Sheet:
    rows = _rows(source, book.datemode)
    guards.check_extent(source.name, len(rows), max(map(len, rows), default=0))
    guards.check_merges(source.name, len(source.merged_cells))
    sheet = Sheet(
        name=source.name,
        rows=rows,
        merges=[(top, left, bottom - 1, right - 1) for top, bottom, left, right in source.merged_cells],
        visible=source.visibility == 0,
    )
    sheet.hidden_rows = {row for row, info in source.rowinfo_map.items() if info.hidden}
    sheet.hidden_columns = {column for column, info in source.colinfo_map.items() if info.hidden}
    styles = _styles(book)
    for row, values in enumerate(rows):
        for column, cell in enumerate(source.row_slice(row, 0, len(values))):
            if cell.ctype == xlrd.XL_CELL_ERROR:
                sheet.errors[row, column] = xlrd.error_text_from_code.get(cell.value, "#错误")
            elif cell.ctype == xlrd.XL_CELL_NUMBER and cell.xf_index in styles.percents:
                sheet.percents[row, column] = styles.percents[cell.xf_index]
            elif cell.ctype == xlrd.XL_CELL_NUMBER and cell.xf_index in styles.pads:
                sheet.pads[row, column] = styles.pads[cell.xf_index]
    return sheet


def _rows(source: xlrd.sheet.Sheet, datemode: int) -> list[list[Value]]:
    """The values down and across to the last filled cell; formatted blanks beyond it are no part of a table."""
    rows: list[list[Value]] = []
    for row in range(source.nrows):
        types = source.row_types(row)
        width = max((column + 1 for column, kind in enumerate(types) if kind not in _EMPTY), default=0)
        rows.append([_value(cell, datemode) for cell in source.row_slice(row, 0, width)])
    while rows and not rows[-1]:
        rows.pop()
    return rows


def _styles(book: xlrd.Book) -> Styles:
    """The cell styles whose number format changes what a cell means."""
    styles = Styles()
    for index, style in enumerate(book.xf_list):
        if style.format_key in book.format_map:
            styles.add(index, book.format_map[style.format_key].format_str)
    return styles


def _value(cell: xlrd.sheet.Cell, datemode: int) -> Value:
    if cell.ctype in _EMPTY or cell.ctype == xlrd.XL_CELL_ERROR:
        return None
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return bool(cell.value)
    if cell.ctype == xlrd.XL_CELL_DATE:
        return _date(cell.value, datemode)
    value: Value = cell.value
    return value


def _date(serial: float, datemode: int) -> Value:
    """A date, or a moment where there is a time of day; a number outside the calendar is said to be shown as a date."""
    try:
        moment: dt.datetime = xlrd.xldate.xldate_as_datetime(serial, datemode)
    except (ValueError, OverflowError):
        return f"{shortest(serial)}（日期格式）"
    if 0 <= serial < 1:
        return moment.time()
    return moment.date() if moment.time() == dt.time() else moment
