"""A process that sends readings through one of the hub's doors at a rate: for `doors`."""

import socket
import struct
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection

import numpy as np
import orjson

from bench import PATHS
from homeward.bus.columns import pack

CHUNK, WINDOW, CARS_A_PACK = 500, 4_000, 500


@dataclass(frozen=True, slots=True)
class Job:
    """What to send where: `door` is mqtt-0, mqtt-1, nats or packed; rate in messages a second, of `cars` in turn."""

    door: str
    port: int
    password: str
    cars: int
    rate: float
    seconds: float


def payload(i: int) -> bytes:
    """A message of ten signals, no two alike."""
    values = [50 + i % 50, 48.1, 11.5, i % 360, 60 + i % 9, 4.5, 100_000 + i, i % 90, 390 + i % 7, -(i % 70)]
    return orjson.dumps(dict(zip(PATHS, values, strict=True)))


def send(job: Job, done: Connection) -> None:
    """Send, and tell how many messages and readings went out, and in how many seconds."""
    link = socket.create_connection(("127.0.0.1", job.port))
    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    chunks, count, readings = _chunks(job)
    _greet(link, job)
    unanswered, sent, start, period = 0, 0, time.perf_counter(), count / job.rate
    while (now := time.perf_counter() - start) < job.seconds:
        if (due := sent // count * period) > now:
            time.sleep(due - now)
        link.sendall(chunks[sent // count % len(chunks)])
        sent += count
        if job.door == "mqtt-1":
            unanswered += count
            while unanswered > WINDOW:
                unanswered -= len(link.recv(1 << 20)) // 4
    while unanswered > 0:
        unanswered -= len(link.recv(1 << 20)) // 4
    if job.door in ("nats", "packed"):
        link.sendall(b"PING\r\n")
        while b"PONG" not in link.recv(1 << 20):
            pass
    done.send((sent, sent * readings, time.perf_counter() - start))
    link.close()


def _chunks(job: Job) -> tuple[list[bytes], int, int]:
    """Bytes to send again and again, messages in each, and readings in a message."""
    if job.door == "packed":
        random, packs = np.random.default_rng(1), []
        for begin in range(0, job.cars, CARS_A_PACK):
            nodes = [f"h{i}/car" for i in range(begin, min(job.cars, begin + CARS_A_PACK))]
            body = pack(
                nodes,
                PATHS,
                np.full(len(nodes), np.nan),
                random.integers(1, 80, (len(nodes), len(PATHS))).astype(float),
            )
            packs.append(b"PUB homeward.fleet.gateway.columns %d\r\n%b\r\n" % (len(body), body))
        return packs, 1, CARS_A_PACK * len(PATHS)
    lines = []
    for i in range(max(CHUNK, job.cars // CHUNK * CHUNK)):
        car, body = i % job.cars, payload(i)
        if job.door == "nats":
            lines.append(b"PUB homeward.h%d.car.readings %d\r\n%b\r\n" % (car, len(body), body))
            continue
        topic, qos = b"homeward/h%d/car/readings" % car, int(job.door[-1])
        rest = struct.pack(">H", len(topic)) + topic + (struct.pack(">H", i % 65_000 + 1) if qos else b"") + body
        lines.append(bytes([0x30 | qos << 1, len(rest) & 127 | 128, len(rest) >> 7]) + rest)
    return [b"".join(lines[at : at + CHUNK]) for at in range(0, len(lines), CHUNK)], CHUNK, len(PATHS)


def _greet(link: socket.socket, job: Job) -> None:
    if job.door.startswith("mqtt"):
        client = b"bench-%d" % int(time.time() * 1e3)
        rest = b"\0\4MQTT\4\2\0\0" + struct.pack(">H", len(client)) + client
        link.sendall(bytes([0x10, len(rest)]) + rest)
        assert link.recv(4)[3] == 0, "not let in"
        return
    link.recv(1 << 16)
    said = {"user": "hub", "pass": job.password, "verbose": False, "pedantic": False, "name": "bench"}
    link.sendall(b"CONNECT %b\r\nPING\r\n" % orjson.dumps(said))
    while b"PONG" not in link.recv(1 << 16):
        pass
