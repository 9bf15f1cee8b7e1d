"""Checks that `--probe leak-check` finds scikit-learn models that know test rows, and is silent about clean ones.

Usage: leaks.py RANDSPLIT
"""

import json
import os
import pickle
import subprocess
import sys
import tempfile
from pathlib import Path

import pandas as pd
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
LEAK = "RS308"


def look(file, target, names, **environment):
    """Return each model's figures of the probe, and the warnings about it."""
    models = [flag for name in names for flag in ("-m", f"python:{HERE / 'leaky_models.py'}:{name}")]
    done = subprocess.run(
        [sys.argv[1], "eval", f"data/{file}", "-t", target, "-n", "4", *models, "--probe", "leak-check", "-f", "json",
         "--python", sys.executable, "--no-config", "--no-checks"],
        capture_output=True, text=True, check=False, cwd=ROOT, env={**os.environ, **environment},
    )
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    found = {}
    for model in report["models"]:
        assert model["failed"] == 0, report["warnings"]
        said = [w["message"] for w in report["warnings"] if w["code"] == LEAK and w["message"].startswith(model["name"] + " ")]
        found[model["name"]] = model["probe_figures"], said
    return found


def clean(file, target, *names):
    """Check that nothing is said of these models."""
    for name, (figures, said) in look(file, target, names).items():
        assert not said and figures["leak.moved"] == 0, (name, figures, said)
        print(f"{file} {name}: clean (shuffled {figures['leak.shuffled']:.3f}, true {figures['leak.true']:.3f})")


def moving(file, target, *names):
    """Check that these models are found by changed rows."""
    for name, (figures, said) in look(file, target, names).items():
        assert figures["leak.moved"] > 1e-4 and any("move by up to" in text for text in said), (name, figures, said)
        print(f"{file} {name}: found (moved {figures['leak.moved']:.4f})")


clean("diabetes.csv", "target", "ridge", "svr", "neighbors", "chosen", "searched", "rising", "positive", "make_forest", "function")
clean("titanic.csv", "survived", "mixed", "encoded")
clean("breast_cancer.csv", "target", "svc", "forest")
moving("diabetes.csv", "target", "scaled_before", "scaled_before_by_numpy", "chosen_before", "scaled_together")
moving("titanic.csv", "survived", "encoded_before")

with tempfile.NamedTemporaryFile(suffix=".pickle") as file:
    table = pd.read_csv(ROOT / "data" / "diabetes.csv")
    pickle.dump(make_pipeline(StandardScaler(), Ridge()).fit(table.drop(columns="target"), table["target"]), file)
    file.flush()
    [(figures, said)] = look("diabetes.csv", "target", ["fitted_before"], FITTED_BEFORE=file.name).values()
    # It comes from another file, so nothing moves; but it predicts the targets whatever it is fitted to.
    assert figures["leak.moved"] == 0 and figures["leak.shuffled"] == figures["leak.true"] > 0.3, figures
    assert any("shuffled train targets" in text for text in said), said
    print(f"diabetes.csv fitted_before: found (shuffled {figures['leak.shuffled']:.3f}, true {figures['leak.true']:.3f})")
