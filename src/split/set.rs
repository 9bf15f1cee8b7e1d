//! Any splits of a plan, by their places.

use std::ops::Range;

/// A set of places in a plan.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SplitSet {
    /// Places that follow each other, each stretch with how many places are before it.
    stretches: Vec<(usize, Range<usize>)>,
    len: usize,
}

impl SplitSet {
    /// Number of splits.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The place behind the last.
    pub fn end(&self) -> usize {
        self.stretches.last().map_or(0, |(_, places)| places.end)
    }

    /// The places in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = usize> {
        self.stretches.iter().flat_map(|(_, places)| places.clone())
    }

    /// The `i`-th place and those that follow it without a gap; `None` where there are not so many places.
    pub fn stretch(&self, i: usize) -> Option<Range<usize>> {
        let at = self.stretches.partition_point(|(before, _)| *before <= i).checked_sub(1)?;
        let (before, places) = &self.stretches[at];
        let first = places.start + (i - before);
        (first < places.end).then_some(first..places.end)
    }
}

impl From<Range<usize>> for SplitSet {
    fn from(places: Range<usize>) -> Self {
        let len = places.len();
        Self { stretches: if len == 0 { Vec::new() } else { vec![(0, places)] }, len }
    }
}

/// In any order; a place that comes twice counts once.
impl FromIterator<usize> for SplitSet {
    fn from_iter<I: IntoIterator<Item = usize>>(places: I) -> Self {
        let mut places: Vec<usize> = places.into_iter().collect();
        places.sort_unstable();
        places.dedup();
        let mut set = Self { len: places.len(), ..Self::default() };
        for (before, place) in places.into_iter().enumerate() {
            match set.stretches.last_mut() {
                Some((_, stretch)) if stretch.end == place => stretch.end += 1,
                _ => set.stretches.push((before, place..place + 1)),
            }
        }
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_come_back_in_order_and_in_stretches() {
        let set: SplitSet = [9, 3, 4, 0, 5, 4].into_iter().collect();
        assert_eq!((set.len(), set.end(), set.iter().collect::<Vec<_>>()), (5, 10, vec![0, 3, 4, 5, 9]));
        let stretches: Vec<_> = (0..6).map(|i| set.stretch(i)).collect();
        assert_eq!(stretches, [Some(0..1), Some(3..6), Some(4..6), Some(5..6), Some(9..10), None]);
        assert_eq!((3..6).collect::<SplitSet>(), SplitSet::from(3..6));
        assert!(SplitSet::from(4..4).is_empty() && SplitSet::default().stretch(0).is_none());
    }
}
