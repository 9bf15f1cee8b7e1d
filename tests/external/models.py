"""Models of scikit-learn for `libraries.py`."""

from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.ensemble import RandomForestRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import SVC

ridge = make_pipeline(StandardScaler(), Ridge(alpha=1.0))
logistic = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
svc = make_pipeline(StandardScaler(), SVC())
neighbors = KNeighborsClassifier(n_neighbors=15)
mixed = make_pipeline(
    make_column_transformer(
        (make_pipeline(SimpleImputer(), StandardScaler()), make_column_selector(dtype_include="number")),
        (
            make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore")),
            make_column_selector(dtype_exclude="number"),
        ),
    ),
    LogisticRegression(max_iter=1000),
)


def make_forest():
    """Return a forest with a seed of its own."""
    return RandomForestRegressor(n_estimators=20, random_state=3)
