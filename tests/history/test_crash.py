"""A writer is killed again and again, at moments nobody chose, and every message is stored exactly once."""

import os
import random
import subprocess
import sys
import time
from collections import Counter
from math import inf
from pathlib import Path
from typing import Any

import pytest

import homeward
from homeward.history import History

WRITER = """
import sys, threading
from pathlib import Path
from homeward.core.signal import Command, Reading
from homeward.core.vocabulary import Vocabulary
from homeward.history import History, Recorder

root, last, start = Path(sys.argv[1]), int(sys.argv[2]), 1_732_492_800.0
header = "path,type,role,unit,low,high,allowed,description,source"
vocabulary = Vocabulary([header + "\\nHome.Light,boolean,actuator,,,,,,\\nHome.Word,text,sensor,,,,,,\\n"])
history = History(root)
recorder = Recorder(history, vocabulary)
acknowledged = min([history.reached(table).get("stream", 0) for table in ("readings", "commands")])
sequence = max(0, acknowledged - 25)  # the stream sends again what it was not told of in time
while sequence < last:
    for sequence in range(sequence + 1, min(last, sequence + 20) + 1):
        at = start + sequence * 60
        words = [Reading("lind/home", "Home.Word", f"{sequence}.{i}", at) for i in range(3)]
        recorder.readings("stream", sequence, at, words)
        if sequence % 2:
            command = Command("lind/home", "Home.Light", True, at + 60, "story", "skill", f"c{sequence}")
            recorder.commands("stream", sequence, at, "decided", [command])
        recorder.reached("stream", sequence)
    print(sequence, flush=True)
    recorder.flush()
    if sequence % 100 == 0:
        threading.Thread(target=history.compact).start()
"""


@pytest.mark.parametrize("seed", [1, 2])
def test_kill_at_any_moment(tmp_path: Path, seed: int) -> None:
    chance, last = random.Random(seed), 1_500
    command = [sys.executable, "-c", WRITER, str(tmp_path)]
    surroundings = os.environ | {"PYTHONPATH": str(Path(homeward.__file__).parents[1])}
    for _ in range(5):
        writer = subprocess.Popen(
            [*command, "1000000"], env=surroundings, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        assert writer.stdout is not None and writer.stderr is not None
        for _ in range(chance.randrange(1, 9)):
            if not writer.stdout.readline():
                pytest.fail(writer.stderr.read().decode())
        time.sleep(chance.random() * 0.08)
        writer.kill()
        writer.communicate()
    finished = subprocess.run([*command, str(last)], env=surroundings, capture_output=True, text=True)
    assert finished.returncode == 0, finished.stderr

    history = History(tmp_path)
    reached = max(history.reached("readings")["stream"], last)
    assert column(history, "readings", "text") == Counter(f"{n}.{i}" for n in range(1, reached + 1) for i in range(3))
    assert column(history, "commands", "id") == Counter(f"c{n}" for n in range(1, reached + 1, 2))


def column(history: History, table: str, name: str) -> "Counter[str]":
    found: Any = history.select(f"select {name} from {table}", {}, (0.0, inf), table)
    return Counter(found[name].to_pylist())
