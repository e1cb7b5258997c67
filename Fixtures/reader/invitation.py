"""An invitation (section 11)."""

import base64
import binascii
from typing import NamedTuple

import hashing
import limits
from acts import read_expires, read_role
from primitives import Cursor, Refused
from signature import is_good_point
from values import Cause, Stamp, read_cause, read_stamp

PREFIX = "nexus1-"


class Invitation(NamedTuple):
    workspace: bytes
    secret: bytes
    relay: bytes
    relay_key: bytes
    grant: Cause
    stamp: Stamp
    one_time_seed: bytes
    role: int
    expires: int | None
    person: bytes
    person_name: bytes


def read_text(text: str) -> bytes:
    """The payload of an invitation's text, if its check is right (F11.1, F11.3)."""
    if not text.startswith(PREFIX):
        raise Refused("not an invitation")
    decoded = _decode_base32(text.removeprefix(PREFIX))
    payload, check = decoded[:-4], decoded[-4:]
    if check != hashing.invitation(payload):
        raise Refused("F11.3: the check is wrong")
    return payload


def write_text(payload: bytes) -> str:
    return PREFIX + _encode_base32(payload + hashing.invitation(payload))


def _decode_base32(letters: str) -> bytes:
    """F11.1. What is left over is refused by encoding the bytes again: they have but one encoding."""
    try:
        decoded = base64.b32decode(letters.upper() + "=" * (-len(letters) % 8))
    except (binascii.Error, ValueError):
        raise Refused("F11.1: not base32") from None
    if _encode_base32(decoded) != letters.lower():
        raise Refused("F11.1: bits left over in base32")
    return decoded


def _encode_base32(content: bytes) -> str:
    return base64.b32encode(content).decode("ascii").rstrip("=").lower()


def read_payload(payload: bytes) -> Invitation:
    """F11.2, F11.4, F11.5."""
    cursor = Cursor(payload, "an invitation")
    invitation = Invitation(
        workspace=cursor.take(32),
        secret=cursor.take(32),
        relay=cursor.text(limits.TEXT),
        relay_key=_read_relay_key(cursor),
        grant=read_cause(cursor),
        stamp=read_stamp(cursor),
        one_time_seed=cursor.take(32),
        role=read_role(cursor),
        expires=read_expires(cursor),
        person=(person := _read_person(cursor)),
        person_name=cursor.text(limits.ACT_TEXT) if person else b"",
    )
    cursor.finish()
    return invitation


def _read_relay_key(cursor: Cursor) -> bytes:
    """F11.2."""
    key = cursor.sized(32, "a relay's key")
    if key and not is_good_point(key):
        raise Refused("F11.2: a relay's key that is no good point")
    return key


def _read_person(cursor: Cursor) -> bytes:
    """F11.5."""
    person = cursor.sized(16, "a person")
    if len(person) not in (0, 16):
        raise Refused("F11.5: a person's id of another length")
    return person


def facts(payload: bytes) -> list[str]:
    """The facts of an invitation's fixture. Section 14 leaves their notation open; this is that of the files."""
    invitation = read_payload(payload)
    grant, stamp = invitation.grant, invitation.stamp
    return [
        f"text {write_text(payload)}",
        f"workspace {invitation.workspace.hex()}",
        f"secret {invitation.secret.hex()}",
        f"relay {invitation.relay.decode('utf-8') or '-'}",
        f"relay key {invitation.relay_key.hex() or '-'}",
        f"grant {grant.replica.hex()} {grant.number} {grant.prefix.hex()}",
        f"stamp {stamp.milliseconds} {stamp.counter}",
        f"one-time seed {invitation.one_time_seed.hex()}",
        f"role {invitation.role}",
        f"expires {'-' if invitation.expires is None else invitation.expires}",
        f"person {invitation.person.hex() or '-'} {invitation.person_name.hex() or '-'}",
    ]
