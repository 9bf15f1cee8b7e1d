//! Values of a column that a table and the features made of it hold together.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

/// Values in a row that a clone shares: a column of a large table stands in memory once, however many hold it. Writing to
/// values that are shared copies them first.
#[derive(Clone)]
pub struct SharedVec<T>(Arc<Vec<T>>);

impl<T> Deref for SharedVec<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T: Clone> DerefMut for SharedVec<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        Arc::make_mut(&mut self.0).as_mut_slice()
    }
}

impl<T> From<Vec<T>> for SharedVec<T> {
    fn from(values: Vec<T>) -> Self {
        Self(Arc::new(values))
    }
}

impl<T> FromIterator<T> for SharedVec<T> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        Vec::from_iter(values).into()
    }
}

impl<'a, T> IntoIterator for &'a SharedVec<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<T> Default for SharedVec<T> {
    fn default() -> Self {
        Vec::new().into()
    }
}

impl<T: Clone> SharedVec<T> {
    /// The values alone, which are copied where others hold them too.
    pub fn into_vec(self) -> Vec<T> {
        Arc::unwrap_or_clone(self.0)
    }
}

impl<T: PartialEq> PartialEq for SharedVec<T> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl<T: Eq> Eq for SharedVec<T> {}

// As the vector that it is.
impl<T: std::fmt::Debug> std::fmt::Debug for SharedVec<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// The values at some rows: shared where the rows are all of them in order, and copied elsewhere.
pub(super) fn take<T: Copy>(values: &SharedVec<T>, rows: &[u32]) -> SharedVec<T> {
    if rows.len() == values.len() && rows.iter().enumerate().all(|(at, row)| at == *row as usize) {
        return values.clone();
    }
    rows.iter().map(|row| values[*row as usize]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_in_order_are_shared_and_others_are_copied() {
        let values: SharedVec<f64> = vec![1.0, 2.0, 3.0].into();
        let same = take(&values, &[0, 1, 2]);
        assert!(std::ptr::eq(&*same, &*values));
        for rows in [&[0, 2, 1][..], &[0, 1], &[0, 1, 2, 2]] {
            let other = take(&values, rows);
            assert!(other.iter().zip(rows).all(|(x, row)| *x == values[*row as usize]) && other.len() == rows.len());
            assert!(!std::ptr::eq(other.as_ptr(), values.as_ptr()));
        }
    }

    #[test]
    fn writing_leaves_what_others_hold() {
        let values: SharedVec<u32> = vec![1, 2].into();
        let mut other = values.clone();
        other[0] = 9;
        assert_eq!((&values[..], &other[..]), (&[1, 2][..], &[9, 2][..]));
    }
}
