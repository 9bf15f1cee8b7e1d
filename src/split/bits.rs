//! Square matrices of bits.

/// Turns 64 × 64 bits over: bit `j` of word `i` becomes bit `i` of word `j` (Warren, Hacker's Delight, 7-3).
pub fn transpose(words: &mut [u64; 64]) {
    let (mut width, mut mask) = (32, 0xffff_ffff_u64);
    while width > 0 {
        // Squares of this width above the diagonal change places with those below it.
        for pair in words.chunks_exact_mut(2 * width) {
            let (low, high) = pair.split_at_mut(width);
            for (low, high) in low.iter_mut().zip(high) {
                let changed = (*low >> width ^ *high) & mask;
                *low ^= changed << width;
                *high ^= changed;
            }
        }
        width /= 2;
        mask ^= mask << width;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_change_places() {
        let word = |i: u64| (i + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ i << 31;
        let before: [u64; 64] = std::array::from_fn(|i| word(i as u64));
        let mut after = before;
        transpose(&mut after);
        for (i, j) in (0..64).flat_map(|i| (0..64).map(move |j| (i, j))) {
            assert_eq!(before[i] >> j & 1, after[j] >> i & 1, "{i} {j}");
        }
    }
}
