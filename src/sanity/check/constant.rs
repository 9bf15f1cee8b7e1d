//! Whether a model copes with a column that does not vary among its train rows.

use super::{Finding, SanityCheck, shown};
use crate::data::Target;
use crate::model::{FitError, Predictions};
use crate::sanity::plant::Function;
use crate::sanity::score::ends;
use crate::sanity::subject::Subject;

/// Predictions may be so many ranges of the train targets beyond these.
const FAR: f64 = 10.0;

/// See the module.
pub struct Constant;

impl SanityCheck for Constant {
    fn name(&self) -> &'static str {
        "constant"
    }

    fn summary(&self) -> &'static str {
        "it copes with a column that is constant among the train rows"
    }

    fn page(&self) -> &'static str {
        "The model learns the target of the check linear while one column has one value in all train rows, as it happens in \
         single splits with a rare value. It is asked for rows with that value and for rows with others. The fit has to \
         succeed, and predictions have to be finite and less than ten ranges of the train targets away from these. What \
         fails divides by the spread of the column, which is 0 (or 0 and a tiny number, so that another value becomes a huge \
         one): leave such a column as it is, or at 0."
    }

    fn look(&self, subject: &Subject) -> Result<Finding, FitError> {
        let ground = subject.ground;
        let columns = ground.carriers.columns();
        let fixed = match &columns[..] {
            [] => None,
            [only] => (0..ground.features.used.len()).find(|column| column != only),
            [.., last] => Some(*last),
        };
        let (Some(planted), Some(fixed)) = (subject.plant(Function::Line, 7), fixed) else {
            return Ok(Finding::not_applicable("there is no second column, and a model needs one that varies"));
        };
        let mut train = planted.train;
        let one = train.rows_of(fixed)[0];
        train.set(fixed, vec![one; train.len()]);
        let mut same = planted.test.clone();
        same.set(fixed, vec![one; same.len()]);
        let name = &ground.features.used[fixed].name;
        let fitted = subject.fit(&train, &planted.train_target, 0);
        let made = match fitted.and_then(|fitted| fitted.predict_all(&[&same, &planted.test])) {
            Ok(made) => made,
            Err(why) => {
                let what = format!("it does not cope with '{name}' constant among {} train rows: {why}", train.len());
                // A model of ours that takes no such column says so, and what to do.
                return Ok(if subject.spec.is_some() { Finding::note(what) } else { Finding::fail(what) });
            }
        };
        let rows = planted.test.len();
        let told = format!(
            "with '{name}' constant among {} train rows it predicts {rows} rows with that value and {rows} with others",
            train.len()
        );
        let (Target::Regression { values: taught }, Predictions::Values(others)) = (&planted.train_target, &made[1])
        else {
            return Ok(Finding::pass(told));
        };
        let (low, high) = ends(taught);
        let ((from, to), range) = (ends(others), FAR * (high - low));
        let found = if from < low - range || to > high + range {
            Finding::fail(format!(
                "with '{name}' constant among the train rows, predictions for rows with other values go from {} to {}, and train targets from {} to {}",
                shown(from),
                shown(to),
                shown(low),
                shown(high)
            ))
        } else {
            Finding::pass(told)
        };
        Ok(found.with("lowest", from).with("highest", to))
    }
}
