"""Encrypted workbooks, by way of msoffcrypto-tool (the extra `crypto`). A password appears in no message and no log."""

import io
from collections.abc import Sequence
from pathlib import Path

from converter.intake.guards import UnreadableError
from converter.vocabulary.findings import Place, RunError

#: What Excel itself tries without asking: files that are only "protected" carry it.
DEFAULT = "VelvetSweatshop"


def read_passwords(file: Path) -> list[str]:
    """One password a line; blank lines count for nothing. Raises RunError R01 for a file that cannot be read."""
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise RunError(
            "R01", "密码文件打不开或不是 UTF-8 文本", "每行写一个密码，用 UTF-8 保存", Place(str(file))
        ) from error
    return [line for line in lines if line.strip()]


def decrypted(content: bytes, passwords: Sequence[str]) -> bytes:
    """The workbook inside an encrypted one. Raises UnreadableError F04 when no password opens it."""
    try:
        import msoffcrypto
        from msoffcrypto.exceptions import DecryptionError, InvalidKeyError
    except ImportError as error:
        raise UnreadableError("F04", "文件已加密；解密需要另装组件（pip install 'jixiao[crypto]'）") from error
    for password in (DEFAULT, *passwords):
        try:
            file, plain = msoffcrypto.OfficeFile(io.BytesIO(content)), io.BytesIO()
            file.load_key(password=password)
            file.decrypt(plain)
            return plain.getvalue()
        except (InvalidKeyError, DecryptionError):
            continue
        except Exception:  # a damaged container raises struct.error, OSError, TypeError and more
            break
    tried = "给出的密码都打不开" if passwords else "没有密码不能读取"
    raise UnreadableError("F04", f"文件已加密，{tried}")
