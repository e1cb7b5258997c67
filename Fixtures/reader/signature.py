"""When a signature holds (section 3)."""

from nacl.bindings import crypto_core_ed25519_is_valid_point, crypto_sign_open
from nacl.exceptions import BadSignatureError

GROUP_ORDER = 2**252 + 27742317777372353535851937790883648493


def is_good_point(point: bytes) -> bool:
    """Canonical, on the curve, not of small order and in the subgroup of prime order (F3.5). Just these four are what
    libsodium's `is_valid_point` asks for."""
    return len(point) == 32 and crypto_core_ed25519_is_valid_point(point)


def holds(key: bytes, signature: bytes, message: bytes) -> bool:
    """Whether the 64 bytes are the key's signature over the message (F3.3 to F3.6).

    What libsodium does beyond the equation of F3.6 is implied by the checks made here before it."""
    r, s = signature[:32], int.from_bytes(signature[32:], "little")
    if s >= GROUP_ORDER or not is_good_point(key) or not is_good_point(r):
        return False
    try:
        crypto_sign_open(signature + message, key)
    except BadSignatureError:
        return False
    return True
