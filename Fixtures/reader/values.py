"""Values, stamps and causes (section 4)."""

from typing import NamedTuple

import limits
from primitives import Cursor, Refused, must_rise


class Value(NamedTuple):
    """A value (F4.1): what it is, "null", "integer", "text" or "bytes", and the number or the bytes."""

    type: str
    content: int | bytes | None


class Stamp(NamedTuple):
    milliseconds: int
    counter: int


class Cause(NamedTuple):
    """A change that is named (F4.9). Causes compare as F4.11 says, for their parts stand in that order."""

    replica: bytes
    number: int
    prefix: bytes


def read_value(cursor: Cursor) -> Value:
    """F4.1 to F4.4."""
    match cursor.choice(3, "value of tag"):
        case 0:
            return Value("null", None)
        case 1:
            return Value("integer", _zigzag(cursor.integer()))
        case 2:
            return Value("text", cursor.text(limits.TEXT))
        case _:
            return Value("bytes", cursor.sized(limits.VALUE_BYTES, "a value"))


def _zigzag(n: int) -> int:
    """0, 1, 2, 3 are 0, -1, 1, -2 (F4.3)."""
    return n >> 1 if n & 1 == 0 else -(n >> 1) - 1


def read_stamp(cursor: Cursor) -> Stamp:
    """F4.6."""
    stamp = Stamp(cursor.integer(), cursor.integer())
    if stamp.milliseconds > limits.MILLISECONDS or stamp.counter > limits.COUNTER:
        raise Refused("F4.6: a stamp out of bounds")
    return stamp


def read_cause(cursor: Cursor) -> Cause:
    """F4.9, F4.10."""
    cause = Cause(cursor.take(40), cursor.integer(), cursor.take(16))
    if not 1 <= cause.number <= limits.NUMBER:
        raise Refused(f"F4.10: a cause of number {cause.number}")
    return cause


def read_causes(cursor: Cursor) -> list[Cause]:
    """F4.11 to F4.13."""
    causes = [read_cause(cursor) for _ in range(cursor.count(limits.CAUSES, "causes"))]
    must_rise(causes, "F4.11")
    return causes
