//! What a scheme knows of the table that it is to split.

use super::plan::PlanOptions;
use super::size::Size;
use super::strata::Strata;
use super::timeline::Timeline;
use crate::data::{Table, Target, Values};
use crate::error::{Error, Result, Subject};
use crate::setting::{GAP, GROUP, SCHEME, Setting, TEST_SIZE, TIME, TRAIN_SIZE};

/// A table with its target, and what was asked of its splits.
pub struct SplitContext<'a> {
    /// The options; a scheme writes the defaults it uses into them.
    pub options: PlanOptions,
    /// The table.
    pub table: &'a Table,
    /// The target of the used rows.
    pub target: &'a Target,
    /// Position in the table of each used row, ascending.
    pub used: &'a [u32],
    /// The scheme's name with its argument.
    pub(super) id: String,
}

/// The share of rows that is tested where no size is given.
const TEST_SHARE: Size = Size::Share(0.2);

impl SplitContext<'_> {
    /// Number of used rows.
    pub fn rows(&self) -> usize {
        self.used.len()
    }

    /// Rows of the test and of the train part. A train size alone leaves the rest to the test part, as in scikit-learn.
    ///
    /// # Errors
    /// An input error where a part is empty or there are not rows enough for both.
    pub fn part_sizes(&mut self) -> Result<(usize, usize)> {
        let (options, n) = (&self.options, self.rows());
        let test = match (options.test_size, options.train_size) {
            (None, Some(train)) => n.saturating_sub(train.rows(n, false)),
            (size, _) => size.unwrap_or(TEST_SHARE).rows(n, true),
        };
        let train = match options.train_size {
            Some(train) => train.rows(n, false),
            None => n.saturating_sub(test),
        };
        if test == 0 || train == 0 || test + train > n {
            return Err(Error::setting(format!(
                "{n} rows cannot give {test} test rows and {} to train on",
                if options.train_size.is_some() { train.to_string() } else { "leave any".into() }
            ))
            .about(TEST_SIZE)
            .advise(format!(
                "change {TEST_SIZE}{} or add rows",
                if options.train_size.is_some() { format!(" or {TRAIN_SIZE}") } else { String::new() }
            )));
        }
        let rest = options.train_size.map(|_| Size::Rows(test));
        self.options.test_size.get_or_insert(rest.unwrap_or(TEST_SHARE));
        Ok((test, train))
    }

    /// Rows of the test part where the train part does not decide on it.
    ///
    /// # Errors
    /// An input error where it is a share of less than a row.
    pub fn test_rows(&mut self) -> Result<usize> {
        let n = self.rows();
        let size = *self.options.test_size.get_or_insert(TEST_SHARE);
        match size.rows(n, true) {
            0 => Err(Error::setting(format!("{} of {n} rows leaves no row to test", TEST_SIZE.to(size)))
                .about(TEST_SIZE)
                .advise("give a larger one")),
            rows => Ok(rows),
        }
    }

    /// Rows of the train part where a size was given.
    ///
    /// # Errors
    /// An input error where it is a share of less than a row.
    pub fn train_rows(&self) -> Result<Option<usize>> {
        let Some(size) = self.options.train_size else { return Ok(None) };
        match size.rows(self.rows(), false) {
            0 => Err(Error::setting(format!(
                "{} of {} rows leaves no row to train on",
                TRAIN_SIZE.to(size),
                self.rows()
            ))
            .about(TRAIN_SIZE)
            .advise("give a larger one")),
            rows => Ok(Some(rows)),
        }
    }

    /// Rows between the train and the test part.
    ///
    /// # Errors
    /// An input error where there are no more rows than these.
    pub fn gap(&self) -> Result<usize> {
        let (gap, n) = (self.options.gap, self.rows());
        if gap >= n {
            return Err(Error::setting(format!("{} leaves none of {n} rows to train on", GAP.to(gap)))
                .about(GAP)
                .advise("give a smaller one"));
        }
        Ok(gap)
    }

    /// Strata of the column that was named, else of the target.
    ///
    /// # Errors
    /// An input error where the table has no such column.
    pub fn strata(&self) -> Result<Strata> {
        Ok(match (&self.options.stratify, self.target) {
            (Some(name), _) => Strata::from_values(&self.table.column(name)?.values.take(self.used)),
            (None, Target::Classification { codes, labels, .. }) => Strata::from_codes(codes, labels),
            (None, Target::Regression { values }) => Strata::from_quantiles(values),
        })
    }

    /// The groups of a column.
    ///
    /// # Errors
    /// An input error where there is no such column, where it is missing in a row, and where it has a single group.
    pub fn groups(&self, name: &str) -> Result<Strata> {
        self.groups_of(name).map_err(|e| e.about(Subject::Column(name.to_owned())))
    }

    fn groups_of(&self, name: &str) -> Result<Strata> {
        let table = self.table;
        let values = table.column(name)?.names().take(self.used);
        if let Some(row) = (0..self.rows()).find(|r| values.is_missing(*r)) {
            return Err(Error::setting(format!("group column '{name}' is missing there"))
                .at(format!("{} {}", table.path, table.place(self.used[row] as usize)))
                .advise("give every row a group"));
        }
        let (codes, levels) = values.as_levels();
        let groups = Strata::from_codes(&codes, &levels);
        if groups.sizes.len() < 2 {
            return Err(Error::setting(format!(
                "group column '{name}' has only one group, '{}', and a split needs two",
                groups.names[0]
            ))
            .at(&table.path)
            .advise(format!("choose another {GROUP}")));
        }
        Ok(groups)
    }

    /// The name of the group column.
    ///
    /// # Errors
    /// An input error where none was given.
    pub fn group_name(&self) -> Result<String> {
        self.options.group.clone().ok_or_else(|| self.missing(GROUP))
    }

    /// The name of the time column.
    ///
    /// # Errors
    /// An input error where none was given.
    pub fn time_name(&self) -> Result<String> {
        self.options.time.clone().ok_or_else(|| self.missing(TIME))
    }

    fn missing(&self, setting: Setting) -> Error {
        Error::setting(format!("{} needs {}", SCHEME.to(&self.id), setting.to("COLUMN"))).about(setting)
    }

    /// The used rows along a time column.
    ///
    /// # Errors
    /// Those of [`SplitContext::times`], and an input error where the times are all one.
    pub(super) fn timeline(&self, name: &str) -> Result<Timeline> {
        Timeline::new(&self.times(name)?).map_err(|why| self.unfit_time(name, &why))
    }

    /// That a time column does not suit.
    pub(super) fn unfit_time(&self, name: &str, why: &str) -> Error {
        Error::setting(format!("time column '{name}' {why}"))
            .about(Subject::Column(name.to_owned()))
            .at(&self.table.path)
    }

    /// The times of the used rows.
    ///
    /// # Errors
    /// An input error where there is no such column, where it is missing in a row, and where it is text.
    pub fn times(&self, name: &str) -> Result<Vec<f64>> {
        self.times_of(name).map_err(|e| e.about(Subject::Column(name.to_owned())))
    }

    fn times_of(&self, name: &str) -> Result<Vec<f64>> {
        let table = self.table;
        let values = table.column(name)?.values.take(self.used);
        if let Some(row) = (0..self.rows()).find(|r| values.is_missing(*r)) {
            return Err(Error::setting(format!("time column '{name}' is missing there"))
                .at(format!("{} {}", table.path, table.place(self.used[row] as usize)))
                .advise("give every row a time"));
        }
        match values {
            Values::Number(v) | Values::Time(v, _) | Values::Boolean(v, _) => Ok(v.into_vec()),
            Values::Text { .. } => Err(Error::setting(format!("time column '{name}' is text"))
                .at(&table.path)
                .advise("write times as numbers or ISO dates (2024-01-31)")),
        }
    }
}
