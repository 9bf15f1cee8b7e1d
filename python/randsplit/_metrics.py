"""Metrics that are functions or scorers of Python's."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import Any, Callable, Sequence, Union

import numpy as np

from . import _core
from ._columns import class_values
from ._errors import RandsplitError, made

#: Endings of the names of functions that are better when they are lower, as scikit-learn names them.
_LOWER = ("_error", "_loss", "_deviance")

#: What the compiled part calls what is passed beside the labels.
_PROBABILITIES, _DECISIONS = 1, 2


@dataclass(frozen=True)
class Metric:
    """A score of one's own.

    Parameters
    ----------
    function : callable
        Takes the true values and the predictions of the test rows and returns a number. With
        ``response="predict_proba"`` the predictions are probabilities: of the second class in sorted order where there
        are two, else an array of shape (n_rows, n_classes).
    name : str, optional
        The name in reports and claims; the function's own where not given.
    greater_is_better : bool, optional
        Whether a higher score is better. Where not given it is, unless the name ends in ``_error``, ``_loss`` or
        ``_deviance``.
    response : {"predict", "predict_proba"}
        What the function scores.

    Examples
    --------
    >>> import numpy as np, randsplit as rs
    >>> worst_miss = rs.Metric(lambda y, p: np.abs(y - p).max(), "worst_miss", greater_is_better=False)
    >>> report = rs.evaluate("ridge", "data/diabetes.csv", "target", splits=20, metrics=["r2", worst_miss])
    """

    function: Callable[..., float]
    name: str | None = None
    greater_is_better: bool | None = None
    response: str = "predict"


MetricLike = Union[str, Metric, Callable[..., float]]


@dataclass
class _Asked:
    """A metric of Python's, resolved."""

    name: str
    greater_is_better: bool
    response: str
    score: Callable[[np.ndarray, np.ndarray, "np.ndarray | None", int, "np.ndarray | None"], float]


def _wrong(text: str) -> RandsplitError:
    return made("invalid-metric", 2, text)


def resolve(metrics: Sequence[MetricLike] | MetricLike, y: np.ndarray | None) -> tuple[list[str | int], list[_core.OwnMetric]]:
    """Return the metrics as the compiled part takes them: names, or places among those of Python's.

    Parameters
    ----------
    metrics : metric or sequence of metrics
        Names of randsplit's or scikit-learn's, scorers, functions, or :class:`Metric` objects.
    y : array or None
        The target, by whose values classes are passed to functions; their texts are where there is none.
    """
    one = isinstance(metrics, (str, Metric)) or callable(metrics)
    asked: list[MetricLike] = [metrics] if one else list(metrics)  # type: ignore[arg-type, list-item]
    order: list[str | int] = []
    own: list[_core.OwnMetric] = []
    for metric in asked:
        if isinstance(metric, str) and (_core.is_known_metric(metric) or not _is_scorer_name(metric)):
            order.append(metric)
            continue
        order.append(len(own))
        own.append(_own(_asked(metric), y))
    return order, own


def _is_scorer_name(name: str) -> bool:
    try:
        from sklearn.metrics import get_scorer_names
    except ImportError:
        return False
    return name in get_scorer_names()


def _asked(metric: MetricLike) -> _Asked:
    if isinstance(metric, str):
        from sklearn.metrics import get_scorer

        return _of_scorer(metric, get_scorer(metric))
    if isinstance(metric, Metric):
        if metric.response not in ("predict", "predict_proba"):
            raise _wrong(f"response={metric.response!r} is neither 'predict' nor 'predict_proba'; give one of these")
        if _takes_estimator(metric.function):
            return _of_scorer(metric.name or _name(metric.function), metric.function, metric.greater_is_better)
        name = metric.name or _name(metric.function)
        better = metric.greater_is_better
        return _of_function(name, metric.function, _usual(name) if better is None else better, metric.response)
    if not callable(metric):
        raise _wrong(f"a metric is a name or a function, and {metric!r} is neither")
    if _takes_estimator(metric):
        return _of_scorer(_name(metric), metric)
    better = getattr(metric, "greater_is_better", None)
    name = _name(metric)
    return _of_function(name, metric, _usual(name) if better is None else bool(better), "predict")


def _usual(name: str) -> bool:
    return not name.endswith(_LOWER)


def _name(function: Any) -> str:
    """Return the name of a function or of what a scorer scores by."""
    inner = getattr(function, "_score_func", function)
    while hasattr(inner, "func") and not hasattr(inner, "__name__"):
        inner = inner.func
    name = str(getattr(inner, "__name__", type(inner).__name__))
    if not name.isidentifier():
        raise _wrong(f"the metric {name} has no name that claims can use; wrap it: rs.Metric(function, 'name')")
    return name


def _takes_estimator(function: Any) -> bool:
    """Tell whether a function is a scorer: it takes an estimator, rows and true values."""
    if hasattr(function, "_score_func"):
        return True
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return False
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    needed = [p for p in parameters if p.kind in kinds and p.default is inspect.Parameter.empty]
    return len(needed) == 3


def _of_function(name: str, function: Callable[..., float], better: bool, response: str) -> _Asked:
    def score(
        truth: np.ndarray, predicted: np.ndarray, matrix: np.ndarray | None, kind: int, classes: np.ndarray | None
    ) -> float:
        if response == "predict":
            return float(function(truth, predicted))
        assert matrix is not None and classes is not None
        order = np.argsort(classes)
        ordered = matrix[:, order]
        return float(function(truth, ordered[:, 1] if len(classes) == 2 else ordered))

    return _Asked(name, better, response, score)


class _Predicted:
    """An estimator that has predicted: what a scorer asks it for is what a model said of the test rows."""

    def __init__(
        self, predicted: np.ndarray, matrix: np.ndarray | None, kind: int, classes: np.ndarray | None
    ) -> None:
        self._predicted, self._matrix, self._kind = predicted, matrix, kind
        self._order = None
        if classes is not None:
            self._order = np.argsort(classes)
            self.classes_ = classes[self._order]
            self._estimator_type = "classifier"
        else:
            self._estimator_type = "regressor"

    def __sklearn_tags__(self) -> Any:
        from sklearn.utils import ClassifierTags, InputTags, RegressorTags, Tags, TargetTags

        is_classifier = self._order is not None
        return Tags(
            estimator_type=self._estimator_type,
            target_tags=TargetTags(required=True),
            transformer_tags=None,
            classifier_tags=ClassifierTags() if is_classifier else None,
            regressor_tags=None if is_classifier else RegressorTags(),
            input_tags=InputTags(),
        )

    def fit(self, *_: Any) -> "_Predicted":
        """Do nothing: scorers want an estimator to have it."""
        return self

    def predict(self, _: Any) -> np.ndarray:
        """Return the predictions."""
        return self._predicted

    def __getattr__(self, name: str) -> Any:
        # A model without probabilities must look like one, and scorers ask methods for their names.
        def predict_proba(_: Any) -> np.ndarray:
            assert self._matrix is not None
            return self._matrix[:, self._order]

        def decision_function(_: Any) -> np.ndarray:
            return self._decisions()

        kind = self.__dict__.get("_kind")
        if name == "predict_proba" and kind == _PROBABILITIES:
            return predict_proba
        if name == "decision_function" and kind == _DECISIONS:
            return decision_function
        raise AttributeError(name)

    def _decisions(self) -> np.ndarray:
        assert self._matrix is not None
        ordered = self._matrix[:, self._order]
        return ordered[:, 1] if ordered.shape[1] == 2 else ordered


def _of_scorer(name: str, scorer: Any, better: bool | None = None) -> _Asked:
    response = getattr(scorer, "_response_method", "predict")
    ranks = response != "predict"

    def score(
        truth: np.ndarray, predicted: np.ndarray, matrix: np.ndarray | None, kind: int, classes: np.ndarray | None
    ) -> float:
        rows = np.zeros((len(truth), 1))
        return float(scorer(_Predicted(predicted, matrix, kind, classes), rows, truth))

    # A scorer has its sign within: more is better.
    return _Asked(name, True if better is None else better, "ranks" if ranks else "predict", score)


def _own(asked: _Asked, y: np.ndarray | None) -> _core.OwnMetric:
    """Return a metric as the compiled part calls it: with bytes."""
    known: list[np.ndarray] = []

    def call(truth: bytes, predicted: bytes, matrix: bytes | None, kind: int, labels: list[str] | None) -> float:
        if labels is None:
            return asked.score(np.frombuffer(truth), np.frombuffer(predicted), None, 0, None)
        if not known:
            if y is None:
                texts = np.empty(len(labels), dtype=object)
                texts[:] = labels
                known.append(texts)
            else:
                known.append(class_values(labels, y))
        classes = known[0]
        codes, said = np.frombuffer(truth, np.uint32), np.frombuffer(predicted, np.uint32)
        table = None if matrix is None else np.frombuffer(matrix).reshape(len(codes), len(classes))
        return asked.score(classes[codes], classes[said], table, kind, classes)

    needs = {"predict": "labels", "predict_proba": "probabilities"}.get(asked.response, "ranks")
    return asked.name, asked.greater_is_better, needs, call
