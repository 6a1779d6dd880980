"""Protobuf by hand, both ways, and the frames around it: enough for tools, and no dependency.

A message to write is bytes put together by the functions below; a message that was read is a list of (number, value),
where a value is an int (varint), bytes (length-delimited) or 8 or 4 raw bytes (fixed).
"""
import socket
import struct

FRAME_HEADER = struct.Struct(">BI")


def varint(value):
    """An unsigned number, seven bits a byte, lowest first."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def number(field, value):
    """A whole number, a bool or an enum."""
    return varint(field << 3) + varint(int(value))


def double(field, value):
    """A 64-bit float."""
    return varint(field << 3 | 1) + struct.pack("<d", value)


def data(field, value):
    """Bytes, a string or a message."""
    value = value.encode() if isinstance(value, str) else value
    return varint(field << 3 | 2) + varint(len(value)) + value


def packed_doubles(field, values):
    """A repeated double, as proto3 packs it."""
    return data(field, struct.pack(f"<{len(values)}d", *values))


def read_varint(payload, at):
    """The number at `at`, and where the next byte is."""
    value, shift = 0, 0
    while True:
        byte = payload[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def read_fields(payload):
    """The (number, value) pairs of a message."""
    at, fields = 0, []
    while at < len(payload):
        tag, at = read_varint(payload, at)
        kind = tag & 7
        if kind == 0:
            value, at = read_varint(payload, at)
        else:
            length = {1: 8, 5: 4}.get(kind)
            if kind == 2:
                length, at = read_varint(payload, at)
            if length is None or at + length > len(payload):
                raise ValueError(f"no protobuf: wire type {kind} at byte {at} of {len(payload)}")
            value, at = payload[at:at + length], at + length
        fields.append((tag >> 3, value))
    return fields


def first(fields, wanted, default=None):
    """The value of the first field with this number."""
    return next((value for number_, value in fields if number_ == wanted), default)


def frame(payload):
    """The payload behind its header."""
    return FRAME_HEADER.pack(0, len(payload)) + payload


class Connection:
    """A blocking framed connection. `address` is (host, port), or the path of a Unix socket."""

    def __init__(self, address, timeout_s=10.0):
        if isinstance(address, str):
            self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self.socket.settimeout(timeout_s)
            self.socket.connect(address)
        else:
            self.socket = socket.create_connection(address, timeout=timeout_s)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, payload):
        """Sends a payload as a frame."""
        self.socket.sendall(frame(payload))

    def receive(self):
        """The next frame's payload."""
        _, length = FRAME_HEADER.unpack(self.read_exactly(FRAME_HEADER.size))
        return self.read_exactly(length)

    def read_exactly(self, count):
        """That many bytes; an error if the peer closes before."""
        out = bytearray()
        while len(out) < count:
            piece = self.socket.recv(count - len(out))
            if not piece:
                raise ConnectionError(f"closed after {len(out)} of {count} bytes")
            out += piece
        return bytes(out)

    def call(self, payload):
        """Sends a request and gives the reply's result message; a failed status is an error."""
        self.send(payload)
        fields = read_fields(self.receive())
        status = read_fields(first(fields, 2, b""))
        if first(status, 1, 0) != 0:
            words = [first(status, index, b"").decode() for index in (2, 4, 3)]
            raise RuntimeError(f"status {first(status, 1)} {' '.join(word for word in words if word)}")
        return next((value for number_, value in fields if number_ >= 10), b"")
