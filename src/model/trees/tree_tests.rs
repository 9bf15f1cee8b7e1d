//! Trees and forests against the reference.

use ndarray::{Array1, Array2};

use super::draw::Generator;
use super::tree_reference::{CLASSES, Picks, Raw, RefNode, Reference, Table, goes_left, random_table, reference};
use super::*;

/// Nodes and outputs, and the leaf of every row of the table, are those of the reference.
fn assert_same(grown: &Grown, expected: &[RefNode], r: &Reference, what: &str) {
    let columns = r.table.columns();
    let as_ref = |i: usize| {
        let n = &grown.nodes[i];
        let threshold = if n.level { f64::NAN } else { n.threshold };
        let split = (n.column as usize, threshold, n.missing_left, n.left as usize, n.left as usize + 1);
        ((n.left != 0).then_some(split), n)
    };
    assert_eq!(grown.nodes.len(), expected.len(), "{what}");
    for (i, e) in expected.iter().enumerate() {
        let (split, node) = as_ref(i);
        if split.is_none() {
            assert_eq!(grown.output(node.cut as usize), e.output, "{what}: node {i}");
        }
        // What the side of missing numbers is for a level is nothing.
        let (split, wanted) = match node.level {
            true => {
                (split.map(|s| (s.0, node.threshold, false, s.3, s.4)), e.split.map(|s| (s.0, s.1, false, s.3, s.4)))
            }
            false => (split, e.split),
        };
        assert_eq!(split, wanted, "{what}: node {i}");
    }
    for row in 0..r.table.rows() {
        let mut at = 0;
        // Levels that occur in no train row are 0 in all encoded columns.
        while let Some((column, threshold, missing_left, left, right)) = expected[at].split {
            at = if goes_left(r.columns[column][row], threshold, missing_left) { left } else { right };
        }
        assert_eq!(grown.leaf_of_row(&columns, row), &expected[at].output[..], "{what}: row {row}");
        if r.table.raw.iter().all(|raw| matches!(raw, Raw::Numbers(_))) {
            let numbers: Array1<f64> = r.columns.iter().map(|c| c[row]).collect();
            assert_eq!(grown.leaf(numbers.view()), &expected[at].output[..], "{what}: row {row}");
        }
    }
}

const IMPURITIES: [Impurity; 4] = [Impurity::Gini, Impurity::Entropy, Impurity::SquaredError, Impurity::AbsoluteError];

const FREE: Limits = Limits {
    max_depth: usize::MAX,
    min_samples_split: 2,
    min_samples_leaf: 1,
    min_impurity_decrease: 0.0,
    max_leaf_nodes: None,
};

fn random_limits(d: &mut Generator) -> Limits {
    let mut limits = FREE;
    match d.below(7) {
        0 => limits.max_depth = d.below(4) as usize,
        1 => limits.min_samples_split = d.below(9) as usize,
        2 => limits.min_samples_leaf = 1 + d.below(5) as usize,
        3 => limits.min_impurity_decrease = 0.02 * f64::from(d.below(6)),
        4 | 5 => limits.max_leaf_nodes = Some(1 + d.below(8) as usize),
        _ => (),
    }
    if d.below(4) == 0 {
        limits.min_samples_leaf = 2;
    }
    limits
}

#[test]
fn trees_are_those_of_the_reference() {
    for case in 0..6_000 {
        let mut d = Generator::new(1, case);
        let table = random_table(&mut d);
        let limits = random_limits(&mut d);
        let impurity = IMPURITIES[case % 4];
        let r = reference(&table, &table.entries, impurity, limits);
        let columns = table.columns();
        let truth = table.truth(impurity);
        let what = format!("case {case}: {table:?} {impurity:?} {limits:?}");
        let grown = grow(&columns, &table.entries, truth, impurity, limits, FeatureSampler::All);
        assert_same(&grown, &r.grow(&table.entries, &mut Picks::All), &r, &what);
        let wanted = 1 + d.below(4) as usize;
        for one_threshold in [false, true] {
            let (mut ours, mut theirs) = (Generator::new(2, case), Generator::new(2, case));
            let sampler = match one_threshold {
                false => FeatureSampler::Subset(wanted, &mut ours),
                true => FeatureSampler::Thresholds(wanted, &mut ours),
            };
            let grown = grow(&columns, &table.entries, truth, impurity, limits, sampler);
            let mut picks = Picks::Some { wanted, one_threshold, draws: &mut theirs };
            assert_same(&grown, &r.grow(&table.entries, &mut picks), &r, &format!("{what} {wanted} {one_threshold}"));
        }
    }
}

/// Everything that does not depend on how levels are stored.
fn shape(grown: &Grown) -> (Vec<[f64; 3]>, &[f64]) {
    let node = |n: &Node| [f64::from(n.column), n.threshold, f64::from(n.left)];
    (grown.nodes.iter().map(node).collect(), &grown.outputs)
}

#[test]
fn levels_are_their_one_hot_columns_and_other_rows_are_not_read() {
    for case in 0..1_000 {
        let mut d = Generator::new(3, case);
        let table = random_table(&mut d);
        let impurity = IMPURITIES[case % 4];
        let encoded = table.encoded(&table.train());
        let dense = Columns { columns: encoded.iter().map(|c| Column::ranked(c)).collect(), rows: table.rows() };
        let mut other = table.clone();
        for row in (0..table.rows()).filter(|r| !table.train().contains(&(*r as u32))) {
            (other.values[row], other.classes[row]) = (f64::NAN, u32::MAX);
            // Neither may their cells matter, so long as thresholds stay midpoints of train values.
            other.raw.iter_mut().for_each(|raw| match raw {
                Raw::Numbers(numbers) => numbers[row] = 0.123 * row as f64,
                Raw::Levels(codes, levels) => codes[row] = *levels as u32 - 1,
            });
        }
        for kind in 0..3 {
            let grown = |columns: &Columns, table: &Table| {
                let mut draws = Generator::new(4, case);
                let sampler = match kind {
                    0 => FeatureSampler::All,
                    1 => FeatureSampler::Subset(2, &mut draws),
                    _ => FeatureSampler::Thresholds(2, &mut draws),
                };
                grow(columns, &table.entries, table.truth(impurity), impurity, FREE, sampler)
            };
            let ours = grown(&table.columns(), &table);
            assert_eq!(shape(&ours), shape(&grown(&dense, &table)), "case {case} {kind}: {table:?}");
            assert_eq!(shape(&ours), shape(&grown(&other.columns(), &other)), "case {case} {kind}: {table:?}");
        }
    }
}

/// Grows a tree and checks that every row's leaf is where it falls.
fn grow(
    columns: &Columns,
    entries: &[Entry],
    truth: Truth,
    impurity: Impurity,
    limits: Limits,
    sampler: FeatureSampler,
) -> Grown {
    let drawn: Vec<u32> = entries.iter().map(|e| e.row).collect();
    let passive: Vec<u32> = (0..columns.rows as u32).filter(|r| !drawn.contains(r)).collect();
    let task = TreeData::new(columns, entries.iter().copied(), truth, impurity);
    let grown_tree =
        task.grow(entries.iter().copied(), Growth { limits, sampler, passive, keep_nodes: true, places: None });
    (0..columns.rows)
        .for_each(|row| assert_eq!(grown_tree.output(row as u32), grown_tree.tree.leaf_of_row(columns, row)));
    grown_tree.tree
}

fn forest(impurity: Impurity, extra: bool, bootstrap: bool) -> Forest {
    let tree = Tree {
        criterion: impurity,
        max_depth: None,
        min_samples_split: 2,
        min_samples_leaf: 1,
        min_impurity_decrease: 0.0,
        max_leaf_nodes: None,
    };
    Forest { extra, n_estimators: 4, max_features: MaxFeatures::Count(2), bootstrap, oob_score: true, seed: 9, tree }
}

#[test]
fn forests_are_those_of_the_reference() {
    for case in 0..800 {
        let table = random_table(&mut Generator::new(5, case));
        let impurity = IMPURITIES[case % 4];
        let forest = Forest { seed: case as u64, ..forest(impurity, case % 3 == 0, case % 5 != 0) };
        let (columns, train, truth) = (table.columns(), table.train(), table.truth(impurity));
        let (trees, own_oob) = forest.fit_columns(&columns, &train, truth);
        let all: Vec<u32> = (0..table.rows() as u32).collect();
        let Votes { train: own, others: predictions, oob_score: oob } =
            forest.fit_predict(&columns, &train, truth, &all);
        assert_eq!(oob, own_oob);
        let once: Vec<Entry> = train.iter().map(|r| Entry { row: *r, weight: 1 }).collect();
        let mut r = reference(&table, &once, impurity, FREE);
        let mut means = Array2::<f64>::zeros(predictions.dim());
        let mut outside = vec![Vec::new(); train.len()];
        for (tree, grown) in trees.iter().enumerate() {
            let mut draws = Generator::new(forest.seed, tree);
            let mut entries = once.clone();
            if forest.bootstrap {
                entries.iter_mut().for_each(|e| e.weight = 0);
                (0..train.len()).for_each(|_| entries[draws.below(train.len() as u32) as usize].weight += 1);
            }
            let absent: Vec<usize> = (0..train.len()).filter(|i| entries[*i].weight == 0).collect();
            entries.retain(|e| e.weight > 0);
            r.places = draws.order(r.columns.len());
            let wanted = 2.min(r.columns.len());
            let mut picks = Picks::Some { wanted, one_threshold: forest.extra, draws: &mut draws };
            assert_same(grown, &r.grow(&entries, &mut picks), &r, &format!("case {case}: {table:?}"));
            let leaf = |row: u32| grown.leaf_of_row(&columns, row as usize);
            all.iter().zip(means.outer_iter_mut()).for_each(|(row, mut m)| m += &ndarray::aview1(leaf(*row)));
            absent.iter().for_each(|i| outside[*i].push(leaf(train[*i]).to_vec()));
        }
        assert_eq!(predictions, means / 4.0);
        train.iter().zip(own.outer_iter()).for_each(|(row, said)| assert_eq!(said, predictions.row(*row as usize)));
        // By hand: rows that some tree did not draw.
        let mean = |p: &Vec<Vec<f64>>, c: usize| p.iter().map(|p| p[c]).sum::<f64>() / p.len() as f64;
        let scored: Vec<usize> = (0..train.len()).filter(|i| !outside[*i].is_empty()).collect();
        let expected = match truth {
            Truth::Values(values) => {
                let y: Vec<f64> = scored.iter().map(|i| values[train[*i] as usize]).collect();
                let centre = y.iter().sum::<f64>() / y.len() as f64;
                let error: f64 = scored.iter().zip(&y).map(|(i, y)| (y - mean(&outside[*i], 0)).powi(2)).sum();
                let spread: f64 = y.iter().map(|y| (y - centre).powi(2)).sum();
                (spread > 0.0).then(|| 1.0 - error / spread)
            }
            Truth::Classes { codes, .. } => {
                let winner = |i: usize| {
                    let m: Vec<f64> = (0..CLASSES).map(|c| mean(&outside[i], c)).collect();
                    m.iter().position(|v| *v == m.iter().copied().fold(0.0, f64::max)).unwrap()
                };
                let right = scored.iter().filter(|i| winner(**i) == codes[train[**i] as usize] as usize).count();
                (!scored.is_empty()).then(|| right as f64 / scored.len() as f64)
            }
        };
        assert_eq!(oob, expected);
    }
}
