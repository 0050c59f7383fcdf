"""设置.yaml, which `jixiao run` reads where it is started."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from converter.ahead import SETTINGS
from converter.vocabulary.findings import RunError

_PATHS = ("inbox", "departments", "decisions", "prior", "mappings")
_ASK = "请写 jixiao run 收件箱 -o 输出文件夹；或用 jixiao init 建工作文件夹，在里面运行 jixiao run"


@dataclass(frozen=True)
class Settings:
    """设置.yaml: what the command line of `jixiao run` would say; paths from its own folder."""

    inbox: list[str] = field(default_factory=list)
    output: str | None = None
    year: int | None = None
    region: str | None = None
    departments: str | None = None
    decisions: str | None = None
    prior: str | None = None
    mappings: str | None = None
    fail_on: str = "error"

    def inboxes(self, given: Sequence[Path] | None) -> tuple[Path, ...]:
        """The INBOX of the command line, else these. Raises RunError R00 without any."""
        if not given and not self.inbox:
            raise RunError("R00", "缺少参数 INBOX", _ASK)
        return tuple(given or map(Path, self.inbox))

    def out(self, given: Path | None) -> Path:
        """The -o of the command line, else this one. Raises RunError R00 without any."""
        if given is None and self.output is None:
            raise RunError("R00", "缺少选项 -o", _ASK)
        return given or Path(self.output or "")

    def path(self, key: str, given: Path | None) -> Path | None:
        """The option of the command line, else this one."""
        own = getattr(self, key)
        return given or (Path(own) if own else None)


def settings_of(folder: Path) -> Settings:
    """The 设置.yaml of a folder, an empty one where it has none.

    Raises ConfigurationError C01 to C04 with line and column, C25 for a path that leads nowhere.
    """
    file = folder / SETTINGS
    if not file.is_file():
        return Settings()
    from converter.mapping.documents import Document  # for those only who have one
    from converter.workmodel import Written

    document = Document(file, SETTINGS)
    settings = Settings(**document.parse(Written).model_dump())
    for key in _PATHS:
        value = getattr(settings, key)
        for path in value if isinstance(value, list) else filter(None, [value]):
            if not (folder / path).exists():
                advice = "请核对路径（从 设置.yaml 所在的文件夹算起），或在行首加 # 停用"
                raise document.error("C25", f"找不到“{path}”", advice, key)
    return settings
