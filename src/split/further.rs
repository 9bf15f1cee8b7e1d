//! Further splits of a table whose plan is made, for looking into it: the same seed, other rules.

use super::Split;
use super::draw::{Quota, select};
use super::group::GroupDraw;
use super::random::stream;
use super::strata::Strata;
use crate::data::MISSING;

/// Streams of these draws are none that a plan uses for its splits or their models.
const STREAMS: u64 = 1 << 62;

/// `count` splits of `rows` rows into a test and a train part of these sizes, any rows.
pub fn random_splits(rows: usize, test: usize, train: usize, seed: u64, count: usize) -> Vec<Split> {
    let quotas = [Quota { rows, test, train }];
    (0..count as u64).map(|k| select(&mut stream(seed, STREAMS + k), None, rows, &quotas)).collect()
}

/// `count` splits that keep rows of one code together, with test parts of about `test` rows. Rows whose code
/// is missing are groups of their own. Needs two groups.
pub fn group_splits(codes: &[u32], test: usize, seed: u64, count: usize) -> Vec<Split> {
    let mut next = codes.iter().filter(|c| **c != MISSING).max().map_or(0, |c| c + 1);
    let mut own = |code: &u32| {
        if *code != MISSING {
            return *code;
        }
        next += 1;
        next - 1
    };
    let codes: Vec<u32> = codes.iter().map(&mut own).collect();
    let names: Vec<String> = (0..next).map(|i| i.to_string()).collect();
    let groups = Strata::from_codes(&codes, &names);
    let draw = GroupDraw::new(groups.sizes.clone(), None, test);
    let split = |k| Split::of_groups(&groups, &draw.draw(&mut stream(seed, STREAMS + k)));
    (0..count as u64).map(split).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_stay_whole_and_missing_codes_stand_alone() {
        let codes = [0, 0, 1, 1, 2, 2, MISSING, MISSING];
        let splits = group_splits(&codes, 3, 7, 40);
        for split in &splits {
            assert_eq!(split.test.len() + split.train.len(), 8);
            for pair in [[0, 1], [2, 3], [4, 5]] {
                assert_eq!(split.test.contains(&pair[0]), split.test.contains(&pair[1]));
            }
        }
        assert!(splits.iter().any(|s| s.test.contains(&6) != s.test.contains(&7)));
    }

    #[test]
    fn sizes_are_those_asked_for() {
        let splits = random_splits(20, 4, 7, 1, 5);
        assert!(splits.iter().all(|s| s.test.len() == 4 && s.train.len() == 7));
        assert_ne!(splits[0], splits[1]);
    }
}
