"""What every command does alike at the console: Chinese help and complaints, JSON, the log, and the exit code."""

import json
import logging
import os
import re
import signal
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperCommand, TyperGroup

from converter.vocabulary.findings import (
    EXIT_BUG,
    EXIT_CANNOT_RUN,
    EXIT_CLEAN,
    EXIT_INTERRUPTED,
    ConverterError,
)

log = logging.getLogger("jixiao")

JSON_VERSION = 1
_HELP_WORDS = (
    ("Usage: ", "用法："),
    ("Options:", "选项："),
    ("Arguments:", "参数："),
    ("Commands:", "命令："),
    ("Show this message and exit.", "显示本说明"),
    ("[required]", "[必填]"),
    ("[default: ", "[默认："),
    ("; x>=", "；不小于 "),
    ("[OPTIONS]", "[选项]"),
    ("COMMAND [ARGS]...", "命令 [参数]..."),
)
#: The type that Typer puts behind the name of an argument, as in `YEAR <int>`.
_ARGUMENT_TYPE = re.compile(r"^(  [^\s-]\S*)( <[^>]+>)", re.MULTILINE)


def _in_chinese(text: str) -> str:
    """Typer's own words in a help text, in Chinese."""
    for english, chinese in _HELP_WORDS:
        text = text.replace(english, chinese)
    return _ARGUMENT_TYPE.sub(lambda found: found[1] + " " * len(found[2]), text)


class Command(TyperCommand):
    """A command whose help is Chinese throughout."""

    def get_help(self, ctx: Any) -> str:
        return _in_chinese(super().get_help(ctx))


class Group(TyperGroup):
    """A group of commands whose help is Chinese throughout."""

    def get_help(self, ctx: Any) -> str:
        return _in_chinese(super().get_help(ctx))


EXIT_CODES = "退出码：0 完成且无错误（或无差异）；1 已完成，但有错误级问题（或有差异、核验不符、算例不符）；2 不能运行；70 程序缺陷；130 中断。"

#: What every group of commands has in common.
APP_SETTINGS: dict[str, Any] = {
    "cls": Group,
    "add_completion": False,
    "pretty_exceptions_enable": False,
    "rich_markup_mode": None,
    "context_settings": {"help_option_names": ["-h", "--help"]},
    "no_args_is_help": True,
}
MappingsOption = Annotated[
    Path | None, typer.Option("--mappings", metavar="DIR", help="自己的映射文件夹，叠加在内置映射之上")
]
JsonOption = Annotated[bool, typer.Option("--json", help="结果以 JSON 输出到标准输出")]


def print_lines(lines: Iterable[str]) -> None:
    """Lines on stdout."""
    for line in lines:
        print(line)


def print_json(content: dict[str, Any]) -> None:
    """JSON in UTF-8 whatever the console's encoding."""
    text = json.dumps({"schema_version": JSON_VERSION, **content}, ensure_ascii=False, indent=1)
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode(errors="replace") + b"\n")
    sys.stdout.buffer.flush()


class _Shown(logging.Handler):
    """Log lines on whatever sys.stderr is at that moment: a progress bar keeps itself below them."""

    def emit(self, record: logging.LogRecord) -> None:
        """Prints one record."""
        print(self.format(record), file=sys.stderr)


def start_log(*, quiet: bool = False, verbose: bool = False, log_file: Path | None = None) -> None:
    """Says what happens on stderr, and everything with its time in `log_file`. Raises RunError R04."""
    shown = _Shown()
    shown.setLevel(logging.ERROR if quiet else logging.DEBUG if verbose else logging.INFO)
    shown.setFormatter(logging.Formatter("%(message)s"))
    handlers: list[logging.Handler] = [shown]
    if log_file is not None:
        from converter.logfile import kept_log

        handlers.append(kept_log(log_file))
    for handler in log.handlers:
        handler.close()
    log.handlers[:] = handlers
    log.setLevel(logging.DEBUG)
    log.propagate = False


def run_app(app: typer.Typer, arguments: list[str] | None) -> NoReturn:
    """Runs a command and exits with its code; every expected mistake is one Chinese line on stderr."""
    if arguments is None and sys.getfilesystemencoding() == "ascii":
        _again_in_utf8()
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")
    start_log()
    if arguments is None:
        signal.signal(signal.SIGTERM, _interrupted)
    sys.exit(_guarded(app, arguments))


def _interrupted(*_: object) -> NoReturn:
    """Whoever ends a scheduled job (systemd, a shutdown) interrupts it, as Ctrl-C does."""
    raise KeyboardInterrupt


def _again_in_utf8() -> NoReturn:
    """This process once more, able to name a Chinese file."""
    os.execv(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]])  # noqa: S606  # itself


def _guarded(app: typer.Typer, arguments: list[str] | None) -> int:
    try:
        result = app(args=arguments, prog_name="jixiao", standalone_mode=False)
    except ConverterError as error:
        log.error("%s", error)  # noqa: TRY400  # no traceback for a user's mistake
        return error.exit_code
    except typer.TyperException as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            print(error.format_message(), file=sys.stderr)
        else:
            print(f"[R00] {_usage_error(error)}（请用 jixiao --help 或 jixiao 命令 --help 查看用法）", file=sys.stderr)
        return EXIT_CANNOT_RUN
    except (KeyboardInterrupt, typer.Abort):
        result = EXIT_INTERRUPTED
    except Exception:  # a bug of ours: the traceback is for whoever mends it
        log.exception("程序内部错误：")
        log.error("[70] 程序缺陷：请把以上内容连同命令发给维护人员；输出文件夹保持原样")  # noqa: TRY400
        return EXIT_BUG
    if result == EXIT_INTERRUPTED:  # Typer's own answer to Ctrl-C
        # An interruption of an exec, of which imports are full, makes the interpreter end by SIGINT whatever is returned here,
        # until another exec ends well.
        exec("")  # noqa: S102
        log.error("已中断，输出文件夹保持原样")
    return result if isinstance(result, int) else EXIT_CLEAN


def _usage_error(error: typer.TyperException) -> str:
    """Typer's complaint about the command line, in Chinese."""
    kind, name = type(error).__name__, getattr(error, "option_name", "")
    param = getattr(error, "param", None)
    hint = name or (param.get_error_hint() if param is not None else "")
    close = "、".join(getattr(error, "possibilities", None) or ())
    ask = f"，是否为 {close}？" if close else ""
    if kind == "NoSuchOption":
        return f"没有选项 {name}{ask}"
    if kind == "MissingParameter":
        return f"缺少参数或选项 {hint}"
    if kind == "BadOptionUsage":
        needed = "后面不能带值" if "does not take" in error.message else "后面要跟一个值"
        return f"选项 {name} 的写法不对，它{needed}"
    if kind == "BadParameter":
        return f"{hint} 的值不对：{_value_error(error.message)}"
    quoted = re.findall(r"'([^']*)'", error.message)
    if "No such command" in error.message and quoted:
        return f"没有命令 {quoted[0]}" + (f"，是否为 {'、'.join(quoted[1:])}？" if quoted[1:] else "")
    if "unexpected extra argument" in error.message:
        return "命令的写法不对，可能多写了参数"
    return f"命令的写法不对：{error.message}"


def _value_error(message: str) -> str:
    """A complaint of Typer's about a value, in Chinese."""
    quoted = re.findall(r"'([^']*)'", message)
    if "integer" in message:
        return "应为整数"
    if "greater" in message or "less" in message:
        return "超出允许的范围"
    return f"“{quoted[0]}”不在可选的 {'、'.join(quoted[1:])} 之中" if len(quoted) > 1 else message
