"""Web pages saved or exported as workbooks: tables one below the other on one sheet, as Excel opens them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import lxml.etree
import lxml.html

from converter.intake import guards
from converter.intake.cells import Cell, Sheet, Value, Workbook
from converter.intake.guards import UnreadableError
from converter.intake.texts import decode, text_sheet
from converter.vocabulary.numbers import percent_digits

_CHARSET = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([\w-]+)""", re.I)
#: x:num is how Excel's own web pages keep the stored number behind the shown one; more digits would be no number.
_NUMBER = re.compile(r"-?\d{1,20}(?:\.\d{1,20})?(?:[eE][-+]?\d{1,2})?")
_HIDDEN = re.compile(r"display\s*:\s*none", re.I)
#: What HTML itself allows.
_MAX_COLSPAN = 1000
#: Only these may stand inside a word or a number; anything else parts it, 12<sup>2</sup> and <s>1</s>2 among them.
_INLINE = frozenset({"a", "b", "strong", "i", "em", "u", "font", "span", "big", "small", "label", "nobr", "wbr", "img"})
_SILENT = frozenset({"head", "script", "style", "title", "xml"})
_EVENTS = ("start", "end", "comment", "pi")


@dataclass
class _Grid:
    """A sheet in the making: cells placed around what earlier cells span."""

    cells: dict[Cell, Value] = field(default_factory=dict)
    percents: dict[Cell, int] = field(default_factory=dict)
    taken: set[Cell] = field(default_factory=set)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    row: int = 0

    def lines(self, text: str) -> None:
        """A row of its own for each line of text."""
        for line in filter(None, text.split("\n")):
            self.cells[self.row, 0] = line
            self.row += 1

    def put(self, column: int, element: lxml.html.HtmlElement, down: int, across: int) -> int:
        """Places a cell in the current row at the first free column; the column after it."""
        while (self.row, column) in self.taken:
            column += 1
        cell, shown = (self.row, column), _text(element)
        self.cells[cell] = shown
        stored = element.get("x:num", "")
        if _NUMBER.fullmatch(stored) and not re.match(r"0\d", shown):  # 0012 is a code and stays one
            self.cells[cell] = float(stored)
            if (digits := percent_digits(shown)) is not None:
                self.percents[cell] = digits
        guards.check_extent("网页", down, across)
        if down > 1 or across > 1:
            self.merges.append((self.row, column, self.row + down - 1, column + across - 1))
            self.taken |= {(self.row + r, column + c) for r in range(down) for c in range(across)}
        guards.check_extent("网页", len(self.taken) + len(self.cells), 1)
        return column + across


def read_html(content: bytes, name: str) -> Workbook:
    """The one sheet of a web page.

    Raises UnreadableError F01 when it cannot be decoded or parsed whole, F05 without any table, F06 over a limit.
    """
    declared = _CHARSET.search(content[:4096])
    text = decode(content, declared[1].decode("ascii") if declared else "")
    if text is None:
        raise UnreadableError("F01", "网页编码无法识别")
    grid, tables = _Grid(), 0
    for block in _blocks(_parsed(text)):
        if isinstance(block, str):
            grid.lines(block)
        else:
            _table(grid, block)
            tables += 1
    if not (grid.cells and tables):
        raise UnreadableError("F05", "网页里没有表格内容")
    return Workbook([_sheet(grid, name)])


def _parsed(text: str) -> lxml.html.HtmlElement:
    """The page, however broken; but what the parser gave up on would be missing without a word."""
    parser = lxml.html.HTMLParser(huge_tree=True)
    text = re.sub(r"<\?xml[^>]*>", "", text, count=1)  # lxml takes no declared encoding with decoded text
    try:
        page = lxml.html.document_fromstring(text, parser=parser)
    except (lxml.etree.LxmlError, ValueError) as error:
        raise UnreadableError("F01", "网页内容无法解析") from error
    if parser.error_log.filter_from_fatals():
        raise UnreadableError("F01", "网页嵌套过深，不能完整解析")
    return page


def _blocks(page: lxml.html.HtmlElement) -> Iterator[lxml.html.HtmlElement | str]:
    """Tables, and the text between them, in document order."""
    pieces: list[str] = []
    walk = lxml.etree.iterwalk(page, events=_EVENTS)
    for event, node in walk:
        if event == "start" and node.tag == "table" and not _is_layout(node):
            yield _clean(pieces)
            yield node
            pieces = []
            walk.skip_subtree()
        elif event == "start" and node.tag in _SILENT:
            walk.skip_subtree()
        else:
            pieces.append(_piece(event, node))
    yield _clean(pieces)


def _is_layout(table: lxml.html.HtmlElement) -> bool:
    """Whether most of a table's cells are those of tables inside it: then it only places them on the page."""
    if table.find(".//table") is None:
        return False
    homes = [next(cell.iterancestors("table")) is table for cell in table.iter("td", "th")]
    return 2 * sum(homes) < len(homes)


def _table(grid: _Grid, table: lxml.html.HtmlElement) -> None:
    for caption in table.iterchildren("caption"):
        grid.lines(_text(caption))
    _hide_columns(grid, table)
    rows = _rows(table)
    last = grid.row + len(rows)
    for home, cells in rows:
        column = 0
        if any(_HIDDEN.search(element.get("style", "")) for element in (home, *home.iterancestors())):
            grid.hidden_rows.add(grid.row)
        for cell in cells:
            down, across = min(_span(cell, "rowspan"), last - grid.row), min(_span(cell, "colspan"), _MAX_COLSPAN)
            column = grid.put(column, cell, down, across)
        grid.row += 1


def _hide_columns(grid: _Grid, table: lxml.html.HtmlElement) -> None:
    column = 0
    for element in table.iter("col"):
        width = min(_span(element, "span"), _MAX_COLSPAN)
        if _HIDDEN.search(element.get("style", "")):
            grid.hidden_columns.update(range(column, column + width))
        column += width


def _rows(table: lxml.html.HtmlElement) -> list[tuple[lxml.html.HtmlElement, list[lxml.html.HtmlElement]]]:
    """Rows and their cells, nested tables aside; cells that stand outside any row are a row by themselves."""
    rows: list[tuple[lxml.html.HtmlElement, list[lxml.html.HtmlElement]]] = []
    for node in table.iter("tr", "td", "th"):
        if next(node.iterancestors("table")) is not table:
            continue
        home = next(node.iterancestors("tr", "table"))
        if node.tag == "tr":
            rows.append((node, []))
        elif rows and rows[-1][0] is home:
            rows[-1][1].append(node)
        else:
            rows.append((home, [node]))
    return rows


def _span(cell: lxml.html.HtmlElement, name: str) -> int:
    text = cell.get(name, "1").strip()
    return max(1, int(text[:9])) if text.isdecimal() else 1


def _text(element: lxml.html.HtmlElement) -> str:
    """The text a reader sees: blanks run together, line breaks where <br> and blocks make them."""
    home = next(element.iterancestors("table"), None)
    pieces: list[str] = []
    walk = lxml.etree.iterwalk(element, events=_EVENTS)
    for event, node in walk:
        if event == "start" and node is not element and (node.tag in _SILENT or _is_neighbour(node, home)):
            walk.skip_subtree()
        elif event == "start" or node is not element:
            pieces.append(_piece(event, node))
    return _clean(pieces)


def _is_neighbour(node: lxml.html.HtmlElement, home: lxml.html.HtmlElement | None) -> bool:
    """Whether a row or cell only seems to stand inside a cell, because a tag in there was left open."""
    return node.tag in ("tr", "td", "th") and next(node.iterancestors("table"), None) is home


def _piece(event: str, node: lxml.html.HtmlElement) -> str:
    """The text behind the start or the end of an element."""
    is_inline = not isinstance(node.tag, str) or node.tag in _INLINE or node.tag in _SILENT or ":" in node.tag
    text = (node.text if event == "start" else node.tail) or ""
    return ("" if is_inline else "\n") + re.sub(r"[ \t\r\n\f]+", " ", text)


def _clean(pieces: list[str]) -> str:
    lines = (re.sub(" {2,}", " ", line).strip(" ") for line in "".join(pieces).split("\n"))
    return "\n".join(filter(None, lines))


def _sheet(grid: _Grid, name: str) -> Sheet:
    guards.check_merges(name, len(grid.merges))
    height = max(row for row, _ in grid.cells) + 1
    rows: list[list[Value]] = [[] for _ in range(height)]
    for row, column in sorted(grid.cells):
        rows[row] += [None] * (column - len(rows[row])) + [grid.cells[row, column]]
    sheet = text_sheet(name, rows)
    sheet.merges, sheet.percents = grid.merges, grid.percents
    sheet.hidden_rows, sheet.hidden_columns = grid.hidden_rows, grid.hidden_columns
    return sheet
