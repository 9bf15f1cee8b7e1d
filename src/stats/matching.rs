//! How well a matching of rows to columns suits a matrix, against all matchings.

use ndarray::ArrayView2;

/// The z-score of Σ aᵢᵢ among the sums Σ aᵢπ(i) over all permutations π: their mean is Σ aᵢⱼ / n and their variance
/// Σ dᵢⱼ² / (n − 1), with d the matrix less the means of its rows and columns (Hoeffding, Annals of Mathematical
/// Statistics 22, 1951). `None` where all permutations give one sum.
pub fn matching_z(a: ArrayView2<f64>) -> Option<f64> {
    let n = a.nrows();
    if n < 2 || a.ncols() != n {
        return None;
    }
    let count = n as f64;
    let rows: Vec<f64> = a.rows().into_iter().map(|row| row.sum() / count).collect();
    let columns: Vec<f64> = a.columns().into_iter().map(|column| column.sum() / count).collect();
    let mean = rows.iter().sum::<f64>() / count;
    let centred = |i: usize, j: usize| a[[i, j]] - rows[i] - columns[j] + mean;
    let squares: f64 = (0..n).flat_map(|i| (0..n).map(move |j| (i, j))).map(|(i, j)| centred(i, j).powi(2)).sum();
    let largest = a.iter().fold(0.0f64, |most, x| most.max(x.abs()));
    // What is left of equal sums is rounding.
    if squares <= (count * largest * 1e-12).powi(2) {
        return None;
    }
    let sum: f64 = (0..n).map(|i| a[[i, i]]).sum();
    Some((sum - count * mean) / (squares / (count - 1.0)).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array2, array};

    fn permutations(n: usize) -> Vec<Vec<usize>> {
        if n == 0 {
            return vec![Vec::new()];
        }
        let longer = |p: Vec<usize>| {
            (0..n).map(move |at| {
                let mut p = p.clone();
                p.insert(at, n - 1);
                p
            })
        };
        permutations(n - 1).into_iter().flat_map(longer).collect()
    }

    #[test]
    fn mean_and_variance_are_those_of_all_permutations() {
        let a = Array2::from_shape_fn((5, 5), |(i, j)| ((i * 7 + j * 3) % 11) as f64 + (i * j) as f64 * 0.25);
        let sums: Vec<f64> =
            permutations(5).iter().map(|p| p.iter().enumerate().map(|(i, j)| a[[i, *j]]).sum()).collect();
        assert_eq!(sums.len(), 120);
        let mean = sums.iter().sum::<f64>() / 120.0;
        let variance = sums.iter().map(|s| (s - mean).powi(2)).sum::<f64>() / 120.0;
        let own: f64 = (0..5).map(|i| a[[i, i]]).sum();
        let z = matching_z(a.view()).unwrap();
        assert!((z - (own - mean) / variance.sqrt()).abs() < 1e-12, "{z}");
    }

    #[test]
    fn equal_sums_have_no_score() {
        assert_eq!(matching_z(array![[1.0, 2.0], [1.0, 2.0]].view()), None);
        assert_eq!(matching_z(Array2::from_elem((4, 4), 0.1).view()), None);
        assert_eq!(matching_z(array![[1.0]].view()), None);
    }
}
