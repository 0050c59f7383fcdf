"""BIFF workbooks (.xls, .et) through xlrd, opened with formatting so that merges and percents are known (READERS §2)."""

import datetime as dt
import io

import xlrd

from converter.intake import guards
from converter.intake.cells import Sheet, Value, Workbook
from converter.intake.guards import UnreadableError
from converter.intake.xlsx import percent_digits_of_format

_ENCRYPTED = "encrypted"


def read_xls(content: bytes) -> Workbook:
    """The sheets of a BIFF file. Raises UnreadableError F04 when encrypted, F01 when damaged, F06 over a limit."""
    try:
        book = xlrd.open_workbook(file_contents=content, formatting_info=True, logfile=io.StringIO())
        return Workbook([_sheet(book, sheet) for sheet in book.sheets()])
    except xlrd.XLRDError as error:
        if _ENCRYPTED in str(error).lower():
            raise UnreadableError("F04", "文件已加密，没有密码不能读取") from error
        raise UnreadableError("F01", f"文件已损坏或不是完整的 xls（{error}）") from error
    except UnreadableError:
        raise
    except Exception as error:  # xlrd raises struct.error, AssertionError, IndexError and more on damaged records
        raise UnreadableError("F01", f"文件已损坏或不是完整的 xls（{type(error).__name__}）") from error


def _sheet(book: xlrd.Book, source: xlrd.sheet.Sheet) -> Sheet:
    guards.check_extent(source.name, source.nrows, source.ncols)
    sheet = Sheet(
        name=source.name,
        rows=[],
        merges=[(top, left, bottom - 1, right - 1) for top, bottom, left, right in source.merged_cells],
        visible=source.visibility == 0,
    )
    percents = _percent_styles(book)
    for row in range(source.nrows):
        values: list[Value] = []
        for column, cell in enumerate(source.row(row)):
            values.append(_value(cell, book.datemode))
            if cell.ctype == xlrd.XL_CELL_ERROR:
                sheet.errors[row, column] = xlrd.error_text_from_code.get(cell.value, "#错误")
            elif cell.ctype == xlrd.XL_CELL_NUMBER and cell.xf_index in percents:
                sheet.percents[row, column] = percents[cell.xf_index]
        sheet.rows.append(values)
    return sheet


def _percent_styles(book: xlrd.Book) -> dict[int, int]:
    """Index of each cell style whose number format shows a percent → digits after the point."""
    styles = {}
    for index, style in enumerate(book.xf_list):
        code = book.format_map[style.format_key].format_str if style.format_key in book.format_map else ""
        if "%" in code:
            styles[index] = percent_digits_of_format(code)
    return styles


def _value(cell: xlrd.sheet.Cell, datemode: int) -> Value:
    if cell.ctype in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK, xlrd.XL_CELL_ERROR):
        return None
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return bool(cell.value)
    if cell.ctype == xlrd.XL_CELL_DATE:
        return _date(cell.value, datemode)
    value: Value = cell.value
    return value


def _date(serial: float, datemode: int) -> Value:
    """A date cell; serials outside the calendar stay what they are, as days."""
    try:
        moment: dt.datetime = xlrd.xldate.xldate_as_datetime(serial, datemode)
    except (ValueError, OverflowError):
        return dt.timedelta(days=serial)
    return moment
