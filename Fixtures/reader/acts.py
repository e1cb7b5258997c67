"""Acts: who belongs (section 6)."""

from typing import NamedTuple

import limits
from primitives import Cursor, Refused
from signature import is_good_point
from values import Cause, read_cause


class Found(NamedTuple):
    workspace_name: bytes
    founder_name: bytes
    secret_digest: bytes


class Grant(NamedTuple):
    role: int
    is_device: int
    key: bytes
    expires: int | None
    uses: int


class Join(NamedTuple):
    grant: Cause
    proof: bytes
    name: bytes


class Admit(NamedTuple):
    device: bytes
    grant: Cause
    milliseconds: int


class Rename(NamedTuple):
    name: bytes


class UnknownAct(NamedTuple):
    code: int
    payload: bytes


Act = Found | Grant | Join | Admit | Rename | UnknownAct


def read_raw_acts(cursor: Cursor) -> list[UnknownAct]:
    """The acts of a header, not yet looked at: codes and payloads (F5.7, F6.1)."""
    return [_read_raw_act(cursor) for _ in range(cursor.count(limits.ACTS, "acts"))]


def _read_raw_act(cursor: Cursor) -> UnknownAct:
    return UnknownAct(cursor.integer(), cursor.sized(limits.ACT_PAYLOAD, "an act"))


def read_act(raw: UnknownAct) -> Act:
    """What an act says: exactly what the table has under its code (F6.3), and an unknown one as it is (F6.2)."""
    read_payload = _PAYLOADS.get(raw.code)
    if read_payload is None:
        return raw
    cursor = Cursor(raw.payload, "an act")
    act = read_payload(cursor)
    cursor.finish()
    return act


def _read_name(cursor: Cursor) -> bytes:
    """F6.4."""
    return cursor.text(limits.ACT_TEXT)


def _read_found(cursor: Cursor) -> Found:
    """F6.5. The digest is not checked: the secret is never in a change."""
    return Found(_read_name(cursor), _read_name(cursor), cursor.take(32))


def _read_grant(cursor: Cursor) -> Grant:
    """F6.6 to F6.8, F6.10, F6.11."""
    role = read_role(cursor)
    is_device = cursor.choice(1, "device flag")
    key = cursor.take(32)
    if not is_good_point(key):
        raise Refused("F6.8: a grant to a key that is no good point")
    return Grant(role, is_device, key, read_expires(cursor), cursor.integer())


def _read_join(cursor: Cursor) -> Join:
    """F6.9, F6.12. Whether the proof holds is not asked here."""
    return Join(read_cause(cursor), cursor.take(64), _read_name(cursor))


def _read_admit(cursor: Cursor) -> Admit:
    """F6.12."""
    return Admit(cursor.take(32), read_cause(cursor), cursor.integer())


def _read_rename(cursor: Cursor) -> Rename:
    return Rename(_read_name(cursor))


def read_role(cursor: Cursor) -> int:
    """F6.6."""
    role = cursor.choice(7, "role")
    if role == 0:
        raise Refused("F6.6: role 0")
    return role


def read_expires(cursor: Cursor) -> int | None:
    """The milliseconds at which a grant lapses, or None for never (F6.10)."""
    expires = cursor.integer()
    return None if expires == 0 else expires - 1


_PAYLOADS = {1: _read_found, 2: _read_grant, 3: _read_join, 4: _read_admit, 5: _read_rename}
