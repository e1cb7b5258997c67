"""Operations, and the segments that hold them (sections 5 and 7)."""

from typing import NamedTuple

import hashing
import limits
from primitives import Cursor, Refused, must_rise, write_integer
from values import Cause, Stamp, Value, read_causes, read_stamp, read_value


class Basis(NamedTuple):
    """What had been shown: "nothing", "everything" or "heads"."""

    extent: str
    heads: list[Cause]


class Element(NamedTuple):
    natural_id: bytes | None
    position: Stamp | None
    basis: Basis
    fields: list[tuple[int, Value]]


class Write(NamedTuple):
    value: Value


class Set(NamedTuple):
    value: Value
    basis: Basis


class Add(NamedTuple):
    value: Value


class Remove(NamedTuple):
    value: Value
    dots: list[bytes]


class Append(NamedTuple):
    element: Element


class Raise(NamedTuple):
    basis: Basis


class UnknownOperation(NamedTuple):
    code: int
    payload: bytes


class Operation(NamedTuple):
    field: int
    what: Write | Set | Add | Remove | Append | Raise | UnknownOperation


class Segment(NamedTuple):
    kind: int
    root: bytes
    operations: list[Operation]


def read_segment(body: bytes, operations_left: int) -> Segment:
    """A body, of any kind of root (F5.10, F5.12), with no more operations than are left to its change (F5.8)."""
    cursor = Cursor(body, "a body")
    kind = cursor.integer()
    root = cursor.take(16)
    count = cursor.count(operations_left, "operations")
    segment = Segment(kind, root, [_read_operation(cursor) for _ in range(count)])
    cursor.finish()
    return segment


def _read_operation(cursor: Cursor) -> Operation:
    """F7.1 to F7.3."""
    field = cursor.integer()
    code = cursor.integer()
    payload = cursor.sized(limits.PAYLOAD, "an operation")
    read_payload = _PAYLOADS.get(code)
    if read_payload is None:
        return Operation(field, UnknownOperation(code, payload))
    inner = Cursor(payload, "an operation")
    what = read_payload(inner)
    inner.finish()
    return Operation(field, what)


def _read_write(cursor: Cursor) -> Write:
    return Write(read_value(cursor))


def _read_set(cursor: Cursor) -> Set:
    return Set(read_value(cursor), _read_basis(cursor))


def _read_add(cursor: Cursor) -> Add:
    return Add(read_value(cursor))


def _read_remove(cursor: Cursor) -> Remove:
    """F7.6."""
    value = read_value(cursor)
    dots = [cursor.take(16) for _ in range(cursor.count(limits.DOTS, "dots"))]
    must_rise(dots, "F7.6")
    return Remove(value, dots)


def _read_append(cursor: Cursor) -> Append:
    return Append(_read_element(cursor))


def _read_raise(cursor: Cursor) -> Raise:
    return Raise(_read_basis(cursor))


def _read_basis(cursor: Cursor) -> Basis:
    """F7.4, F7.5. Heads may be of the change's own chain."""
    extent = ("nothing", "everything", "heads")[cursor.choice(2, "basis of tag")]
    if extent != "heads":
        return Basis(extent, [])
    heads = read_causes(cursor)
    if not heads:
        raise Refused("F7.5: a basis of no heads")
    return Basis(extent, heads)


def _read_element(cursor: Cursor) -> Element:
    """F7.7 to F7.10, where F7.8 tells by its last bit that an id is natural."""
    flags = cursor.choice(3, "element of flags")
    natural_id = cursor.take(16) if flags & 1 else None
    if natural_id is not None and natural_id[-1] & 1 == 0:
        raise Refused("F7.8: an id that is given, and of the kind that derives from a change")
    position = read_stamp(cursor) if flags & 2 else None
    basis = _read_basis(cursor)
    fields = [_read_element_field(cursor) for _ in range(cursor.count(limits.ELEMENT_FIELDS, "fields"))]
    must_rise((number for number, _ in fields), "F7.10")
    return Element(natural_id, position, basis, fields)


def _read_element_field(cursor: Cursor) -> tuple[int, Value]:
    """F7.11."""
    number, value = cursor.integer(), read_value(cursor)
    if value.type == "null":
        raise Refused("F7.11: a field of an element that is null")
    return number, value


def element_id(element: Element, change_id: bytes, body_index: int, operation_index: int) -> bytes:
    """The id that an element has: its natural one, or the one that follows from its place (F7.8, F7.12)."""
    if element.natural_id is not None:
        return element.natural_id
    return hashing.element_id(change_id, write_integer(body_index), write_integer(operation_index))


_PAYLOADS = {1: _read_write, 2: _read_set, 3: _read_add, 4: _read_remove, 5: _read_append, 6: _read_raise}
