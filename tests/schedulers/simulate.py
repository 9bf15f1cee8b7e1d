"""Checks the examples for schedulers that cannot run here, and runs their commands with the variables that those set.

Usage: simulate.py EXAMPLES ONE_JSON, with randsplit and aws on the path. ONE_JSON is the report of one machine.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import kubernetes_validate
import yaml

ROOT = Path(__file__).parent.parent.parent
EXAMPLES, ONE = (Path(path).resolve() for path in sys.argv[1:])
MERGE = ["sh", "-c", "randsplit merge part-*.ndjson -o report.json"]


@contextmanager
def folder_of(name):
    """A folder with the data, in which the example must leave the report of one machine."""
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        (folder / "data").symlink_to(ROOT / "data")
        yield folder
        assert (folder / "report.json").read_bytes() == ONE.read_bytes(), f"{name}: another report"
    print(f"ok: {name}", flush=True)


def run(command, folder, variables=()):
    subprocess.run(command, cwd=folder, env={**os.environ, **dict(variables)}, check=True, stdout=subprocess.DEVNULL)


def kubernetes():
    version = kubernetes_validate.latest_version()
    shards, merge = jobs = list(yaml.safe_load_all((EXAMPLES / "kubernetes.yaml").read_text()))
    for job in jobs:
        kubernetes_validate.validate(job, version, strict=True)
    try:
        kubernetes_validate.validate({**merge, "spec": {**merge["spec"], "completionMod": "Indexed"}}, version, strict=True)
        raise AssertionError("the schema lets an unknown field pass")
    except kubernetes_validate.ValidationError:
        pass

    with folder_of(f"Kubernetes {version}") as folder:
        for job in jobs:
            (container,) = job["spec"]["template"]["spec"]["containers"]
            assert container["workingDir"] == container["volumeMounts"][0]["mountPath"]
            indexes = range(job["spec"].get("completions", 1))
            for index in indexes:
                run(container["command"] + container["args"], folder, {"JOB_COMPLETION_INDEX": str(index)})
            # One shard a task, and nothing that the first does alone.
            assert len(list(folder.glob("part-*"))) == shards["spec"]["completions"]


class Batch(BaseHTTPRequestHandler):
    """Stands in for AWS Batch: a job has ended when it is submitted."""

    folder = None
    definitions, jobs = {}, []

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        action = self.path.rsplit("/", 1)[1]
        answer = json.dumps({"registerjobdefinition": self.register, "submitjob": self.submit}[action](asked)).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def register(self, asked):
        name = asked["jobDefinitionName"]
        self.definitions[name] = asked["containerProperties"]
        return {"jobDefinitionName": name, "jobDefinitionArn": f"arn:aws:batch:::job-definition/{name}:1", "revision": 1}

    def submit(self, asked):
        container = {**self.definitions[asked["jobDefinition"]], **asked.get("containerOverrides", {})}
        assert container["environment"] == [{"name": "FOLDER", "value": container["mountPoints"][0]["containerPath"]}]
        # What needs no other job is the array.
        assert [job["jobId"] for job in asked.get("dependsOn", [])] == self.jobs, asked
        size = asked.get("arrayProperties", {}).get("size")
        for index in range(size or 1):
            of_array = {"AWS_BATCH_JOB_ARRAY_INDEX": str(index), "AWS_BATCH_JOB_ARRAY_SIZE": str(size)} if size else {}
            run(container["command"], "/", {"FOLDER": str(self.folder), **of_array})
        self.jobs.append(f"job-{len(self.jobs)}")
        return {"jobName": asked["jobName"], "jobId": self.jobs[-1]}

    def log_message(self, *_):
        pass


def aws_batch():
    with folder_of("AWS Batch, by the AWS CLI to a stand-in") as folder, tempfile.TemporaryDirectory() as commands:
        Batch.folder = folder
        server = HTTPServer(("127.0.0.1", 0), Batch)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        # The real client checks what it sends by the service's model. Old ones take the address as a flag alone.
        client = Path(commands) / "aws"
        flags = f"--endpoint-url http://127.0.0.1:{server.server_port} --cli-read-timeout 0"
        client.write_text(f'#!/bin/sh\nexec "{shutil.which("aws")}" {flags} "$@"\n')
        client.chmod(0o755)
        variables = {
            "PATH": f"{commands}:{os.environ['PATH']}",
            "NO_PROXY": "127.0.0.1",
            "AWS_ACCESS_KEY_ID": "none",
            "AWS_SECRET_ACCESS_KEY": "none",
            "AWS_DEFAULT_REGION": "eu-central-1",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            # A task that is not answered at once must not be asked for again.
            "AWS_MAX_ATTEMPTS": "1",
            "QUEUE": "queue",
        }
        run(["bash", str(EXAMPLES / "aws-batch.sh")], folder, variables)
        server.shutdown()
        assert len(list(folder.glob("part-*"))) == 16 and len(Batch.jobs) == 2


def github():
    jobs = yaml.safe_load((EXAMPLES / "github-matrix.yml").read_text())["jobs"]
    with folder_of("GitHub's matrix, command by command") as folder:
        for job in jobs.values():
            (command,) = [step["run"] for step in job["steps"] if step.get("run", "").startswith("randsplit")]
            total = len(job.get("strategy", {}).get("matrix", {}).get("task", [0]))
            for index in range(total):
                filled = command.replace("${{ strategy.job-index }}", str(index))
                filled = filled.replace("${{ strategy.job-total }}", str(total))
                assert "${{" not in filled, filled
                run(["bash", "-c", filled], folder)


def array_script(name, file, numbers, variables_of):
    """Runs a script of a scheduler as each task of the array that its directive `numbers` asks for."""
    script = EXAMPLES / file
    first, last = map(int, re.search(numbers, script.read_text(), re.MULTILINE).groups())
    with folder_of(f"{name}, by its variables") as folder:
        for task in range(first, last + 1):
            run(["bash", str(script)], folder, variables_of(task, last, folder))
        assert len(list(folder.glob("part-*"))) == last - first + 1
        run(MERGE, folder)


kubernetes()
aws_batch()
github()
array_script(
    "PBS Pro",
    "pbs.sh",
    r"^#PBS -J (\d+)-(\d+)$",
    lambda task, _, folder: {"PBS_ARRAY_INDEX": str(task), "PBS_O_WORKDIR": str(folder)},
)
array_script(
    "LSF",
    "lsf.sh",
    r"^#BSUB -J randsplit\[(\d+)-(\d+)\]$",
    lambda task, last, _: {"LSB_JOBINDEX": str(task), "LSB_JOBINDEX_END": str(last), "LSB_JOBINDEX_STEP": "1"},
)
