"""Formulas saved without a value, on request (--recalculate): calculated by LibreOffice in a copy, then read again."""

import os
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from converter.engine import Engine, Lost
from converter.intake.archives import content_of
from converter.intake.discover import Source
from converter.mapping.facts import STALE, Reading
from converter.reading import read_source
from converter.vocabulary.findings import Place, finding


def recalculated(pool: Engine, sources: Sequence[Source], readings: Sequence[Reading], place: Path) -> list[Reading]:
    """The readings, those with uncalculated formulas (D03) replaced by the reading of a recalculated copy.

    The copies lie below `place` for a while. Cells keep their addresses; a finding (F13) says so. Raises RunError R11 without LibreOffice.
    """
    stale = {reading.file: reading for reading in readings if _is_stale(reading)}
    if not stale:
        return list(readings)
    with tempfile.TemporaryDirectory(prefix="copies-", dir=place) as folder:
        copies = {}
        for index, source in enumerate(source for source in sources if source.name in stale):
            copy = Path(folder) / f"{index}.xlsx"
            copy.write_bytes(content_of(source.path, source.inner))
            copies[copy] = source
        from converter.audit.verify import recalculate  # with openpyxl, which no other run needs

        made = recalculate(list(copies), Path(folder))
        again = [replace(copies[copy], place=os.fsencode(path), inner=()) for copy, path in made if path is not None]
        read = [result for result in pool.map(read_source, again) if not isinstance(result, Lost)]
    results = {reading.file: _said(reading, stale[reading.file]) for reading in read}
    return [results.get(reading.file, reading) for reading in readings]


def _is_stale(reading: Reading) -> bool:
    return any(item.code == STALE for document in reading.documents for item in document.findings)


def _said(reading: Reading, first: Reading) -> Reading:
    """The new reading with what was said of the file itself: a copy has another format, which is nobody's concern."""
    message = "有公式没有计算结果，已用 LibreOffice 重算后读取"
    said = finding("F13", message, subject=reading.file, place=Place(reading.file))
    return replace(reading, findings=[*first.findings, said])
