//! One split of the rows.

/// One split: positions among the used rows, ascending. Train rows repeat under the bootstrap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    /// Rows to learn from.
    pub train: Vec<u32>,
    /// Rows to score on.
    pub test: Vec<u32>,
}

impl Split {
    /// Parts `n` rows by a rule that says which are test rows.
    pub fn by(n: usize, is_test: impl Fn(usize) -> bool) -> Self {
        let (test, train) = (0..n as u32).partition(|row| is_test(*row as usize));
        Self { train, test }
    }

    /// Checks that this is a split of `rows` rows: neither part is empty, rows are ascending, each test row is there once
    /// and is no train row.
    ///
    /// # Errors
    /// A sentence that says what is wrong.
    pub fn check(&self, rows: usize) -> Result<(), String> {
        for (part, of) in [("train", &self.train), ("test", &self.test)] {
            if of.is_empty() {
                return Err(format!("has no {part} rows"));
            }
            if !of.is_sorted() {
                return Err(format!("has {part} rows that are not ascending"));
            }
            if let Some(row) = of.last().filter(|row| **row as usize >= rows) {
                return Err(format!("has {part} row {row}, and there are {rows} rows from 0 up"));
            }
        }
        if let Some(twice) = self.test.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(format!("tests row {} twice", twice[0]));
        }
        match self.test.iter().find(|row| self.train.binary_search(row).is_ok()) {
            Some(row) => Err(format!("has row {row} in both parts")),
            None => Ok(()),
        }
    }

    /// A number that two splits share where they have the same train rows (repeats counted) and the same test rows.
    pub fn fingerprint(&self) -> u64 {
        let fold = |hash: u64, word: u64| (hash ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(23);
        // Eight chains at once: a processor waits for each multiplication of a single one.
        let of = |rows: &[u32], seed: u64| {
            let mut lanes = [seed; 8];
            for rows in rows.chunks(8) {
                lanes.iter_mut().zip(rows).for_each(|(lane, row)| *lane = fold(*lane, u64::from(*row)));
            }
            lanes.into_iter().fold(rows.len() as u64, fold)
        };
        of(&self.train, of(&self.test, 1))
    }

    /// Number of different train rows: fewer than there are under the bootstrap, which draws rows repeatedly.
    pub fn distinct_train(&self) -> usize {
        self.train.chunk_by(|a, b| a == b).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_split_is_told() {
        let check = |train: &[u32], test: &[u32]| Split { train: train.into(), test: test.into() }.check(5);
        assert_eq!(check(&[0, 1, 1, 3], &[2, 4]), Ok(()));
        for (train, test, words) in [
            (&[][..], &[1][..], "no train rows"),
            (&[1], &[], "no test rows"),
            (&[3, 1], &[2], "not ascending"),
            (&[1], &[5], "test row 5"),
            (&[1], &[2, 2], "row 2 twice"),
            (&[1, 2], &[2], "row 2 in both parts"),
        ] {
            assert!(check(train, test).unwrap_err().contains(words), "{words}");
        }
    }
}
