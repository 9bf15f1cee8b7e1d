//! Every answer against a search through the encoded train rows.

use std::borrow::Cow;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::*;
use crate::model::ties::Ties;

enum Column {
    Number(Vec<f64>),
    Level(Vec<u32>, usize),
}

fn points<'a>(columns: &'a [Column]) -> Points<'a> {
    let part = |column: &'a Column| match column {
        Column::Number(values) => PointPart::Number(values),
        Column::Level(codes, levels) => PointPart::Level { codes: Cow::Borrowed(codes), levels: *levels },
    };
    let rows = match &columns[0] {
        Column::Number(values) => values.len(),
        Column::Level(codes, _) => codes.len(),
    };
    Points { parts: columns.iter().map(part).collect(), rows }
}

/// The scaling by rows that are there `count` times.
fn scale(columns: &[Column], count: &[u16]) -> SplitScale {
    let rows = || count.iter().enumerate().flat_map(|(i, c)| std::iter::repeat_n(i, usize::from(*c)));
    let part = |column: &Column| match column {
        Column::Number(values) => {
            let mut there: Vec<f64> = rows().map(|i| values[i]).filter(|v| !v.is_nan()).collect();
            there.sort_by(f64::total_cmp);
            let fill = there.get(there.len() / 2).copied().unwrap_or(0.0);
            let filled: Vec<f64> = rows().map(|i| if values[i].is_nan() { fill } else { values[i] }).collect();
            let n = filled.len() as f64;
            let mean = filled.iter().sum::<f64>() / n;
            let sd = (filled.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / n).sqrt();
            let constant = filled.iter().all(|v| *v == filled[0]);
            PartScale::Number { fill, mean, scale: if constant { 1.0 } else { sd } }
        }
        Column::Level(codes, levels) => {
            let mut known = vec![false; *levels];
            rows().for_each(|i| known[codes[i] as usize] = true);
            PartScale::Level { known }
        }
    };
    SplitScale { parts: columns.iter().map(part).collect() }
}

/// All levels known, besides.
fn reference(columns: &[Column], rows: usize) -> SplitScale {
    let mut all = scale(columns, &vec![1; rows]);
    all.parts.iter_mut().for_each(|part| {
        if let PartScale::Level { known } = part {
            known.fill(true);
        }
    });
    all
}

/// A row of the encoded table.
fn encoded(columns: &[Column], scale: &SplitScale, row: usize) -> Vec<f64> {
    let mut cells = Vec::new();
    for (column, scale) in columns.iter().zip(&scale.parts) {
        match (column, scale) {
            (Column::Number(values), PartScale::Number { fill, mean, scale }) => {
                let value = if values[row].is_nan() { *fill } else { values[row] };
                cells.push((value - mean) / scale);
            }
            (Column::Level(codes, _), PartScale::Level { known }) => {
                let levels = (0..known.len()).filter(|level| known[*level]);
                cells.extend(levels.map(|level| if codes[row] as usize == level { 1.0 } else { 0.0 }));
            }
            _ => unreachable!(),
        }
    }
    cells
}

/// Every row's distances to all train rows, sorted.
fn by_hand(columns: &[Column], scale: &SplitScale, count: &[u16]) -> Vec<Vec<(f64, u32)>> {
    let table: Vec<Vec<f64>> = (0..count.len()).map(|row| encoded(columns, scale, row)).collect();
    let nearest = |a: &Vec<f64>| {
        let mut all = Vec::new();
        for (row, b) in table.iter().enumerate() {
            let distance = a.iter().zip(b).fold(0.0, |sum, (a, b)| sum + (a - b) * (a - b));
            all.extend(std::iter::repeat_n((distance, row as u32), usize::from(count[row])));
        }
        all.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        all
    };
    table.iter().map(nearest).collect()
}

fn number(rng: &mut ChaCha8Rng, rows: usize) -> Vec<f64> {
    let kind = rng.gen_range(0..7);
    let gaps = if rng.gen_bool(0.3) { rng.gen_range(0.0..0.6) } else { 0.0 };
    let mut cell = || match kind {
        _ if rng.gen_bool(gaps) => f64::NAN,
        0 => 7.25,
        1 | 2 => f64::from(rng.gen_range(0..5)),
        // Now and then a value that changes the scale of a split which it is in.
        3 if rng.gen_bool(0.04) => 40.0 * rng.gen_range(-1.0..1.0),
        // Far from zero for its spread, so that scaled numbers are rounded coarsely.
        4 if rng.gen_bool(0.1) => 1e7,
        4 => 3e6 + 1e-7 * rng.gen_range(0.0..1.0),
        // The same in the train rows of many splits.
        5 => f64::from(u8::from(rng.gen_bool(0.02))),
        _ => rng.gen_range(-1.0..1.0),
    };
    (0..rows).map(|_| cell()).collect()
}

fn table(rng: &mut ChaCha8Rng, rows: usize) -> Vec<Column> {
    let copied: Vec<usize> = {
        let share = if rng.gen_bool(0.5) { rng.gen_range(0.0..0.95) } else { 0.0 };
        (0..rows).map(|i| if i > 0 && rng.gen_bool(share) { rng.gen_range(0..i.min(9)) } else { i }).collect()
    };
    let column = |rng: &mut ChaCha8Rng| {
        if rng.gen_bool(0.7) {
            let values = number(rng, rows);
            return Column::Number(copied.iter().map(|i| values[*i]).collect());
        }
        let levels = [1, 2, 3, 6, 150][rng.gen_range(0..5)];
        let codes: Vec<u32> = (0..rows).map(|_| rng.gen_range(0..levels)).collect();
        Column::Level(copied.iter().map(|i| codes[*i]).collect(), levels as usize)
    };
    (0..rng.gen_range(1..6)).map(|_| column(rng)).collect()
}

/// Compares all rows for some k, and returns how many searches the candidates settled.
fn compare(columns: &[Column], graph: &Graph, count: &[u16], ks: &[usize], copy: bool) -> usize {
    let points = points(columns);
    let scale = scale(columns, count);
    let bound = Bound::new(graph, &points, &scale, count, copy);
    let expected = by_hand(columns, &scale, count);
    let (mut near, mut settled) = (Vec::new(), 0);
    for row in 0..points.rows {
        for k in ks {
            settled += usize::from(graph.nearest(&bound, row, *k, &mut near));
            let bits = |list: &[(f64, u32)]| list.iter().map(|(d, r)| (d.to_bits(), *r)).collect::<Vec<_>>();
            // Of rows as far as the k-th but for rounding the first are taken.
            let all = &expected[row];
            let mut expected = all[..all.len().min(*k)].to_vec();
            let rounding = bound.rounding(&bound.query(graph.tree.place[row] as usize));
            if let Some(mut ties) = Ties::among(&all[..all.len().min(k + 1)], *k, rounding) {
                all.iter().for_each(|(distance, row)| ties.offer(*distance, *row, 1));
                ties.settle(&mut expected);
            }
            assert_eq!(bits(&near), bits(&expected), "row {row}, k {k}: {near:?}, not {expected:?}");
        }
    }
    settled
}

fn draw(rng: &mut ChaCha8Rng, rows: usize) -> Vec<u16> {
    let mut count = vec![0; rows];
    if rng.gen_bool(0.3) {
        (0..rows).for_each(|_| count[rng.gen_range(0..rows)] += 1);
    } else {
        let share = rng.gen_range(0.2..1.0);
        count.fill_with(|| u16::from(rng.gen_bool(share)));
        count[rng.gen_range(0..rows)] = 1;
    }
    count
}

/// Compares all rows for some k in several splits at once with the search in each, and returns how many were settled.
fn compare_many(columns: &[Column], graph: &Graph, counts: &[Vec<u16>], k: usize) -> usize {
    let points = points(columns);
    let scales: Vec<SplitScale> = counts.iter().map(|count| scale(columns, count)).collect();
    let most = counts.iter().flatten().max().map_or(0, |most| usize::from(*most));
    let digit = |j: u32, row: u32| {
        let bits = counts.iter().enumerate();
        bits.fold(0, |word, (lane, count)| word | u64::from(count[row as usize] >> j & 1) << lane)
    };
    let digits = 0..usize::BITS - most.leading_zeros();
    let times: Vec<Vec<u64>> = digits.map(|j| graph.order().iter().map(|row| digit(j, *row)).collect()).collect();
    let raw = RawRows::new(graph, &points);
    let many = ManySplits::new(graph, &raw, &scales, &times);
    let bounds = scales.iter().zip(counts).map(|(scale, count)| Bound::new(graph, &points, scale, count, true));
    let bounds: Vec<Bound> = bounds.collect();
    let scaled: Vec<ScaledRows> = scales.iter().map(|scale| ScaledRows::new(graph, &points, scale)).collect();
    let (mut found, mut near, mut settled) = (ManyNearest::default(), Vec::new(), 0);
    for (place, row) in graph.order().iter().enumerate() {
        let sure = many.nearest(place, k, &mut found);
        assert_eq!(sure.checked_shr(counts.len() as u32).unwrap_or(0), 0);
        for (lane, bound) in bounds.iter().enumerate().filter(|(lane, _)| sure >> lane & 1 == 1) {
            graph.nearest(bound, *row as usize, k, &mut near);
            let (mut again, train): (_, Vec<u32>) = (Vec::new(), near.iter().map(|(_, row)| *row).collect());
            scaled[lane].distances(*row, &train, &mut again);
            assert_eq!(again, near);
            let mut rows: Vec<u32> = (0..k).map(|i| graph.order()[found.place(i, lane)]).collect();
            let mut expected: Vec<u32> = near.iter().map(|(_, row)| *row).collect();
            // Rows that are equally near may come in another order.
            rows.sort_unstable();
            expected.sort_unstable();
            assert_eq!(rows, expected, "row {row}, lane {lane}, k {k}: {near:?}");
            settled += 1;
        }
    }
    settled
}

#[test]
fn what_is_settled_in_many_splits_at_once_is_what_a_search_in_each_finds() {
    let (mut settled, mut searches) = (0, 0);
    for seed in 0..600 {
        let rng = &mut ChaCha8Rng::seed_from_u64(seed);
        let rows = if rng.gen_bool(0.2) { rng.gen_range(1..8) } else { rng.gen_range(8..240) };
        let columns = table(rng, rows);
        let degree = [0, 4, 8, 24, 61][rng.gen_range(0..5)];
        let graph = Graph::new(&points(&columns), &reference(&columns, rows), degree);
        let counts: Vec<Vec<u16>> = (0..[1, 5, 8, 41, 64][rng.gen_range(0..5)]).map(|_| draw(rng, rows)).collect();
        let k = [1, 2, 5, 17][rng.gen_range(0..4)];
        settled += compare_many(&columns, &graph, &counts, k);
        searches += rows * counts.len();
    }
    assert!(settled > searches / 10, "{settled} of {searches}");
    // Of continuous numbers nearly all are.
    let rng = &mut ChaCha8Rng::seed_from_u64(1);
    let columns: Vec<Column> =
        (0..3).map(|_| Column::Number((0..500).map(|_| rng.gen_range(-1.0..1.0)).collect())).collect();
    let graph = Graph::new(&points(&columns), &reference(&columns, 500), 24);
    let counts: Vec<Vec<u16>> = (0..64).map(|_| (0..500).map(|_| u16::from(rng.gen_bool(0.8))).collect()).collect();
    let settled = compare_many(&columns, &graph, &counts, 5);
    assert!(settled > 500 * 64 * 95 / 100, "{settled}");
}

#[test]
fn every_answer_is_that_of_a_search_through_all_train_rows() {
    let (mut settled, mut searches) = (0, 0);
    for seed in 0..1000 {
        let rng = &mut ChaCha8Rng::seed_from_u64(seed);
        let rows = if rng.gen_bool(0.2) { rng.gen_range(1..8) } else { rng.gen_range(8..240) };
        let columns = table(rng, rows);
        let degree = [0, 1, 4, 8, 12, 30][rng.gen_range(0..6)];
        let graph = Graph::new(&points(&columns), &reference(&columns, rows), degree);
        for _ in 0..4 {
            let count = draw(rng, rows);
            let train: usize = count.iter().map(|c| usize::from(*c)).sum();
            let ks = [0, 1, 2, 5, rng.gen_range(1..=train), train, train + 3];
            settled += compare(&columns, &graph, &count, &ks, rng.gen_bool(0.7));
            searches += rows * ks.len();
        }
    }
    // Otherwise the bound is not put to the test.
    assert!(settled > searches / 4 && settled < searches * 3 / 4, "{settled} of {searches}");
}

#[test]
fn a_row_that_comes_nearer_in_the_split_is_found_though_it_is_no_candidate() {
    // In the reference the outlier makes the second column count for nothing. Without it, it decides.
    let n = 60;
    let mut first: Vec<f64> = (0..n).map(f64::from).collect();
    let mut second: Vec<f64> = (0..n).map(|i| f64::from(i % 2)).collect();
    (first[59], second[59]) = (30.5, 1e4);
    let columns = [Column::Number(first), Column::Number(second)];
    let graph = Graph::new(&points(&columns), &reference(&columns, 60), 3);
    let mut count = vec![1; 60];
    count[59] = 0;
    let settled = compare(&columns, &graph, &count, &[3], true);
    assert!(settled < 60);
}

#[test]
fn candidates_settle_nearly_all_rows_of_continuous_numbers() {
    let rng = &mut ChaCha8Rng::seed_from_u64(1);
    let rows = 1000;
    for gaps in [0.0, 0.02] {
        let mut cell = || if rng.gen_bool(gaps) { f64::NAN } else { rng.gen_range(-1.0..1.0) };
        let columns: Vec<Column> = (0..3).map(|_| Column::Number((0..rows).map(|_| cell()).collect())).collect();
        let graph = Graph::new(&points(&columns), &reference(&columns, rows), degree_for(5, 0.8, rows));
        let count: Vec<u16> = (0..rows).map(|i| u16::from(i % 5 > 0)).collect();
        let settled = compare(&columns, &graph, &count, &[5], true);
        assert!(settled > if gaps > 0.0 { 800 } else { 950 }, "{settled}");
    }
}

#[test]
fn many_like_rows_take_little_time() {
    // 40 kinds of rows: looking at all like rows of all rows would be 20 million distances a thousand rows.
    let (rows, rng) = (50_000, &mut ChaCha8Rng::seed_from_u64(2));
    let kinds: Vec<u32> = (0..rows).map(|_| rng.gen_range(0..40)).collect();
    let columns = [
        Column::Number(kinds.iter().map(|k| f64::from(k % 8)).collect()),
        Column::Level(kinds.iter().map(|k| k / 8).collect(), 5),
    ];
    let points = points(&columns);
    let began = std::time::Instant::now();
    let graph = Graph::new(&points, &reference(&columns, rows), 7);
    let count: Vec<u16> = (0..rows).map(|i| u16::from(i % 5 > 0)).collect();
    let bound = Bound::new(&graph, &points, &scale(&columns, &count), &count, true);
    let mut near = Vec::new();
    for row in 0..rows {
        graph.nearest(&bound, row, 5, &mut near);
        assert!(near.len() == 5 && near[4].0 == 0.0 && near.is_sorted_by_key(|(_, row)| *row));
    }
    assert!(began.elapsed().as_secs() < 5, "{:?}", began.elapsed());
}

#[test]
fn the_graph_takes_no_more_than_half_the_encoded_table() {
    assert_eq!(degree_for(5, 0.8, 4), 3);
}

#[test]
fn no_rows_and_no_columns_are_fine() {
    let none = Points { parts: Vec::new(), rows: 0 };
    let scale = SplitScale { parts: Vec::new() };
    assert!(Graph::new(&none, &scale, 5).order().is_empty());
    let alike = Points { parts: Vec::new(), rows: 3 };
    let graph = Graph::new(&alike, &scale, 1);
    let bound = Bound::new(&graph, &alike, &scale, &[1, 0, 1], true);
    let mut near = Vec::new();
    graph.nearest(&bound, 1, 2, &mut near);
    assert_eq!(near, [(0.0, 0), (0.0, 2)]);
}
