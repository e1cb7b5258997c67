"""Acts: who belongs, and who may do what once (section 6)."""

from typing import NamedTuple

import limits
from primitives import Cursor, Refused, must_rise
from signature import is_good_point
from values import Cause, read_cause, read_causes


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
    person: bytes | None


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


class Revoke(NamedTuple):
    device: bytes
    tips: list[Cause]


class Adopt(NamedTuple):
    changes: list[bytes]


class Withdraw(NamedTuple):
    grant: Cause


class Declare(NamedTuple):
    accident: int
    tips: list[Cause]


class Bid(NamedTuple):
    subject: bytes
    content: Cause
    attempt: int
    scope: bytes
    incarnation: int
    counter: int


class Rule(NamedTuple):
    refusal: int
    bid: Cause


class NameDevice(NamedTuple):
    name: bytes


class UnknownAct(NamedTuple):
    code: int
    payload: bytes


Act = (
    Found | Grant | Join | Admit | Rename | Revoke | Adopt | Withdraw | Declare | NameDevice | Bid | Rule | UnknownAct
)


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
    if act is None:
        return raw
    cursor.finish()
    return act


def _read_name(cursor: Cursor) -> bytes:
    """F6.4."""
    return cursor.text(limits.ACT_TEXT)


def _read_found(cursor: Cursor) -> Found:
    """F6.5. The digest is not checked: the secret is never in a change."""
    return Found(_read_name(cursor), _read_name(cursor), cursor.take(32))


def _read_grant(cursor: Cursor) -> Grant | None:
    """F6.6 to F6.8, F6.10, F6.11, F6.13. None for a role of a later version."""
    role = cursor.take(1)[0]
    if not 1 <= role <= 7:
        return None
    flags = cursor.choice(3, "grant flags")
    key = cursor.take(32)
    if not is_good_point(key):
        raise Refused("F6.8: a grant to a key that is no good point")
    expires, uses = read_expires(cursor), cursor.integer()
    return Grant(role, flags & 1, key, expires, uses, cursor.take(16) if flags & 2 else None)


def _read_join(cursor: Cursor) -> Join:
    """F6.9, F6.12. Whether the proof holds is not asked here."""
    return Join(read_cause(cursor), cursor.take(64), _read_name(cursor))


def _read_admit(cursor: Cursor) -> Admit:
    """F6.12."""
    return Admit(cursor.take(32), read_cause(cursor), cursor.integer())


def _read_rename(cursor: Cursor) -> Rename:
    return Rename(_read_name(cursor))


def _read_revoke(cursor: Cursor) -> Revoke:
    """F6.14."""
    return Revoke(cursor.take(32), read_causes(cursor))


def _read_adopt(cursor: Cursor) -> Adopt:
    """F6.15."""
    changes = [cursor.take(16) for _ in range(cursor.count(limits.DOTS, "adopted changes"))]
    must_rise(changes, "F6.15")
    return Adopt(changes)


def _read_withdraw(cursor: Cursor) -> Withdraw:
    return Withdraw(read_cause(cursor))


def _read_declare(cursor: Cursor) -> Declare | None:
    """F6.16. None for an accident of a later version."""
    accident = cursor.take(1)[0]
    if not 1 <= accident <= 2:
        return None
    return Declare(accident, read_causes(cursor))


def _read_name_device(cursor: Cursor) -> NameDevice:
    return NameDevice(_read_name(cursor))


def _read_bid(cursor: Cursor) -> Bid:
    """F6.17."""
    subject, content, attempt = cursor.take(16), read_cause(cursor), cursor.integer()
    return Bid(subject, content, attempt, cursor.take(16), cursor.word(), cursor.integer())


def _read_rule(cursor: Cursor) -> Rule | None:
    """F6.18. None for a refusal of a later version."""
    refusal = cursor.take(1)[0]
    if refusal > 4:
        return None
    return Rule(refusal, read_cause(cursor))


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


_PAYLOADS = {
    1: _read_found,
    2: _read_grant,
    3: _read_join,
    4: _read_admit,
    5: _read_rename,
    6: _read_revoke,
    7: _read_adopt,
    8: _read_withdraw,
    9: _read_declare,
    10: _read_name_device,
    11: _read_bid,
    12: _read_rule,
}
