"""Compressed bytes (section 11)."""

import zstandard

from primitives import Cursor, Refused

MAGIC = bytes.fromhex("28b52ffd")
LARGEST_WINDOW = 2**31
LARGEST_FRAME_HEADER = 18
RUN_LENGTH_BLOCK = 1


def longest(room: int) -> int:
    """How many bytes what unpacks to `room` bytes may reasonably have: the form, a frame's header and checksum, and
    blocks that are no shorter for being compressed."""
    return 1 + LARGEST_FRAME_HEADER + 4 + room + room // 128 + 1024


def unpack(compressed: bytes, room: int) -> bytes:
    """The content, of at most `room` bytes (F11.6)."""
    cursor = Cursor(compressed, "compressed bytes")
    form, content = cursor.choice(1, "compression of form"), compressed[1:]
    if form == 1:
        return _unpack_frame(content, room)
    if len(content) > room:
        raise Refused(f"F11.7: {len(content)} plain bytes where {room} may be")
    return content


def _unpack_frame(frame: bytes, room: int) -> bytes:
    """The content of exactly one frame, which says how long that is (F11.7) and says so truly (F11.8)."""
    if frame[:4] != MAGIC:
        raise Refused("F11.8: no frame of zstd")
    try:
        size = _content_size(frame, room)
        if _frame_size(frame) != len(frame):
            raise Refused("F11.8: more than one frame, or less")
        decompressor = zstandard.ZstdDecompressor(max_window_size=LARGEST_WINDOW)
        content = decompressor.stream_reader(frame).read(size + 1)
    except zstandard.ZstdError:
        raise Refused("F11.8: a frame that does not unpack") from None
    if len(content) != size:
        raise Refused("F11.8: a frame that holds more or less than it says")
    return content


def _content_size(frame: bytes, room: int) -> int:
    size = zstandard.frame_content_size(frame)
    if size < 0:
        raise Refused("F11.7: a frame that does not say how much it holds")
    if size > room:
        raise Refused(f"F11.7: a frame of {size} bytes where {room} may be")
    return size


def _frame_size(frame: bytes) -> int:
    """How long the frame is, from the headers of its blocks alone (RFC 8878, 3.1.1): three bytes, little-endian, with a
    bit that is set in the last, two bits of type and the size. A block of the type *run length* is one byte."""
    cursor = Cursor(frame, "a frame")
    cursor.take(zstandard.frame_header_size(frame))
    is_last = False
    while not is_last:
        header = int.from_bytes(cursor.take(3), "little")
        is_last, block_type, block_size = header & 1 == 1, header >> 1 & 3, header >> 3
        cursor.take(1 if block_type == RUN_LENGTH_BLOCK else block_size)
    if zstandard.get_frame_parameters(frame).has_checksum:
        cursor.take(4)
    return cursor.mark()
