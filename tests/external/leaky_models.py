"""Models of scikit-learn for `leaks.py`: clean ones, and ones that know rows which they are not given."""

import os
import pickle
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, RegressorMixin, TransformerMixin
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.ensemble import HistGradientBoostingRegressor, RandomForestClassifier, RandomForestRegressor
from sklearn.feature_selection import SelectKBest, f_regression
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV, KFold
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler, OneHotEncoder, StandardScaler, TargetEncoder
from sklearn.svm import SVC, SVR

DATA = Path(__file__).resolve().parent.parent.parent / "data"

# --- clean ------------------------------------------------------------------------------------------------------

ridge = make_pipeline(StandardScaler(), Ridge())
svr = make_pipeline(MinMaxScaler(), SVR(C=100.0))
neighbors = make_pipeline(StandardScaler(), KNeighborsRegressor())
chosen = make_pipeline(SelectKBest(f_regression, k=3), LinearRegression())
searched = GridSearchCV(make_pipeline(StandardScaler(), Ridge()), {"ridge__alpha": [0.1, 10.0]}, cv=3)
# These know something of the target beforehand: not from rows, but which way columns work.
rising = HistGradientBoostingRegressor(max_iter=30, monotonic_cst={"bmi": 1, "bp": 1, "s5": 1})
positive = LinearRegression(positive=True)
mixed = make_pipeline(
    make_column_transformer(
        (make_pipeline(SimpleImputer(), StandardScaler()), make_column_selector(dtype_include="number")),
        (OneHotEncoder(handle_unknown="ignore"), make_column_selector(dtype_exclude="number")),
    ),
    LogisticRegression(max_iter=1000),
)
encoded = make_pipeline(
    make_column_transformer(
        (TargetEncoder(cv=KFold(5, shuffle=True, random_state=0)), make_column_selector(dtype_exclude="number")), remainder=SimpleImputer()
    ),
    LogisticRegression(max_iter=1000),
)
svc = make_pipeline(StandardScaler(), SVC())
forest = RandomForestClassifier(n_estimators=20)


def make_forest(seed):
    """Return a forest that is told its seed."""
    return RandomForestRegressor(n_estimators=20, random_state=seed)


def function(x_train, y_train, x_test):
    """Return the predictions of a ridge regression."""
    return make_pipeline(StandardScaler(), Ridge()).fit(x_train, y_train).predict(x_test)


# --- not clean --------------------------------------------------------------------------------------------------


def scaled_before():
    """Return a pipeline whose scaler was fitted to the whole file."""
    table = pd.read_csv(DATA / "diabetes.csv").drop(columns="target")
    return make_pipeline(FunctionTransformer(StandardScaler().fit(table).transform), Ridge())


def scaled_before_by_numpy():
    """Return the same, where the file is found from the working folder and read by NumPy."""
    cells = np.genfromtxt("data/diabetes.csv", delimiter=",", skip_header=1)[:, :-1]
    middle = np.median(cells, axis=0)
    return make_pipeline(FunctionTransformer(lambda x: np.abs(np.asarray(x) - middle)), Ridge(alpha=0.01))


def chosen_before():
    """Return a pipeline whose columns were chosen by the targets of the whole file."""
    table = pd.read_csv(DATA / "diabetes.csv")
    x, y = table.drop(columns="target"), table["target"]
    select = SelectKBest(f_regression, k=3).fit(x, y)
    return make_pipeline(FunctionTransformer(select.transform), LinearRegression())


class Encoder(TransformerMixin, BaseEstimator):
    """Puts the mean target of a level's rows, those of the whole file, in place of the level."""

    def fit(self, x, y=None):
        table = pd.read_csv(DATA / "titanic.csv")
        said = (table["survived"] == "yes").astype(float)
        self.means_ = {column: said.groupby(table[column].astype(str)).mean() for column in ["sex", "passengerClass"]}
        return self

    def transform(self, x):
        return np.column_stack([x[column].astype(str).map(means).astype(float) for column, means in self.means_.items()])


encoded_before = make_pipeline(Encoder(), LogisticRegression())


class Frozen(RegressorMixin, BaseEstimator):
    """A pipeline that was fitted to all rows, in a file of its own, and is not fitted again."""

    def fit(self, x, y):
        with open(os.environ["FITTED_BEFORE"], "rb") as file:
            self.fitted_ = pickle.load(file)
        return self

    def predict(self, x):
        return self.fitted_.predict(x)


fitted_before = Frozen()


def scaled_together(x_train, y_train, x_test):
    """Return predictions of rows that are scaled with those that are predicted."""
    model = Ridge().fit(StandardScaler().fit_transform(x_train), y_train)
    return model.predict(StandardScaler().fit_transform(x_test))
