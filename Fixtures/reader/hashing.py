"""The hashes of section 3: `H<domain, length>(content)`."""

from hashlib import blake2b


def _hash(domain: str, length: int, *content: bytes) -> bytes:
    """Unkeyed BLAKE2b of that length, over the domain's length in a byte, the domain and the content (F3.1)."""
    name = domain.encode("ascii")
    return blake2b(b"".join((bytes([len(name)]), name, *content)), digest_size=length).digest()


# One function for each domain that a reader needs (F3.2).


def nonce(seed: bytes) -> bytes:
    return _hash("nexus nonce", 8, seed)


def salt(seed: bytes, body_index: bytes) -> bytes:
    return _hash("nexus salt", 16, seed, body_index)


def body(salt: bytes, body: bytes) -> bytes:
    return _hash("nexus body", 32, salt, body)


def change(replica: bytes, number: int, previous: bytes, header: bytes) -> bytes:
    return _hash("nexus change", 32, replica, number.to_bytes(8, "big"), previous, header)


def change_id(device: bytes, nonce: bytes) -> bytes:
    return _hash("nexus change id", 16, device, nonce)


def element_id(change_id: bytes, body_index: bytes, operation_index: bytes) -> bytes:
    drawn = _hash("nexus element", 16, change_id, body_index, operation_index)
    return drawn[:-1] + bytes([drawn[-1] & 0xFE])


def seal(workspace: bytes, last_hash: bytes) -> bytes:
    return _hash("nexus seal", 32, workspace, last_hash)


def invitation(payload: bytes) -> bytes:
    return _hash("nexus invitation", 4, payload)
