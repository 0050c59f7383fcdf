"""Delimited text (.csv, .tsv, and exports named .xls): its encoding, its delimiter, its cells. Every cell stays text."""

import codecs
import csv
import io
import itertools
import re
from collections import Counter

import charset_normalizer

from converter.intake import guards
from converter.intake.cells import ERROR_TEXTS, Sheet, Value, Workbook
from converter.intake.guards import UnreadableError

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
#: GB18030 holds everything that GB2312, GBK and code page 936 hold.
_DECLARED = ((re.compile(r"gb|x-gbk|cp936|ms936", re.I), "gb18030"), (re.compile(r"(?:x-)?big5", re.I), "big5"))
_GUESSES = ["gb18030", "big5", "utf_16_le", "utf_16_be"]
#: Chinese takes three bytes in UTF-8, as no other encoding would by chance; two bytes may be 一 in GBK.
_WIDE = re.compile(r"[\u2e80-\uffff]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f]")
_QUOTED = re.compile(r'(?:^|(?<=[\t,;]))"(?:[^"]|"")*"', re.M)
#: What may part cells. A tab beside another mark only keeps a long number from becoming 4.3E+17.
_MARKS = {"\t": re.compile(r"(?<![,;\t])\t(?![,;])|(?<=\t)\t"), ",": re.compile(","), ";": re.compile(";")}
#: ="0012" is how exports keep a code from becoming a number.
_CODE = re.compile(r'="([^"]*)"')
_END = "\0"


def decode(content: bytes, declared: str = "") -> str | None:
    """Text of bytes: by its BOM, as UTF-8, by the encoding it declares, else by its letters; None for no text.

    A declaration that the bytes belie counts for nothing. `content` may end in the middle of a character.
    """
    for bom, encoding in _BOMS:
        if content.startswith(bom):
            return _strict(content[len(bom) :], encoding)
    named = next((encoding for pattern, encoding in _DECLARED if pattern.match(declared)), "")
    text = _strict(content, "utf-8")
    if text is not None and (not named or text.isascii() or _WIDE.search(text)):
        return text
    if named and (text := _strict(content, named)) is not None:
        return text
    if _strict(content, "gb2312") is not None:  # a guess takes a few words of it for Big5
        return _strict(content, "gb18030")
    best = charset_normalizer.from_bytes(content[:16384], cp_isolation=_GUESSES).best()
    return _strict(content, best.encoding if best else "gb18030")


def _strict(content: bytes, encoding: str) -> str | None:
    try:
        text = codecs.getincrementaldecoder(encoding)("strict").decode(content)
    except UnicodeDecodeError:
        return None
    return None if _CONTROL.search(text) else text


def _delimiter(text: str) -> str:
    """The character that parts the cells: in at least two lines, and in most of those that hold anything; "" for none."""
    lines = [line for line in _QUOTED.sub('""', text).splitlines()[:200] if line.strip()]
    counts = Counter({mark: sum(1 for line in lines if pattern.search(line)) for mark, pattern in _MARKS.items()})
    mark, hits = counts.most_common(1)[0]
    return mark if hits >= 2 and hits * 2 >= len(lines) else ""


def looks_like_table(text: str) -> bool:
    """Whether text has columns."""
    return bool(_delimiter(text))


def read_text(content: bytes, name: str) -> Workbook:
    """The one sheet of a delimited text, named as Excel would.

    Raises UnreadableError F01 when it is no such text, F06 over a limit.
    """
    text = decode(content)
    if text is None:
        raise UnreadableError("F01", "文本编码无法识别")
    lines = itertools.chain(io.StringIO(text, newline=""), [_END])
    try:
        rows = list(csv.reader(lines, delimiter=_delimiter(text) or ","))
    except csv.Error as error:
        raise UnreadableError("F06", f"有单元格文字超过上限 {guards.MAX_TEXT} 字") from error
    if rows.pop() != [_END]:  # the rest of the file has become one cell
        raise UnreadableError("F01", "文本里有没有配对的引号")
    guards.check_extent(name, len(rows), max(map(len, rows), default=0))
    return Workbook([text_sheet(name, [[_uncoded(cell) for cell in row] for row in rows])])


def _uncoded(cell: str) -> str:
    match = _CODE.fullmatch(cell.strip())
    return match[1] if match else cell


def text_sheet(name: str, rows: list[list[Value]]) -> Sheet:
    """A sheet of texts as shown; those of Excel's errors are errors. Raises UnreadableError F06 for too long a text."""
    guards.check_text(max((len(cell) for row in rows for cell in row if isinstance(cell, str)), default=0))
    errors = {
        (row, column): cell.strip()
        for row, cells in enumerate(rows)
        for column, cell in enumerate(cells)
        if isinstance(cell, str) and cell.strip() in ERROR_TEXTS
    }
    return Sheet(name=name, rows=rows, errors=errors)
