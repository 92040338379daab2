"""MQTT 3.1.1 as bytes: the packets that a client sends and receives (OASIS standard, 2014), nothing else.

Subscriptions ask for QoS 0 or 1, so QoS 2 never comes.
"""

from homeward.core.signal import Refused

CONNACK, PUBLISH, PUBACK, SUBACK, PINGRESP = 2, 3, 4, 9, 13
PING, DISCONNECT = b"\xc0\x00", b"\xe0\x00"
LARGEST = 8 * 1024 * 1024
REFUSED = 0x80
WHY_NOT = {
    1: "it does not speak MQTT 3.1.1",
    2: "it refused the client's id; set another `client_id:`",
    3: "it cannot serve just now",
    4: "it refused user or password",
    5: "it did not let this user in; give it a `user:` and `password:` that it knows",
}
"""What a CONNACK's return code means (section 3.2.2.3)."""


Delivery = tuple[str, bytes, bool, int]
"""A message that came: topic, payload, whether the broker had kept it, and what to acknowledge it by, 0 at QoS 0."""


def text(string: str) -> bytes:
    """A string as MQTT has it: two bytes of length, then UTF-8. Raises Refused if it is too long."""
    encoded = string.encode()
    if len(encoded) > 0xFFFF:
        raise Refused(f"{string[:40]!r}… is longer than MQTT allows")
    return len(encoded).to_bytes(2, "big") + encoded


def packet(first: int, body: bytes) -> bytes:
    """A packet with its fixed header.

    >>> packet(0xC0, b"") == PING
    True
    """
    size, length = len(body), bytearray()
    while True:
        size, digit = divmod(size, 128)
        length.append(digit | (0x80 if size else 0))
        if not size:
            return bytes((first, *length)) + body


def connect(client_id: str, user: str, password: str, keep_alive_s: int) -> bytes:
    """CONNECT, keeping the session when the connection ends (clean session off)."""
    flags = (0x80 if user else 0) | (0x40 if user and password else 0)
    body = text("MQTT") + bytes((4, flags)) + keep_alive_s.to_bytes(2, "big") + text(client_id)
    if user:
        body += text(user) + (text(password) if password else b"")
    return packet(0x10, body)


def subscribe(number: int, filters: list[str], qos: int = 1) -> bytes:
    """SUBSCRIBE to all filters."""
    return packet(0x82, number.to_bytes(2, "big") + b"".join(text(one) + bytes((qos,)) for one in filters))


def publish(topic: str, payload: bytes, qos: int, retain: bool, number: int = 0) -> bytes:
    """PUBLISH at QoS 0 or 1."""
    body = text(topic) + (number.to_bytes(2, "big") if qos else b"") + payload
    return packet(0x30 | qos << 1 | retain, body)


def acknowledge(number: int) -> bytes:
    """PUBACK."""
    return b"\x40\x02" + number.to_bytes(2, "big")


def take_apart(data: bytes) -> tuple[list[Delivery], list[tuple[int, bytes]], bytes]:
    """Messages, other packets as (type, body), and the bytes of a packet that is not complete.

    Raises ValueError for what is not MQTT, or a packet too large to be meant.
    """
    deliveries: list[Delivery] = []
    others: list[tuple[int, bytes]] = []
    at, size = 0, len(data)
    while at + 1 < size:
        first, length = data[at], data[at + 1]
        start = at + 2
        if length & 0x80:
            length &= 0x7F
            shift = 7
            while True:
                if start >= size:
                    return deliveries, others, data[at:]
                digit = data[start]
                start += 1
                length |= (digit & 0x7F) << shift
                if digit < 0x80:
                    break
                shift += 7
                if shift > 21:
                    raise ValueError("not MQTT: a length of more than four bytes")
            if length > LARGEST:
                raise ValueError(f"a packet of {length:,} bytes; at most {LARGEST:,}")
        end = start + length
        if end > size:
            break
        if first >> 4 == PUBLISH:
            deliveries.append(_delivery(first, data[start:end]))
        else:
            others.append((first >> 4, data[start:end]))
        at = end
    return deliveries, others, data[at:]


def _delivery(first: int, body: bytes) -> Delivery:
    after = 2 + (body[0] << 8 | body[1])
    topic = body[2:after].decode(errors="replace")
    if not first & 0x06:
        return topic, body[after:], bool(first & 1), 0
    return topic, body[after + 2 :], bool(first & 1), body[after] << 8 | body[after + 1]
