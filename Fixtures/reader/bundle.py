"""A bundle: a workspace's deltas in one file.

    bundle := "NXBUNDLE" 1 workspace(32) (block)* 0 hash(32)
    block  := sized compressed, of (sized delta)*

The hash is BLAKE2b-256, unkeyed and without a domain, of everything before it; the file ends with it.
"""

import os
from hashlib import blake2b
from typing import BinaryIO, Iterator, NamedTuple

import compression
import limits
from primitives import Cursor, Refused, Stream

MAGIC = b"NXBUNDLE"
VERSION = 1
HASH_SIZE = 32
BLOCK_ROOM = 16_777_216


class Bundle(NamedTuple):
    workspace: bytes
    deltas: Iterator[bytes]


def open_bundle(file: BinaryIO) -> Bundle:
    """The bundle in a file that can be read twice: once for its hash, then for its deltas, a block at a time. They are
    not verified, and the bundle has been read only once they all have been taken."""
    _check_hash(file)
    file.seek(0)
    stream = Stream(file)
    if stream.take(len(MAGIC)) != MAGIC:
        raise Refused("not a bundle")
    if (version := stream.take(1)[0]) != VERSION:
        raise Refused(f"a bundle of version {version}")
    return Bundle(stream.take(32), _read_deltas(stream))


def _check_hash(file: BinaryIO) -> None:
    left = file.seek(0, os.SEEK_END) - HASH_SIZE
    if left < 0:
        raise Refused("F2.11: the bundle ends too early")
    file.seek(0)
    stream = Stream(file)
    hash = blake2b(digest_size=HASH_SIZE)
    while left > 0:
        content = stream.take(min(left, 1_048_576))
        hash.update(content)
        left -= len(content)
    if stream.take(HASH_SIZE) != hash.digest():
        raise Refused("the bundle's hash does not hold")


def _read_deltas(stream: Stream) -> Iterator[bytes]:
    """The deltas of all blocks. A block that reaches into the hash leaves less than a hash behind it."""
    while (length := stream.integer()) > 0:
        if length > compression.longest(BLOCK_ROOM):
            raise Refused(f"F2.12: a block of {length} bytes")
        cursor = Cursor(compression.unpack(stream.take(length), BLOCK_ROOM), "a block")
        while not cursor.at_end():
            yield cursor.sized(limits.DELTA, "a delta")
    stream.take(HASH_SIZE)
    if not stream.at_end():
        raise Refused("F2.10: bytes left over in the bundle")
