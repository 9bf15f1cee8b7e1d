//! One pass of a sort digit by digit.

/// Orders keys by a digit below `DIGITS`; those with the same digit stay in their order. `spare` is work space.
///
/// Passes from the last digit to the first sort keys in a time that is linear in their number.
#[inline]
pub fn sort_by_digit<const DIGITS: usize>(keys: &mut Vec<u64>, spare: &mut Vec<u64>, digit: impl Fn(u64) -> usize) {
    spare.resize(keys.len(), 0);
    let mut places = [0; DIGITS];
    keys.iter().for_each(|key| places[digit(*key) % DIGITS] += 1);
    let mut before = 0;
    for place in &mut places {
        before += *place;
        *place = before - *place;
    }
    for key in &*keys {
        let place = &mut places[digit(*key) % DIGITS];
        spare[*place] = *key;
        *place += 1;
    }
    std::mem::swap(keys, spare);
}
