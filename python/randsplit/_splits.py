"""The splits of an evaluation for scikit-learn's functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Iterator

import numpy as np

from . import _core
from ._errors import setting
from ._table import data, rows_of

if TYPE_CHECKING:

    class _Base:
        """Stands for scikit-learn's class, which may not be installed."""

else:
    try:
        # Groups are passed on by metadata routing to those who ask for them.
        from sklearn.model_selection import GroupKFold

        _Base = GroupKFold.__mro__[1]
        if _Base.__name__ != "GroupsConsumerMixin":
            _Base = object
    except ImportError:
        _Base = object


class SplitPlan(_Base):
    """The very splits that :func:`evaluate` scores, as a scikit-learn splitter.

    It goes wherever scikit-learn takes ``cv``: ``cross_validate``, ``GridSearchCV``, ``permutation_test_score``.

    Parameters
    ----------
    splits : int, optional
        Number of splits; 100, or as many as the scheme has, if not given.
    seed : int, default 0
        Seed of all randomness.
    scheme : str, optional
        How splits are drawn, as for :func:`evaluate`.
    test_size, train_size : float or int, optional
        Share or number of rows; a fifth are test rows if not given.
    gap : int, default 0
        Rows left out between the train and test rows of a split by time.
    time : array of shape (n_rows,), optional
        Orders the rows in time.
    task : {"regression", "classification"}, optional
        Told by the values of the target if not given, as :func:`evaluate` does where no estimator tells it.

    Examples
    --------
    >>> import randsplit as rs
    >>> from sklearn.datasets import load_diabetes
    >>> from sklearn.linear_model import Ridge
    >>> from sklearn.model_selection import cross_validate
    >>> X, y = load_diabetes(return_X_y=True)
    >>> scores = cross_validate(Ridge(), X, y, cv=rs.SplitPlan(splits=20))["test_score"]
    """

    def __init__(
        self,
        splits: int | None = None,
        *,
        seed: int = 0,
        scheme: str | None = None,
        test_size: float | int | None = None,
        train_size: float | int | None = None,
        gap: int = 0,
        time: Any = None,
        task: str | None = None,
    ) -> None:
        self.splits, self.seed, self.scheme = splits, seed, scheme
        self.test_size, self.train_size, self.gap = test_size, train_size, gap
        self.time, self.task = time, task

    def __repr__(self) -> str:
        given = {name: value for name, value in vars(self).items() if value is not None and name[0] != "_"}
        given.pop("time", None)
        return f"SplitPlan({', '.join(f'{name}={value!r}' for name, value in given.items())})"

    def _plan(self, x: Any, y: Any, groups: Any) -> _core.CorePlan:
        import json

        if y is None:
            y = np.zeros(rows_of(x))
            y[::2] = 1.0
            task: str | None = "regression"
        else:
            task = self.task
        rows = data(x, y, {"group": groups, "time": self.time}, rows_only=True)
        settings = {
            "target": rows.target,
            "task": task,
            "drop": list(rows.extra.values()),
            "splits": self.splits,
            "seed": self.seed,
            "scheme": self.scheme,
            "test_size": self.test_size,
            "train_size": self.train_size,
            "gap": self.gap,
            "group": rows.extra.get("group"),
            "time": rows.extra.get("time"),
            "models": ["baseline"],
            "checks": False,
        }
        return _core.plan(rows.table, json.dumps(settings))

    def split(self, X: Any, y: Any = None, groups: Any = None) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield the train and the test rows of each split, by position.

        Parameters
        ----------
        X : array-like of n_rows
            Only the number of its rows matters.
        y : array of shape (n_rows,), optional
            The target: classes are stratified on. Rows without a target are in no split.
        groups : array of shape (n_rows,), optional
            Rows with equal groups stay on one side.
        """
        plan = self._plan(X, y, groups)
        for k in range(len(plan)):
            train, test = (np.frombuffer(part, np.uint32).astype(np.intp) for part in plan.split(k))
            yield train, test

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:
        """Return the number of splits; of some schemes it is known only with the rows."""
        if X is not None:
            return len(self._plan(X, y, groups))
        if self.splits is not None:
            return self.splits
        if self.scheme in (None, "shuffle", "stratified", "bootstrap"):
            return 100
        raise setting(f"the number of splits of scheme {self.scheme!r} depends on the rows; give X")
