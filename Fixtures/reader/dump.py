"""The facts of a delta, in the notation of section 14."""

from typing import Iterator

from acts import (
    Act,
    Admit,
    Adopt,
    Bid,
    Declare,
    Found,
    Grant,
    Join,
    NameDevice,
    Rename,
    Revoke,
    Rule,
    UnknownAct,
    Withdraw,
)
from delta import Delta, Link
from operations import (
    Add,
    Append,
    Basis,
    Element,
    Operation,
    Raise,
    Remove,
    Segment,
    Set,
    UnknownOperation,
    Write,
    element_id,
)
from values import Cause, Stamp, Value


def facts(delta: Delta) -> Iterator[str]:
    """The lines of a delta, all but the workspace."""
    yield f"replica {delta.replica.hex()}"
    for link in delta.links:
        yield from _link(link)


def _link(link: Link) -> Iterator[str]:
    change = f"change {link.number}"
    yield f"{change} hash {link.hash.hex()}"
    yield f"{change} id {link.id.hex()}"
    yield f"{change} stamp {_stamp(link.stamp)}"
    for index, cause in enumerate(link.causes):
        yield f"{change} cause {index} {_cause(cause)}"
    for index, act in enumerate(link.acts):
        yield f"{change} act {index} {_act(act)}"
    for index, (hash, segment) in enumerate(link.bodies):
        body = f"{change} body {index}"
        yield f"{body} hash {hash.hex()}"
        yield from _segment(body, segment, link.id, index)


def _segment(body: str, segment: Segment | None, change_id: bytes, body_index: int) -> Iterator[str]:
    if segment is None:
        yield f"{body} withheld"
        return
    yield f"{body} kind {segment.kind} root {segment.root.hex()}"
    for index, operation in enumerate(segment.operations):
        yield f"{body} operation {index} {_operation(operation)}"
        if isinstance(operation.what, Append):
            id = element_id(operation.what.element, change_id, body_index, index)
            yield f"{body} operation {index} element {id.hex()}"


def _act(act: Act) -> str:
    match act:
        case Found(workspace_name, founder_name, secret_digest):
            return f"found {_bytes(workspace_name)} {_bytes(founder_name)} {_bytes(secret_digest)}"
        case Grant(role, is_device, key, expires, uses, person):
            lapse = "-" if expires is None else expires
            whose = "-" if person is None else person.hex()
            return f"grant role {role} device {is_device} key {_bytes(key)} expires {lapse} uses {uses} person {whose}"
        case Join(grant, proof, name):
            return f"join {_cause(grant)} {_bytes(proof)} {_bytes(name)}"
        case Admit(device, grant, milliseconds):
            return f"admit {_bytes(device)} {_cause(grant)} {milliseconds}"
        case Rename(name):
            return f"rename {_bytes(name)}"
        case Revoke(device, tips):
            return " ".join([f"revoke {_bytes(device)} tips {len(tips)}", *map(_cause, tips)])
        case Adopt(changes):
            return " ".join([f"adopt {len(changes)}", *(change.hex() for change in changes)])
        case Withdraw(grant):
            return f"withdraw {_cause(grant)}"
        case Declare(accident, tips):
            return " ".join([f"declare {accident} tips {len(tips)}", *map(_cause, tips)])
        case NameDevice(name):
            return f"name-device {_bytes(name)}"
        case Bid(subject, content, attempt, scope, incarnation, counter):
            return f"bid {subject.hex()} {_cause(content)} {attempt} {scope.hex()} {incarnation} {counter}"
        case Rule(refusal, bid):
            return f"rule {refusal} {_cause(bid)}"
        case UnknownAct(code, payload):
            return f"unknown {code} {_bytes(payload)}"


def _operation(operation: Operation) -> str:
    return f"field {operation.field} {_what(operation)}"


def _what(operation: Operation) -> str:
    match operation.what:
        case Write(value):
            return f"write {_value(value)}"
        case Set(value, basis):
            return f"set {_value(value)} basis {_basis(basis)}"
        case Add(value):
            return f"add {_value(value)}"
        case Remove(value, dots):
            return " ".join([f"remove {_value(value)} dots {len(dots)}", *(dot.hex() for dot in dots)])
        case Append(element):
            return f"append {_element(element)}"
        case Raise(basis):
            return f"raise basis {_basis(basis)}"
        case UnknownOperation(code, payload):
            return f"unknown {code} {_bytes(payload)}"


def _element(element: Element) -> str:
    id = _bytes(element.natural_id or b"")
    position = "-" if element.position is None else _stamp(element.position)
    head = f"id {id} position {position} basis {_basis(element.basis)} fields {len(element.fields)}"
    return " ".join([head, *(f"field {number} {_value(value)}" for number, value in element.fields)])


def _basis(basis: Basis) -> str:
    if basis.extent != "heads":
        return basis.extent
    return " ".join([f"heads {len(basis.heads)}", *map(_cause, basis.heads)])


def _value(value: Value) -> str:
    match value.type:
        case "null":
            return "null"
        case "integer":
            return f"integer {value.content}"
        case _:
            return f"{value.type} {_bytes(value.content)}"


def _cause(cause: Cause) -> str:
    return f"{cause.replica.hex()} {cause.number} {cause.prefix.hex()}"


def _stamp(stamp: Stamp) -> str:
    return f"{stamp.milliseconds} {stamp.counter}"


def _bytes(content: bytes) -> str:
    return content.hex() or "-"
