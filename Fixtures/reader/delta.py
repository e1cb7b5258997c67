"""A delta: a run of one chain, and the seal that vouches for it (sections 9 and 10)."""

from typing import NamedTuple

import hashing
import limits
from acts import Act, read_act
from change import Change, read_change, read_segments
from operations import Segment
from primitives import Cursor, Refused
from signature import holds
from values import Cause, Stamp

VERSION = 1
NOTHING_BEFORE = bytes(32)


class Link(NamedTuple):
    """A change in its chain, believed and understood. A withheld body has a hash and no segment."""

    number: int
    hash: bytes
    id: bytes
    stamp: Stamp
    causes: list[Cause]
    acts: list[Act]
    bodies: list[tuple[bytes, Segment | None]]


class Delta(NamedTuple):
    replica: bytes
    links: list[Link]


class Run(NamedTuple):
    """A delta taken apart, not yet believed."""

    replica: bytes
    first: int
    previous: bytes | None
    changes: list[Change]
    seal: bytes


def read_delta(data: bytes, workspace: bytes) -> Delta:
    """A delta of that workspace: taken apart, hashed, believed for its seal, and only then looked at. Refused as a
    whole if any of it breaks a rule."""
    run = _take_apart(data)
    hashes = _hashes(run, workspace)
    if not holds(run.replica[:32], run.seal, hashing.seal(workspace, hashes[-1])):
        raise Refused("F10.4: the seal does not hold")
    links = [
        _understand(change, run.replica, run.first + index, hash)
        for index, (change, hash) in enumerate(zip(run.changes, hashes))
    ]
    return Delta(run.replica, links)


def _take_apart(data: bytes) -> Run:
    """F10.1 to F10.6, F10.8."""
    if len(data) > limits.DELTA:
        raise Refused(f"F10.6: a delta of {len(data)} bytes")
    cursor = Cursor(data, "a delta")
    if (version := cursor.byte()) != VERSION:
        raise Refused(f"F10.1: version {version}")
    replica = cursor.take(40)
    first = _read_first(cursor)
    previous = None if first == 1 else cursor.take(32)
    count = _read_count(cursor, first)
    changes = [read_change(cursor.sized(limits.CHANGE_PARTIAL, "a change"), replica) for _ in range(count)]
    seal = cursor.take(64)
    cursor.finish()
    return Run(replica, first, previous, changes, seal)


def _read_first(cursor: Cursor) -> int:
    """F10.2."""
    first = cursor.integer()
    if not 1 <= first <= limits.NUMBER:
        raise Refused(f"F10.2: a run from number {first}")
    return first


def _read_count(cursor: Cursor, first: int) -> int:
    """F10.5."""
    count = cursor.count(limits.CHANGES, "changes")
    if count == 0:
        raise Refused("F10.5: a delta without changes")
    if first + count - 1 > limits.NUMBER:
        raise Refused("F10.5: a run beyond the last number")
    return count


def _hashes(run: Run, workspace: bytes) -> list[bytes]:
    """The hash of each change, after that of the one before (F9.1, F9.2)."""
    hashes = []
    previous = run.previous if run.previous is not None else _before_first(run, workspace)
    for index, change in enumerate(run.changes):
        previous = hashing.change(run.replica, run.first + index, previous, change.header)
        hashes.append(previous)
    return hashes


def _before_first(run: Run, workspace: bytes) -> bytes:
    """What stands before the change with number 1: nothing if it founded the workspace, or else the workspace (F9.3,
    F9.5, F9.6)."""
    as_founding = hashing.change(run.replica, 1, NOTHING_BEFORE, run.changes[0].header)
    return NOTHING_BEFORE if as_founding == workspace else workspace


def _understand(change: Change, replica: bytes, number: int, hash: bytes) -> Link:
    """What a change says, and the id that it has (F9.4)."""
    id = hashing.change_id(replica[:32], change.nonce)
    acts = [read_act(raw) for raw in change.acts]
    hashes = (part.hash for part in change.parts)
    bodies = list(zip(hashes, read_segments(change.parts)))
    return Link(number, hash, id, change.stamp, change.causes, acts, bodies)
