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
