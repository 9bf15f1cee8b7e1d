"""A worker that needs nothing but Python: it predicts the mean of the train targets, or does one thing wrong.

The argument says which: `mean`, `hang`, `die`, `garbage`, `short`, `nan`, `order`, `loud`, `version` or `mute`.
What goes wrong does so on splits with an odd number.
"""

import json
import os
import signal
import socket
import struct
import sys
import time

what = sys.argv[1]
host, port = os.environ["RANDSPLIT_CONNECT"].rsplit(":", 1)
channel = socket.create_connection((host, int(port)))


def read(length):
    data = b""
    while len(data) < length:
        more = channel.recv(length - len(data))
        if not more:
            sys.exit(0)
        data += more
    return data


def send(head, values=None):
    body = b"" if values is None else struct.pack(f"<{len(values)}d", *values)
    if values is not None:
        head["arrays"] = [{"name": "values", "type": "f64", "shape": [len(values)]}]
    text = json.dumps(head).encode()
    channel.sendall(struct.pack("<II", len(text), len(body)) + text + body)


if what == "mute":
    sys.exit("nothing to say")
send(
    {
        "version": 2 if what == "version" else 1,
        "token": os.environ["RANDSPLIT_TOKEN"],
        "place": int(os.environ["RANDSPLIT_PLACE"]),
        "reads": ["csv"],
    }
)
means, odd = {}, False
while True:
    lengths = struct.unpack("<II", read(8))
    head, body = json.loads(read(lengths[0])), read(lengths[1])
    arrays, at = {}, 0
    for layout in head["arrays"]:
        count, letter, size = layout["shape"][0], *{"u32": ("I", 4), "f64": ("d", 8)}[layout["type"]]
        arrays[layout["name"]] = struct.unpack_from(f"<{count}{letter}", body, at)
        at += count * size
    if head["do"] == "open":
        assert open(head["table"]["path"]).readline().strip().split(",") == [c["name"] for c in head["columns"]]
        assert head["target"] not in [c["name"] for c in head["columns"]]
        send({"id": head["id"]})
    elif head["do"] == "fit":
        odd = head["split"] % 2 == 1
        if odd and what == "hang":
            time.sleep(1000)
        if odd and what == "die":
            print("about to die", flush=True)
            os.kill(os.getpid(), signal.SIGKILL)
        if odd and what == "garbage":
            channel.sendall(b"Hello, this is no message at all\n" * 10)
        if what == "loud":
            print("x" * 1_000_000, flush=True)
        assert len(arrays["rows"]) == len(arrays["target"])
        means[head["model"]] = sum(arrays["target"]) / len(arrays["target"])
        send({"id": head["id"] - 1 if odd and what == "order" else head["id"], "warnings": []})
    elif head["do"] == "predict":
        count = len(arrays["rows"]) - (1 if odd and what == "short" else 0)
        mean = float("nan") if odd and what == "nan" else means[head["model"]]
        send({"id": head["id"]}, [mean] * count)
