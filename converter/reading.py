"""Pass 1, in a worker process: one file → its documents and findings. Nothing here needs pandas.

The readers are imported where they are used: who only hands the work out does without them.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from converter.forking import collect_seldom
from converter.intake.cells import Sheet
from converter.intake.discover import Source
from converter.intake.guards import UnreadableError
from converter.mapping.facts import STALE, Document, Reading, read_documents
from converter.mapping.fields import Dictionary
from converter.mapping.forms import Form
from converter.mapping.page import Page
from converter.scratch import Scratch
from converter.unpickling import packed
from converter.vocabulary.findings import Finding, Place, finding

if TYPE_CHECKING:
    from converter.intake.readers import Opened
    from converter.mapping.unmatched import Unmatched


@dataclass
class _Equipment:
    forms: list[Form]
    dictionary: Dictionary
    passwords: tuple[str, ...]
    scratch: Scratch | None


_equipment: _Equipment | None = None


def prepare(
    forms: list[Form], dictionary: Dictionary, passwords: tuple[str, ...] = (), scratch: Scratch | None = None
) -> None:
    """Gives a worker process the forms, the dictionary and the passwords to try, once; and where to put documents aside."""
    global _equipment  # a worker process has no other place
    collect_seldom(50_000)
    _equipment = _Equipment(forms, dictionary, passwords, scratch)


def read_source(source: Source) -> Reading:
    """A file as documents, or the finding that says why it cannot be read.

    Where there is a scratch folder the documents lie there, and come without numbers.
    """
    assert _equipment is not None
    own = _equipment
    reading = read_file(os.fsdecode(source.place), source.name, own.forms, own.dictionary, source.inner, own.passwords)
    if own.scratch is not None and reading.documents:
        reading.kept = own.scratch.keep_bytes(packed(reading.documents))
        reading.documents = tuple(map(_light, reading.documents))
    return reading


def _light(document: Document) -> Document:
    """What grouping needs of a document: of its findings only those that --recalculate looks for."""
    stale = tuple(item for item in document.findings if item.code == STALE)
    return replace(document, facts=(), printed=(), lines=(), title="", findings=stale)


def draft_source(source: Source) -> list[str] | Finding:
    """Form drafts for the visible sheets that no form knows, or the finding that says why the file cannot be read."""
    from converter.mapping.draft import draft

    assert _equipment is not None
    reading = read_source(source)
    sheets = _sheets(source, reading)
    if sheets is None:
        return reading.findings[0]
    unknown = [sheet for sheet in sheets if sheet.name in reading.unused and sheet.visible]
    drafts = (draft(Page(sheet), sheet.name.strip(), _equipment.dictionary) for sheet in unknown)
    return [text for text in drafts if text]


def describe_source(source: Source) -> "tuple[Reading, dict[str, list[Unmatched]]]":
    """A file as documents, and for each of its sheets the labels that gave nothing."""
    from converter.mapping.unmatched import unmatched

    assert _equipment is not None
    reading = read_source(source)
    documents = {document.sheet: document for document in reading.documents}
    labels = {
        sheet.name: unmatched(
            Page(sheet),
            documents.get(sheet.name),
            reading.unused.get(sheet.name, "本程序生成的工作簿"),
            _equipment.forms,
            _equipment.dictionary,
        )
        for sheet in _sheets(source, reading) or ()
    }
    return reading, labels


def _sheets(source: Source, reading: Reading) -> list[Sheet] | None:
    """The sheets of a file that was read, None where it could not be."""
    from converter.intake.readers import open_workbook

    assert _equipment is not None
    if not (reading.documents or reading.unused or reading.own_book):
        return None
    return open_workbook(source.path, source.name, source.inner, _equipment.passwords).workbook.sheets


def read_file(
    path: Path | str,
    name: str,
    forms: list[Form],
    dictionary: Dictionary,
    inner: tuple[int, ...] = (),
    passwords: tuple[str, ...] = (),
) -> Reading:
    """As `read_source`, in this process: for describing a single file the caller trusts.

    Whatever a reader raises costs this file alone: libraries meet damage in ways that nobody has listed.
    """
    from converter.intake.readers import open_workbook

    place = Place(name)
    try:
        reading = _understood(open_workbook(path, name, inner, passwords), name, forms, dictionary)
    except UnreadableError as error:
        code, message = error.code, error.message
    except OSError:
        code, message = "F01", "文件打不开，可能已移走、正被占用或没有读取权限"
    except MemoryError:
        code, message = "F06", "读取时超出内存上限"
    except BaseException as error:  # a panic of calamine is no Exception
        if isinstance(error, KeyboardInterrupt | SystemExit):
            raise
        code, message = "F01", "文件内部结构有错，读取时出错"
    else:
        return reading
    return Reading(name, findings=[finding(code, message, subject=name, place=place)])


def _understood(opened: "Opened", name: str, forms: list[Form], dictionary: Dictionary) -> Reading:
    place = Place(name)
    reading = read_documents(opened.workbook, name, forms, dictionary)
    findings: list[Finding] = []
    if reading.documents:
        findings += [finding(code, message, subject=name, place=place) for code, message in opened.notes]
    if reading.replies:
        rest = "，是本程序生成的工作簿，其余内容未读取" if reading.own_book else ""
        message = f"读取问题清单里的部门说明 {len(reading.replies)} 条{rest}"
        findings.append(finding("F14", message, subject=name, place=place))
    reading.findings = (*findings, *_unused(reading, place, opened.notes))
    return reading


def _unused(reading: Reading, place: Place, notes: Sequence[tuple[str, str]]) -> list[Finding]:
    """Own books coming back, files without any known form (named once, with what else is odd), and unused sheets."""
    if reading.own_book and not reading.replies:
        return [finding("F08", "是本程序生成的工作簿，未作为报送材料读取", subject=reading.file, place=place)]
    if reading.reply_sheets and not reading.documents:
        blank = finding("F14", "是问题清单，没有填写部门说明", subject=reading.file, place=place)
        return [] if reading.replies else [blank]
    if not reading.unused and not reading.documents:
        return [finding("M01", "工作簿里没有内容", subject=reading.file, place=place)]
    listed = "；".join(f"{name}（{reason}）" for name, reason in reading.unused.items())
    if not reading.documents:
        listed = "；".join([listed, *(message for _, message in notes)])
        return [finding("M01", f"没有认出任何表：{listed}", subject=reading.file, place=place)]
    return [finding("M11", f"有工作表未使用：{listed}", subject=reading.file, place=place)] if listed else []
