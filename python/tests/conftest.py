"""Data that several tests share."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

DATA = Path(__file__).parent.parent.parent / "data"


@pytest.fixture
def diabetes() -> tuple[pd.DataFrame, pd.Series]:
    """Ten numbers and a number."""
    table = pd.read_csv(DATA / "diabetes.csv")
    return table.drop(columns="target"), table["target"]


@pytest.fixture
def cancer() -> tuple[pd.DataFrame, pd.Series]:
    """Thirty numbers and one of two texts."""
    table = pd.read_csv(DATA / "breast_cancer.csv")
    return table.drop(columns="target"), table["target"]


@pytest.fixture
def penguins() -> tuple[pd.DataFrame, pd.Series]:
    """Numbers, texts and gaps, and one of three texts."""
    table = pd.read_csv(DATA / "penguins.csv")
    return table.drop(columns="species"), table["species"]


@pytest.fixture
def few() -> tuple[np.ndarray, np.ndarray]:
    """Sixty rows of three numbers, and a noisy sum of them."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(60, 3))
    return x, x @ [1.0, 2.0, 3.0] + rng.normal(size=60)
