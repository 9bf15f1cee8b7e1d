//! Gradients and hessians of rows as whole numbers.

use pulp::{Arch, Simd, WithSimd};

/// Gradients and hessians in whole numbers: a sum of them is exact in any order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Units {
    /// What one unit of a gradient stands for: a power of two.
    pub(super) gradient: f64,
    /// What one unit of a hessian stands for.
    pub(super) hessian: f64,
}

/// A row's gradient in whole units, and its hessian in whole units times 2^[`STEP_BITS`] with 1 added, by which sums of
/// up to [`STEP_ROWS`] steps count rows. The hessian's part is 0 where all hessians are 1.
pub(super) type Step = [i64; 2];
pub(super) const STEP_BITS: u32 = 14;
/// Fewer than 2^[`STEP_BITS`].
pub(super) const STEP_ROWS: usize = (1 << STEP_BITS) - 1;

/// Rounds steps, given as the bits of gradients and hessians, to multiples of powers of two and keeps the multiples.
///
/// No gradient exceeds 2⁵¹ multiples and no sum 2⁶², so that i64 sums are exact. The unit is NaN if a number is infinite.
///
/// A thousand rows have 51 bits and a million 41, which leave numbers 10⁻⁹ of the largest three digits; hessians have 34.
/// scikit-learn rounds every gradient and hessian to 24 bits instead.
pub(super) fn to_units(steps: &mut [Step]) -> Units {
    let most = Arch::new().dispatch(Largest(steps));
    let of_count = (usize::BITS - steps.len().leading_zeros()) as i32;
    let gradient = Unit::new(most[0], (61 - of_count).min(50));
    let hessian = Unit::new(most[1], (61 - of_count).min(33));
    Arch::new().dispatch(Round { steps, scales: [gradient.scale, hessian.scale] });
    Units { gradient: gradient.size, hessian: hessian.size }
}

/// A power of two of which numbers are multiples.
struct Unit {
    size: f64,
    scale: f64,
}

impl Unit {
    /// The unit of which the number with these bits has less than 2^(room + 1).
    fn new(bits: i64, room: i32) -> Self {
        let largest = f64::from_bits(bits as u64);
        if largest == 0.0 {
            return Self { size: 1.0, scale: 0.0 };
        }
        if !largest.is_finite() {
            return Self { size: f64::NAN, scale: 0.0 };
        }
        // 2^exponent ≤ largest < 2^(exponent + 1).
        let exponent = (bits >> 52) as i32 - 1023;
        let shift = (room - exponent).clamp(-1000, 1000);
        Self { size: 2f64.powi(-shift), scale: 2f64.powi(shift) }
    }
}

// Structs, since a closure given to the dispatch is not compiled for the processor that it finds.

/// The bits of the largest numbers of steps, by size.
struct Largest<'a>(&'a [Step]);

impl WithSimd for Largest<'_> {
    type Output = [i64; 2];

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> [i64; 2] {
        // Bits of numbers of at least 0 are in their order, infinity after them and NaN after it.
        let largest = |most: &mut [i64; 8], of: &[i64]| {
            for (most, bits) in most.iter_mut().zip(of) {
                *most = (*most).max(bits & i64::MAX);
            }
        };
        let mut most = [0; 8];
        let flat = self.0.as_flattened();
        let eights = flat.chunks_exact(8);
        largest(&mut most, eights.remainder());
        eights.for_each(|eight| largest(&mut most, eight));
        [0, 1].map(|i| most.iter().skip(i).step_by(2).copied().fold(0, i64::max))
    }
}

/// Puts the multiples in the place of the numbers.
struct Round<'a> {
    steps: &'a mut [Step],
    scales: [f64; 2],
}

impl WithSimd for Round<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        // Adding 1.5 · 2⁵² rounds to the nearest whole number, of two to the even one, and leaves it in the low bits.
        const SHIFTER: f64 = 6_755_399_441_055_744.0;
        let [by_gradient, by_hessian] = self.scales;
        let multiple = |bits: i64, scale: f64| {
            (f64::from_bits(bits as u64) * scale + SHIFTER).to_bits() as i64 - SHIFTER.to_bits() as i64
        };
        for [g, h] in self.steps {
            *g = multiple(*g, by_gradient);
            *h = (multiple(*h, by_hessian) << STEP_BITS) + 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_round_to_the_nearest() {
        for numbers in [vec![1.0, -0.3, 1e-9, 0.0], vec![-1e300, 3e299], vec![1e-280, 2.5e-281], vec![0.0, -0.0]] {
            let step = |x: &f64| [x.to_bits() as i64, x.abs().to_bits() as i64];
            let mut steps: Vec<Step> = numbers.iter().map(step).collect();
            let units = to_units(&mut steps);
            for ([g, h], x) in steps.iter().zip(&numbers) {
                assert_eq!(*g as f64, (x / units.gradient).round_ties_even());
                assert!(g.abs() <= 1 << 51 && (*g as f64 * units.gradient - x).abs() <= 1e-11 * numbers[0].abs());
                assert_eq!(h & ((1 << STEP_BITS) - 1), 1);
                let h = h >> STEP_BITS;
                assert_eq!(h as f64, (x.abs() / units.hessian).round_ties_even());
                assert!(h <= 1 << 34 && (h as f64 * units.hessian - x.abs()).abs() <= 1e-10 * numbers[0].abs());
            }
        }
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let mut steps = [1.0, bad, 2.0].map(|x: f64| [x.to_bits() as i64, 0]);
            assert!(to_units(&mut steps).gradient.is_nan());
        }
    }

    #[test]
    fn sums_of_many_steps_keep_their_parts() {
        let largest = [(-1f64).to_bits() as i64, 1f64.to_bits() as i64];
        let mut steps = vec![largest; STEP_ROWS];
        let units = to_units(&mut steps);
        let sum = steps.iter().fold([0i64; 2], |sum, s| [sum[0] + s[0], sum[1].checked_add(s[1]).unwrap()]);
        assert_eq!(sum[1] & ((1 << STEP_BITS) - 1), STEP_ROWS as i64);
        assert_eq!((sum[1] >> STEP_BITS) as f64 * units.hessian, STEP_ROWS as f64);
        assert_eq!(sum[0] as f64 * units.gradient, -(STEP_ROWS as f64));
    }
}
