"""A worker that needs nothing but Python: it predicts the mean of the train targets, or does one thing wrong.

The argument says which: `mean`, `hang`, `die`, `garbage`, `short`, `nan`, `order`, `loud`, `forks`, `version` or `mute`.
What goes wrong does so on splits with an odd number.

Some know more than the train rows: `peek` adds the mean of a column over its whole table, `batch` that over the rows
that are predicted together, `file` the mean target of the file `data.csv` of the working folder, and `known` predicts the
targets in the file that the variable KNOWN names, whatever it is fitted to. `noise` adds another number to each fit,
and `chance` is another number alone. `tells` also tells what is inside it: coefficients, importances, and that it has no SHAP
values.
"""

import json
import os
import signal
import socket
import struct
import subprocess
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
        "can": ["coefficients", "importances", "shap"] if what == "tells" else [],
    }
)
means, odd = {}, False
first, fits = [], 0


def column(path, at):
    return [float(line.split(",")[at]) for line in open(path).read().split("\n")[1:] if line]


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
        if what in ("peek", "batch"):
            first = column(head["table"]["path"], 0)
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
        if what == "loud" and head["split"] == 1:
            # 100 MB, in long lines and in short ones.
            for _ in range(50):
                print("x" * 1_000_000, flush=True)
                print("y\n" * 500_000, flush=True)
        if what == "forks":
            child = subprocess.Popen(["sleep", "1000"])
            with open(os.environ["CHILDREN"], "a") as file:
                file.write(f"{child.pid}\n")
            if odd:
                os.kill(os.getpid(), signal.SIGKILL)
        assert len(arrays["rows"]) == len(arrays["target"])
        means[head["model"]] = sum(arrays["target"]) / len(arrays["target"])
        fits += 1
        if what == "peek":
            means[head["model"]] += sum(first) / len(first)
        if what == "file":
            means[head["model"]] += sum(column("data.csv", -1)) / 1000
        if what == "noise":
            means[head["model"]] += int.from_bytes(os.urandom(2), "little") / 65536
        if what == "chance":
            means[head["model"]] = 20 + 100 * (fits * 0.6180339887 % 1)
        send({"id": head["id"] - 1 if odd and what == "order" else head["id"], "warnings": []})
    elif head["do"] == "coefficients":
        send({"id": head["id"], "names": ["wt", "cyl squared"], "classes": []}, [2.0, -1.0])
    elif head["do"] == "importances":
        send({"id": head["id"], "names": ["wt", "cyl squared"]}, [3.0, 1.0])
    elif head["do"] == "shap":
        assert len(arrays["rows"]) == 3
        send({"id": head["id"], "unfit": "it has no SHAP values today"})
    elif head["do"] == "predict":
        count = (len(arrays["rows"]) if "rows" in arrays else head["count"]) - (1 if odd and what == "short" else 0)
        mean = float("nan") if odd and what == "nan" else means[head["model"]]
        if what == "known":
            known = column(os.environ["KNOWN"], -1)
            send({"id": head["id"]}, [known[row] for row in arrays["rows"]])
            continue
        if what == "batch":
            mean += sum(first[row] for row in arrays["rows"]) / count
            mean += sum(sum(arrays[c["array"]]) for c in head.get("changed", []))
        send({"id": head["id"]}, [mean] * count)
