"""Plain data out of a pickle that somebody may have changed: nothing in it is called but the constructors of plain data."""

import io
import pickle
from collections.abc import Iterator
from enum import Enum
from functools import lru_cache
from typing import Any

from deflate import DeflateError, deflate_compress, deflate_decompress

#: What pickles of plain data call besides the classes of this program.
_PLAIN = frozenset(
    {
        ("builtins", "set"),
        ("builtins", "frozenset"),
        ("numpy", "dtype"),
        ("numpy._core.multiarray", "scalar"),
    }
)
#: Where those classes are: what is read from a file, what is found, and what a department's share is.
_MODULES = frozenset(
    {
        "converter.mapping.facts",
        "converter.mapping.indicators",
        "converter.mapping.replies",
        "converter.merging",
        "converter.vocabulary.findings",
        "converter.vocabulary.numbers",
    }
)
#: Nothing that is kept comes near it when it is unpacked.
_LARGEST = 256 * 2**20
#: Bytes that tell how long a thing is when it is unpacked.
_LENGTH = 8
#: What damaged contents raise.
UNREADABLE = (
    pickle.UnpicklingError,
    DeflateError,
    TypeError,
    ValueError,
    EOFError,
    LookupError,
    AttributeError,
    ImportError,
)


def packed(thing: object) -> bytes:
    """A thing pickled and lightly compressed: a sixth of its size for a hundredth of the time that making it took."""
    return squeezed(pickle.dumps(thing, pickle.HIGHEST_PROTOCOL))


def squeezed(content: bytes) -> bytes:
    """Bytes lightly compressed."""
    return len(content).to_bytes(_LENGTH, "big") + deflate_compress(content, 1)


def unsqueezed(body: bytes) -> bytes | bytearray:
    """What was squeezed; a pickle that was not is as it is: it begins with another byte. Raises one of UNREADABLE."""
    return body if not body or body.startswith(pickle.PROTO) else _inflated(body)


def unpacked(body: bytes) -> Any:
    """What was packed. Raises one of UNREADABLE for bytes that are too much, no pickle, or would call anything."""
    return load(_inflated(body))


def unpacked_here(body: bytes) -> Any:
    """What another process of this run packed: nothing in it needs to be looked at."""
    return pickle.loads(_inflated(body))  # noqa: S301


def _inflated(body: bytes) -> bytearray:
    length = int.from_bytes(body[:_LENGTH], "big")
    if length > _LARGEST:
        raise pickle.UnpicklingError("too much")
    return deflate_decompress(memoryview(body)[_LENGTH:], length)


class _Plain(pickle.Unpickler):  # noqa: S301  # that is what it is safe from
    """Unpickles classes of this program that are plain data, and nothing else that could run."""

    def find_class(self, module: str, name: str) -> Any:
        """The class of a name. Raises UnpicklingError for one that is no plain data."""
        return _found(module, name)


@lru_cache(maxsize=256)
def _found(module: str, name: str) -> Any:
    if (module, name) in _PLAIN:
        return pickle.Unpickler(io.BytesIO()).find_class(module, name)  # noqa: S301
    if module in _MODULES and "." not in name:
        found = pickle.Unpickler(io.BytesIO()).find_class(module, name)  # noqa: S301
        if isinstance(found, type) and _is_plain(found):
            return found
    raise pickle.UnpicklingError(f"{module}.{name}")


def _is_plain(found: type) -> bool:
    """A dataclass, a named tuple or an enumeration: its construction only stores what it is given."""
    return (
        hasattr(found, "__dataclass_fields__")
        or issubclass(found, Enum)
        or (issubclass(found, tuple) and hasattr(found, "_fields"))
    )


def load(body: bytes | bytearray) -> Any:
    """Plain data out of its pickle. Raises UnpicklingError for a pickle that would call anything else."""
    return _Plain(io.BytesIO(body)).load()


def plainly(thing: object) -> bytes:
    """A pickle that hangs on nothing but what a thing holds: what is the same object in several places is written out in each.
    Several such pickles may stand one behind the other.
    """
    return PlainWriter().written(thing)


class PlainWriter:
    """Writes things `plainly`, each by itself: many of them in a third of the time that a pickler for each takes."""

    def __init__(self) -> None:
        self._pieces = _Pieces()
        self._pickler = pickle.Pickler(self._pieces, pickle.HIGHEST_PROTOCOL)
        self._pickler.fast = True

    def written(self, thing: object) -> bytes:
        """The pickle of a thing."""
        self._pieces.clear()
        self._pickler.dump(thing)
        return b"".join(self._pieces)


class _Pieces(list[bytes]):
    """What is written, piece by piece."""

    write = list.append


def each_of(body: bytes | bytearray) -> Iterator[Any]:
    """What was written `plainly`, one behind the other. Raises as `load`."""
    stream = io.BytesIO(body)
    opened = _Plain(stream)
    while stream.tell() < len(body):
        yield opened.load()
