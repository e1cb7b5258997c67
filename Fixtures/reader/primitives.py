"""What everything is made of: bytes, integers, words, sized bytes and texts (section 2).

A `Cursor` reads one unit that is in memory, a `Stream` a file of any length. Neither trusts what it reads: a length is
held against its limit and against what is there before anything is made of it (F2.12).
"""

from itertools import pairwise
from typing import BinaryIO, Callable, Iterable


class Refused(Exception):
    """The bytes break a rule. The only way in which this reader says no; the text is for people."""


def read_integer(next_byte: Callable[[], int]) -> int:
    """An integer in LEB128: at most 64 bits (F2.2, F2.4), in as few bytes as it needs (F2.3)."""
    value = 0
    for shift in range(0, 64, 7):
        byte = next_byte()
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            if byte == 0 and shift > 0:
                raise Refused("F2.3: an integer longer than it need be")
            if value >= 2**64:
                raise Refused("F2.4: an integer of more than 64 bits")
            return value
    raise Refused("F2.4: an integer of more than ten bytes")


class Cursor:
    """Reads a unit (a delta, a change, a body, a payload) from its first byte to its last."""

    __slots__ = ("_data", "_at", "_unit")

    def __init__(self, data: bytes, unit: str) -> None:
        self._data = data
        self._at = 0
        self._unit = unit

    def byte(self) -> int:
        if self._at == len(self._data):
            raise Refused(f"F2.11: {self._unit} ends too early")
        self._at += 1
        return self._data[self._at - 1]

    def choice(self, upto: int, what: str) -> int:
        """A byte that says which case follows, from 0 up to the one given (F2.1)."""
        byte = self.byte()
        if byte > upto:
            raise Refused(f"F2.1: {what} {byte}")
        return byte

    def take(self, length: int) -> bytes:
        end = self._at + length
        if end > len(self._data):
            raise Refused(f"F2.11: {self._unit} ends too early")
        taken = self._data[self._at : end]
        self._at = end
        return taken

    def integer(self) -> int:
        return read_integer(self.byte)

    def word(self) -> int:
        """Eight bytes, big-endian (F2.5)."""
        return int.from_bytes(self.take(8), "big")

    def count(self, limit: int, what: str) -> int:
        """An integer that announces so many things, or bytes (F2.12)."""
        count = self.integer()
        if count > limit:
            raise Refused(f"F2.12: {count} {what}, at most {limit} may be")
        return count

    def sized(self, limit: int, what: str) -> bytes:
        """A length and that many bytes (F2.6)."""
        return self.take(self.count(limit, f"bytes of {what}"))

    def text(self, limit: int) -> bytes:
        """Sized UTF-8 (F2.7), kept as the bytes it is, for these are what is compared (F2.8)."""
        text = self.sized(limit, "text")
        try:
            text.decode("utf-8", "strict")
        except UnicodeDecodeError:
            raise Refused("F2.7: a text that is not UTF-8") from None
        return text

    def mark(self) -> int:
        """How many bytes have been read."""
        return self._at

    def since(self, mark: int) -> bytes:
        """The bytes read since then, as they are."""
        return self._data[mark : self._at]

    def at_end(self) -> bool:
        return self._at == len(self._data)

    def finish(self) -> None:
        """Every unit is read to its last byte (F2.10)."""
        if not self.at_end():
            raise Refused(f"F2.10: bytes left over in {self._unit}")


class Stream:
    """Reads a file that need not fit into memory."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def take(self, length: int) -> bytes:
        taken = self._file.read(length)
        if len(taken) != length:
            raise Refused("F2.11: the file ends too early")
        return taken

    def integer(self) -> int:
        return read_integer(lambda: self.take(1)[0])

    def skip(self, length: int) -> None:
        while length > 0:
            length -= len(self.take(min(length, 65_536)))

    def at_end(self) -> bool:
        return not self._file.peek(1)


def must_rise(items: Iterable, rule: str) -> None:
    """Each item is greater than the one before (F2.9). Items are compared as Python does: numbers by value, bytes one
    by one, tuples part by part."""
    for earlier, later in pairwise(items):
        if not earlier < later:
            raise Refused(f"{rule}: items that do not rise strictly")


def write_integer(value: int) -> bytes:
    """The one encoding of an integer (F2.2, F2.3), for what is hashed."""
    encoded = bytearray()
    while value >= 0x80:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)
