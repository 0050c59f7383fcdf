"""The log file of unattended runs: one JSON object a line, UTF-8, kept from growing without end."""

import json
import logging
import re
import sys
from datetime import datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path

from converter.vocabulary.findings import RunError

#: A log of this size (bytes) becomes F.1, F.1 becomes F.2, …; so many old ones are kept.
SIZE, KEPT = 5_000_000, 9
_CODE = re.compile(r"\[([A-Z]?\d{2,3})\] ")


class _JsonLines(logging.Formatter):
    """time (local, with offset), level, code of a message that has one, message, traceback of a bug."""

    def format(self, record: logging.LogRecord) -> str:
        """One record as one line."""
        message = record.getMessage()
        code = _CODE.match(message)
        line = {
            "time": datetime.fromtimestamp(record.created).astimezone().isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "code": code[1] if code else "",
            "message": message,
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


class _Kept(RotatingFileHandler):
    """A log that cannot be written on (a full disk) is said once and stops no run."""

    _failed = False

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  # logging's own name
        """Says so, once."""
        if not self._failed:
            self._failed = True
            print(f"[R04] 日志文件 {self.baseFilename} 写不下去，本次运行继续，不再记日志", file=sys.stderr)


def kept_log(file: Path) -> logging.Handler:
    """A handler that keeps everything in `file`. Raises RunError R04 where it cannot be written."""
    try:
        kept = _Kept(file, maxBytes=SIZE, backupCount=KEPT, encoding="utf-8", errors="replace")
    except OSError as error:
        raise RunError("R04", f"日志文件 {file} 不能写入", "请检查路径与权限") from error
    kept.setFormatter(_JsonLines())
    return kept
