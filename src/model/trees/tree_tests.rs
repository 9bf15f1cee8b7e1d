//! Trees against a plain reference: every column, every threshold, every side for missing, rows counted anew.

use std::borrow::Cow;

use proptest::prelude::*;

use super::columns::{Column, Columns};
use super::forest::{Forest, MaxFeatures};
use super::sample::{Impurity, Truth};
use super::search::Test;
use super::tree::Tree;

/// A tree as nested tests: the encoded column, the test and both sides; or a leaf's output.
#[derive(Debug, PartialEq)]
enum Plain {
    Leaf(Vec<f64>),
    Split(usize, Test, Box<Plain>, Box<Plain>),
}

#[derive(Debug)]
struct Table {
    numbers: Vec<Vec<Option<i32>>>,
    levels: Vec<Vec<u32>>,
    y: Vec<i32>,
}

const LEVELS: usize = 4;

impl Table {
    fn columns(&self) -> Columns<'static> {
        let number = |c: &Vec<Option<i32>>| Column::ranked(c.iter().map(|v| v.map_or(f64::NAN, f64::from)));
        let level = |c: &Vec<u32>| Column::Levels { codes: Cow::Owned(c.clone()), levels: LEVELS };
        let columns = self.numbers.iter().map(number).chain(self.levels.iter().map(level)).collect();
        Columns { columns, rows: self.y.len() }
    }

    /// Minus rows × impurity, from the rows themselves.
    fn quality(&self, rows: &[u32], impurity: Impurity) -> f64 {
        let n = rows.len() as f64;
        let y: Vec<f64> = rows.iter().map(|r| f64::from(self.y[*r as usize])).collect();
        let of = |class: i32| rows.iter().filter(|r| self.y[**r as usize] == class).count() as f64;
        match impurity {
            Impurity::SquaredError => {
                let mean = y.iter().sum::<f64>() / n;
                -y.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>()
            }
            Impurity::AbsoluteError => {
                -y.iter().map(|m| y.iter().map(|v| (v - m).abs()).sum::<f64>()).fold(f64::INFINITY, f64::min)
            }
            Impurity::Gini => (0..3).map(|c| of(c) * (of(c) / n - 1.0)).sum(),
            Impurity::Entropy => (0..3).map(of).filter(|c| *c > 0.0).map(|c| c * (c / n).log2()).sum(),
        }
    }

    fn output(&self, rows: &[u32], impurity: Impurity) -> Vec<f64> {
        let n = rows.len();
        let mut y: Vec<f64> = rows.iter().map(|r| f64::from(self.y[*r as usize])).collect();
        match impurity {
            Impurity::SquaredError => vec![y.iter().sum::<f64>() / n as f64],
            Impurity::AbsoluteError => {
                y.sort_by(f64::total_cmp);
                vec![0.5 * y[(n - 1) / 2] + 0.5 * y[n / 2]]
            }
            _ => (0..3).map(|c| y.iter().filter(|v| **v == f64::from(c)).count() as f64 / n as f64).collect(),
        }
    }

    /// Every test of a column that parts these rows, in the order in which ties are settled.
    fn tests(&self, column: usize, rows: &[u32]) -> Vec<Test> {
        let Some(numbers) = self.numbers.get(column) else {
            return (0..LEVELS as u32).map(Test::Level).collect();
        };
        let values = |rows: &mut dyn Iterator<Item = u32>| {
            let mut v: Vec<i32> = rows.filter_map(|r| numbers[r as usize]).collect();
            v.sort_unstable();
            v.dedup();
            v
        };
        let here = values(&mut rows.iter().copied());
        let all = values(&mut (0..numbers.len() as u32));
        let gaps = rows.iter().any(|r| numbers[*r as usize].is_none());
        let mut tests = Vec::new();
        for pair in here.windows(2) {
            let threshold = f64::from(pair[0] + pair[1]) / 2.0;
            let cut = all.iter().filter(|v| f64::from(**v) <= threshold).count() as u32;
            let left = rows.iter().filter(|r| numbers[**r as usize].is_some_and(|v| f64::from(v) <= threshold)).count();
            let heavier = !gaps && 2 * left >= rows.len();
            tests.push(Test::Number { threshold, cut, missing_left: heavier });
            if gaps {
                tests.push(Test::Number { threshold, cut, missing_left: true });
            }
        }
        if gaps && !here.is_empty() {
            tests.push(Test::Number { threshold: f64::INFINITY, cut: all.len() as u32, missing_left: false });
        }
        tests
    }

    fn is_left(&self, column: usize, test: Test, row: u32) -> bool {
        match (test, self.numbers.get(column)) {
            (Test::Number { threshold, missing_left, .. }, Some(numbers)) => {
                numbers[row as usize].map_or(missing_left, |v| f64::from(v) <= threshold)
            }
            (Test::Level(level), None) => self.levels[column - self.numbers.len()][row as usize] != level,
            _ => unreachable!("tests suit their columns"),
        }
    }

    fn grow(&self, rows: &[u32], tree: &Tree, depth: usize) -> Plain {
        let leaf = || Plain::Leaf(self.output(rows, tree.criterion));
        let pure = rows.iter().all(|r| self.y[*r as usize] == self.y[rows[0] as usize]);
        if pure || rows.len() < tree.min_samples_split || depth >= tree.max_depth.unwrap_or(usize::MAX) {
            return leaf();
        }
        let mut best: Option<(f64, usize, Test)> = None;
        for column in 0..self.numbers.len() + self.levels.len() {
            for test in self.tests(column, rows) {
                let (left, right): (Vec<u32>, Vec<u32>) = rows.iter().partition(|r| self.is_left(column, test, **r));
                if left.len().min(right.len()) < tree.min_samples_leaf.max(1) {
                    continue;
                }
                let quality = self.quality(&left, tree.criterion) + self.quality(&right, tree.criterion);
                // Sums of fractions are rounded here and exact there: what is alike but for that is a tie.
                if best.is_none_or(|(b, ..)| quality > b + 1e-9) {
                    best = Some((quality, column, test));
                }
            }
        }
        let Some((quality, column, test)) = best else { return leaf() };
        if (quality - self.quality(rows, tree.criterion)) / self.y.len() as f64 + 1e-12 < tree.min_impurity_decrease {
            return leaf();
        }
        let (left, right): (Vec<u32>, Vec<u32>) = rows.iter().partition(|r| self.is_left(column, test, **r));
        let side = |rows: &[u32]| Box::new(self.grow(rows, tree, depth + 1));
        Plain::Split(column, test, side(&left), side(&right))
    }
}

fn plain(grown: &super::Grown, node: usize) -> Plain {
    let n = &grown.nodes[node];
    if n.left == 0 {
        return Plain::Leaf(grown.output(node).to_vec());
    }
    let side = |child: u32| Box::new(plain(grown, child as usize));
    Plain::Split(n.column as usize, n.test, side(n.left), side(n.right))
}

fn tables() -> impl Strategy<Value = Table> {
    (2usize..26, 0usize..3, 0usize..3).prop_flat_map(|(n, numbers, levels)| {
        let numbers = numbers + usize::from(numbers + levels == 0);
        let cell = prop_oneof![1 => Just(None), 5 => (-4i32..5).prop_map(Some)];
        (
            prop::collection::vec(prop::collection::vec(cell, n), numbers),
            prop::collection::vec(prop::collection::vec(0u32..LEVELS as u32, n), levels),
            prop::collection::vec(0i32..3, n),
        )
            .prop_map(|(numbers, levels, y)| Table { numbers, levels, y })
    })
}

fn criteria() -> impl Strategy<Value = Impurity> {
    prop_oneof![
        Just(Impurity::Gini),
        Just(Impurity::Entropy),
        Just(Impurity::SquaredError),
        Just(Impurity::AbsoluteError)
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn trees_are_those_of_the_plain_reference(
        table in tables(),
        criterion in criteria(),
        depth in prop::option::of(1usize..5),
        to_split in 2usize..6,
        in_leaf in 1usize..4,
        decrease in prop_oneof![Just(0.0), Just(0.05)],
    ) {
        let tree = Tree {
            criterion,
            max_depth: depth,
            min_samples_split: to_split.max(2 * in_leaf),
            min_samples_leaf: in_leaf,
            min_impurity_decrease: decrease,
            max_leaf_nodes: None,
        };
        let rows: Vec<u32> = (0..table.y.len() as u32).collect();
        let codes: Vec<u32> = table.y.iter().map(|y| *y as u32).collect();
        let values: Vec<f64> = table.y.iter().map(|y| f64::from(*y)).collect();
        let number = matches!(criterion, Impurity::SquaredError | Impurity::AbsoluteError);
        let truth = if number { Truth::Values(&values) } else { Truth::Classes { codes: &codes, classes: 3 } };
        let columns = table.columns();
        let grown = tree.fit_columns(&columns, &rows, truth);
        prop_assert_eq!(plain(&grown, 0), table.grow(&rows, &tree, 0));

        // Without a limit that binds, best-first growth ends with the same tree.
        let first = Tree { max_leaf_nodes: Some(usize::MAX), ..tree }.fit_columns(&columns, &rows, truth);
        prop_assert_eq!(plain(&first, 0), plain(&grown, 0));

        // A forest of one tree without a bootstrap is the tree.
        let forest = Forest {
            extra: false,
            n_estimators: 1,
            max_features: MaxFeatures::All,
            bootstrap: false,
            oob_score: false,
            seed: 1,
            tree,
        };
        let votes = forest.fit_predict(&columns, &rows, truth, &[]);
        for row in &rows {
            prop_assert_eq!(votes.train.row(*row as usize).to_vec(), grown.of_row(&columns, *row).to_vec());
        }

        // With one, a tree is that of the rows it drew, repeated, and the rest score it.
        let bagged = Forest { bootstrap: true, oob_score: true, n_estimators: 3, ..forest };
        let votes = bagged.fit_predict(&columns, &rows, truth, &rows);
        prop_assert_eq!(&votes.train, &votes.others);
        let trees = bagged.fit_columns(&columns, &rows, truth);
        for row in &rows {
            let mut sum = vec![0.0; votes.train.ncols()];
            for t in &trees {
                sum.iter_mut().zip(t.of_row(&columns, *row)).for_each(|(s, v)| *s += v);
            }
            let mean: Vec<f64> = sum.iter().map(|s| s / 3.0).collect();
            prop_assert_eq!(votes.train.row(*row as usize).to_vec(), mean);
        }
    }
}
