"""A change: its two forms on the wire, and the header that both have (sections 5 and 8)."""

from typing import NamedTuple

import hashing
import limits
from acts import UnknownAct, read_raw_acts
from operations import Segment, read_segment
from primitives import Cursor, Refused, write_integer
from values import Cause, Stamp, read_causes, read_stamp


class Part(NamedTuple):
    """A body's hash, and the body, or None where it was withheld."""

    hash: bytes
    body: bytes | None


class Change(NamedTuple):
    """A change taken apart so far that its hash can be computed; acts and bodies are not yet looked at."""

    stamp: Stamp
    nonce: bytes
    causes: list[Cause]
    acts: list[UnknownAct]
    parts: list[Part]
    header: bytes


def read_change(data: bytes, replica: bytes) -> Change:
    """A change in either form (F5.1), which stands in the chain of that replica.

    A partial change's size was held against its limit before it was read (F5.9). What the header takes over from the
    wire is sliced, not written anew: it has but one encoding (F8.1)."""
    cursor = Cursor(data, "a change")
    is_partial = cursor.choice(1, "change of form") == 1
    if not is_partial and len(data) > limits.CHANGE_WHOLE:
        raise Refused(f"F5.9: a whole change of {len(data)} bytes")

    start = cursor.mark()
    stamp = read_stamp(cursor)
    stamp_bytes = cursor.since(start)

    seed = b"" if is_partial else cursor.take(16)
    nonce = cursor.take(8) if is_partial else hashing.nonce(seed)

    start = cursor.mark()
    causes = read_causes(cursor)
    _check_causes(causes, replica)
    acts = read_raw_acts(cursor)
    count = cursor.count(limits.SEGMENTS, "bodies")
    causes_acts_count = cursor.since(start)

    parts = _read_parts(cursor, count) if is_partial else _read_bodies(cursor, count, seed)
    cursor.finish()
    header = b"".join((stamp_bytes, nonce, causes_acts_count, *(part.hash for part in parts)))
    return Change(stamp, nonce, causes, acts, parts, header)


def _check_causes(causes: list[Cause], replica: bytes) -> None:
    """F5.5; another epoch of the same device is another replica (F5.6)."""
    if any(cause.replica == replica for cause in causes):
        raise Refused("F5.5: a cause of the change's own chain")


def _read_bodies(cursor: Cursor, count: int, seed: bytes) -> list[Part]:
    """The bodies of a whole change, salted from its seed (F8.4, F8.5)."""
    parts = []
    for index in range(count):
        body = cursor.sized(limits.BODY, "a body")
        parts.append(Part(hashing.body(hashing.salt(seed, write_integer(index)), body), body))
    return parts


def _read_parts(cursor: Cursor, count: int) -> list[Part]:
    """The parts of a partial change, of which one at least is withheld (F5.3, F5.4)."""
    parts = [_read_part(cursor) for _ in range(count)]
    if all(part.body is not None for part in parts):
        raise Refused("F5.3: a partial change that lacks no body")
    return parts


def _read_part(cursor: Cursor) -> Part:
    """F5.2, F8.5."""
    if cursor.choice(1, "part of tag") == 0:
        return Part(cursor.take(32), None)
    salt = cursor.take(16)
    body = cursor.sized(limits.BODY, "a body")
    return Part(hashing.body(salt, body), body)


def read_segments(parts: list[Part]) -> list[Segment | None]:
    """What the bodies say that are here, all of them together within the limit of operations (F5.8)."""
    segments = []
    operations_left = limits.OPERATIONS
    for part in parts:
        segment = None if part.body is None else read_segment(part.body, operations_left)
        operations_left -= 0 if segment is None else len(segment.operations)
        segments.append(segment)
    return segments
