//! Powers of e that the processor takes several of at a time.
//!
//! Sums and products are not fused, so that results are the same on every processor.

/// Round to the nearest whole number by adding it and taking it away.
const ROUNDING: f64 = 6_755_399_441_055_744.0;
const LN2_HIGH: f64 = 0.693_147_180_369_123_8;
const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;
/// 1 / k! for k = 13 ... 0: the error of the series is below half a unit in the last place for what is left of the argument.
const SERIES: [f64; 14] = [
    1.0 / 6_227_020_800.0,
    1.0 / 479_001_600.0,
    1.0 / 39_916_800.0,
    1.0 / 3_628_800.0,
    1.0 / 362_880.0,
    1.0 / 40_320.0,
    1.0 / 5_040.0,
    1.0 / 720.0,
    1.0 / 120.0,
    1.0 / 24.0,
    1.0 / 6.0,
    0.5,
    1.0,
    1.0,
];

/// eˣ, of numbers outside ±708 that of the nearest inside.
#[inline(always)]
pub fn exp(x: f64) -> f64 {
    let x = x.clamp(-708.0, 708.0);
    let shifted = x * std::f64::consts::LOG2_E + ROUNDING;
    let whole = shifted - ROUNDING;
    let rest = (x - whole * LN2_HIGH) - whole * LN2_LOW;
    let mut sum = SERIES[0];
    for term in &SERIES[1..] {
        sum = sum * rest + term;
    }
    // The whole number is in the low bits; put in place of the exponent it is a power of 2.
    let power = f64::from_bits((shifted.to_bits() << 52).wrapping_add(1023 << 52));
    sum * power
}

/// 1 / (1 + e⁻ˣ).
#[inline(always)]
pub fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + exp(-x))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_of_e_are_right_to_the_last_digits() {
        let mut worst: f64 = 0.0;
        for i in -200_000..=200_000 {
            let x = f64::from(i) * 0.003_51;
            worst = worst.max((exp(x) / x.exp() - 1.0).abs());
        }
        assert!(worst < 6e-16, "{worst}");
        assert_eq!((exp(0.0), exp(-1e9), exp(1e9)), (1.0, exp(-708.0), exp(708.0)));
        assert!(exp(f64::NAN).is_nan());
    }
}
