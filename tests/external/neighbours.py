"""A worker that predicts numbers by weighted neighbours, with Python's standard library alone.

The argument says by what it scales columns: `train` rows, as it should be, or `all` rows of the table.
"""

import csv
import json
import math
import os
import socket
import struct
import sys

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


def scale(rows):
    """Return the mean and the spread of each column."""
    columns = list(zip(*rows))
    means = [sum(column) / len(column) for column in columns]
    spreads = [math.sqrt(sum((x - m) ** 2 for x in c) / len(c)) or 1.0 for c, m in zip(columns, means)]
    return means, spreads


def scaled(rows, scales):
    return [[(x - m) / s for x, m, s in zip(row, *scales)] for row in rows]


def predict(model, rows):
    scales, known, target = model
    answers = []
    for row in scaled(rows, scales):
        near = sorted((math.dist(row, other), y) for other, y in zip(known, target))[:8]
        weights = [(1 / (distance + 1e-9), y) for distance, y in near]
        answers.append(sum(w * y for w, y in weights) / sum(w for w, _ in weights))
    return answers


send(
    {
        "version": 1,
        "token": os.environ["RANDSPLIT_TOKEN"],
        "place": int(os.environ["RANDSPLIT_PLACE"]),
        "reads": ["csv"],
    }
)
table, names, models = [], [], {}
while True:
    lengths = struct.unpack("<II", read(8))
    head, body = json.loads(read(lengths[0])), read(lengths[1])
    arrays, at = {}, 0
    for layout in head["arrays"]:
        count, letter, size = layout["shape"][0], *{"u32": ("I", 4), "f64": ("d", 8)}[layout["type"]]
        arrays[layout["name"]] = struct.unpack_from(f"<{count}{letter}", body, at)
        at += count * size
    if head["do"] == "open":
        with open(head["table"]["path"], newline="") as file:
            lines = csv.reader(file)
            names = next(lines)
            table = [[float(cell) for cell in line] for line in lines]
        send({"id": head["id"]})
        continue
    rows = [list(table[row]) for row in arrays["rows"]]
    for change in head.get("changed", []):
        place = names.index(change["column"])
        for row, value in zip(rows, arrays[change["array"]]):
            row[place] = value
    if head["do"] == "fit":
        scales = scale(table if sys.argv[1] == "all" else rows)
        models[head["model"]] = (scales, scaled(rows, scales), arrays["target"])
        send({"id": head["id"], "warnings": []})
    else:
        send({"id": head["id"]}, predict(models[head["model"]], rows))
