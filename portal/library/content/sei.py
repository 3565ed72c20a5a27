"""Messages that camcorders hide among the pictures of H.264 and HEVC.

Unregistered user data (payload type 5 of ITU-T H.264, annex D, and H.265, annex D) holds dates,
places and exposure in some cameras, and encoders' settings in others; players need none of it.
"""

_USER_DATA = 5
_HEVC_MESSAGES = {39, 40}
_HEADERS = {"h264": 1, "hevc": 2}  # bytes


def without_messages(packet: bytes, codec: str, length_size: int) -> bytes:
    """A packet of length-prefixed units (ISO/IEC 14496-15) without unregistered user data.

    One that does not parse, and every other codec's, comes back as it is.
    """
    if codec not in _HEADERS or not length_size:
        return packet
    kept: list[bytes] = []
    at, is_changed = 0, False
    while at < len(packet):
        start = at + length_size
        end = start + int.from_bytes(packet[at:start], "big")
        if end > len(packet) or end == start:
            return packet
        unit = packet[start:end]
        cleaned = _cleaned(unit, _HEADERS[codec]) if _is_message(unit, codec) else unit
        is_changed = is_changed or cleaned is not unit
        if cleaned:
            kept.append(len(cleaned).to_bytes(length_size, "big") + cleaned)
        at = end
    return b"".join(kept) if is_changed and kept else packet


def length_size(codec: str, extradata: bytes | None) -> int:
    """How many bytes give a unit's length: from avcC or hvcC; 0 when units are not prefixed."""
    at = {"h264": 4, "hevc": 21}.get(codec)
    if at is None or not extradata or len(extradata) <= at or extradata[0] != 1:
        return 0
    return (extradata[at] & 3) + 1


def without_message_arrays(extradata: bytes) -> bytes:
    """An hvcC record (ISO/IEC 14496-15, section 8.3.3.1) with parameter sets only."""
    kept: list[bytes] = []
    at = 23
    for _array in range(extradata[22] if len(extradata) > 22 else 0):
        if at + 3 > len(extradata):
            return extradata
        start, kind = at, extradata[at] & 0x3F
        at += 3
        for _unit in range(int.from_bytes(extradata[start + 1 : start + 3], "big")):
            at += 2 + int.from_bytes(extradata[at : at + 2], "big")
        if at > len(extradata):
            return extradata
        if kind not in _HEVC_MESSAGES:
            kept.append(extradata[start:at])
    return extradata[:22] + bytes([len(kept)]) + b"".join(kept)


def _is_message(unit: bytes, codec: str) -> bool:
    return unit[0] & 0x1F == 6 if codec == "h264" else unit[0] >> 1 & 0x3F in _HEVC_MESSAGES


def _cleaned(unit: bytes, header: int) -> bytes:
    """The unit without user data; nothing when that was all it held."""
    body = unit[header:].replace(b"\x00\x00\x03", b"\x00\x00")
    kept, at, is_changed = b"", 0, False
    while at < len(body) and body[at:] != b"\x80":
        kind, start = _variable(body, at)
        size, start = _variable(body, start)
        if start + size > len(body):
            return unit
        if kind == _USER_DATA:
            is_changed = True
        else:
            kept += body[at : start + size]
        at = start + size
    if not is_changed:
        return unit
    return unit[:header] + _escaped(kept + b"\x80") if kept else b""


def _variable(body: bytes, at: int) -> tuple[int, int]:
    """A number written as so many bytes of 255 and a rest, and where it ends."""
    value = 0
    while at < len(body) and body[at] == 0xFF:
        value += 255
        at += 1
    return value + (body[at] if at < len(body) else 0), at + 1


def _escaped(body: bytes) -> bytes:
    """Insert emulation prevention bytes, so that no start code appears inside."""
    out = bytearray()
    zeros = 0
    for byte in body:
        if zeros == 2 and byte <= 3:
            out.append(3)
            zeros = 0
        out.append(byte)
        zeros = zeros + 1 if byte == 0 else 0
    return bytes(out)
