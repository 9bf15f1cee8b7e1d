//! Sums of many numbers.

/// Additions that are under way at once: a processor waits some cycles for each sum, not for each number.
const LANES: usize = 16;

/// Σ `term(a, b)` over two slices of equal length, in a fixed order of its own.
pub fn sum_of_pairs(a: &[f64], b: &[f64], term: impl Fn(f64, f64) -> f64) -> f64 {
    let (mut lanes, whole) = ([0.0; LANES], a.len() - a.len() % LANES);
    for (a, b) in a[..whole].chunks_exact(LANES).zip(b[..whole].chunks_exact(LANES)) {
        for (lane, (a, b)) in lanes.iter_mut().zip(a.iter().zip(b)) {
            *lane += term(*a, *b);
        }
    }
    let rest: f64 = a[whole..].iter().zip(&b[whole..]).map(|(a, b)| term(*a, *b)).sum();
    lanes.iter().sum::<f64>() + rest
}

/// Σ `term(v)`, likewise.
pub fn sum_of(values: &[f64], term: impl Fn(f64) -> f64) -> f64 {
    sum_of_pairs(values, values, |v, _| term(v))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_term_counts_once() {
        for n in [0, 1, 15, 16, 17, 100] {
            let a: Vec<f64> = (1..=n).map(f64::from).collect();
            let b: Vec<f64> = a.iter().map(|v| v + 1.0).collect();
            assert_eq!(sum_of(&a, |v| v), f64::from(n * (n + 1) / 2));
            assert_eq!(sum_of_pairs(&a, &b, |a, b| b - a), f64::from(n));
        }
    }
}
