//! Columns as series of polars, for files that other programs read.

use polars::prelude::{DataType, NamedFrom, Series, TimeUnit};

use super::{MISSING, Time, Values};

/// Whole numbers that a float holds exactly.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// What the cells of a file are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SeriesTypes {
    /// Booleans are booleans; else the words of the file that was read.
    pub booleans: bool,
    /// Times are moments; else text, of which the clock is left out where all are whole days.
    pub moments: bool,
    /// Whole numbers are integers also where some are missing. People want them so; a library that has no missing integers
    /// makes numbers with a point of them, and is given these.
    pub integers_with_gaps: bool,
}

/// A column, or some rows of it; whole numbers are integers where all of the column are.
pub(crate) fn to_series(name: &str, values: &Values, rows: Option<&[u32]>, types: SeriesTypes) -> Series {
    let count = rows.map_or(values.len(), <[u32]>::len);
    let places = || (0..count).map(|i| rows.map_or(i, |rows| rows[i] as usize));
    let known = |x: f64| Some(x).filter(|x| !x.is_nan());
    let name = name.into();
    match values {
        Values::Number(v) => {
            let is_gap = |x: &f64| types.integers_with_gaps && x.is_nan();
            if v.iter().all(|x| is_gap(x) || (x.fract() == 0.0 && x.abs() <= EXACT)) {
                let whole: Vec<Option<i64>> = places().map(|r| known(v[r]).map(|x| x as i64)).collect();
                return Series::new(name, whole);
            }
            Series::new(name, places().map(|r| known(v[r])).collect::<Vec<_>>())
        }
        Values::Boolean(v, spelling) => {
            let read = places().map(|r| known(v[r]).map(|x| x != 0.0));
            if types.booleans {
                return Series::new(name, read.collect::<Vec<_>>());
            }
            Series::new(name, read.map(|b| b.map(|b| spelling.word(b))).collect::<Vec<_>>())
        }
        Values::Time(..) => {
            let times = || places().map(|r| Some(values.time(r)).filter(|t| !t.seconds.is_nan()));
            if types.moments {
                let moments: Vec<Option<i64>> = times().map(|t| t.map(|t| (t.seconds * 1e6).round() as i64)).collect();
                let series = Series::new(name, moments);
                return series.cast(&DataType::Datetime(TimeUnit::Microseconds, None)).unwrap_or(series);
            }
            let clock = times().flatten().any(Time::has_clock);
            Series::new(name, times().map(|t| t.map(|t| t.text(clock))).collect::<Vec<_>>())
        }
        Values::Text { codes, levels } => {
            let text = |r: usize| Some(codes[r]).filter(|c| *c != MISSING).map(|c| levels[c as usize].as_str());
            Series::new(name, places().map(text).collect::<Vec<_>>())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_taken_of_a_column_whose_type_is_that_of_the_whole() {
        let types = SeriesTypes { booleans: true, moments: false, integers_with_gaps: true };
        let column = |values: &[f64]| to_series("a", &Values::Number(values.to_vec().into()), Some(&[2, 0, 2]), types);
        let whole = column(&[1.0, 2.0, f64::NAN]);
        assert_eq!(whole, Series::new("a".into(), [None, Some(1i64), None]));
        // Row 1 is not among the rows, and makes the column one of numbers with a point.
        assert_eq!(column(&[1.0, 0.5, 3.0]).dtype(), &DataType::Float64);
        let plain = SeriesTypes { integers_with_gaps: false, ..types };
        let gaps = to_series("a", &Values::Number(vec![1.0, f64::NAN].into()), None, plain);
        assert_eq!((gaps.dtype(), gaps.null_count()), (&DataType::Float64, 1));
        // A day among the rows, a moment elsewhere.
        let times = Values::Time(vec![86_400.0, 3_661.0, f64::NAN].into(), Vec::new());
        let text = |rows| {
            to_series("t", &times, rows, types).str().unwrap().iter().map(|t| t.map(str::to_owned)).collect::<Vec<_>>()
        };
        assert_eq!(text(Some(&[0, 2])), [Some("1970-01-02".to_owned()), None]);
        assert_eq!(text(None)[0].as_deref(), Some("1970-01-02T00:00:00"));
    }
}
