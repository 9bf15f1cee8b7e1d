//! Ranks of values, shared by equal ones.

/// Places from 1 up, equal values sharing the mean of theirs.
pub fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    let mut ranks = vec![0.0; values.len()];
    let mut start = 0;
    while start < order.len() {
        let ties = order[start..].iter().take_while(|i| values[**i] == values[order[start]]).count();
        order[start..start + ties].iter().for_each(|i| ranks[*i] = start as f64 + (ties as f64 + 1.0) / 2.0);
        start += ties;
    }
    ranks
}

/// The rank of each value, 1 for the largest; equal values share the mean of their ranks.
pub fn ranks_from_largest(values: &[f64]) -> Vec<f64> {
    ranks(&values.iter().map(|v| -v).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_shared_by_equal_values() {
        assert_eq!(ranks_from_largest(&[3.0, 5.0, 3.0, 1.0]), [2.5, 1.0, 2.5, 4.0]);
    }
}
