//! Splits as they were first drawn: a plan must stay the same, word for word, however it is drawn.

use crate::program::run;

/// Arguments of `randsplit splits` and the [hash](fnv) of the plan of 70 splits, which are more than one block, as version
/// 0.1 wrote it.
const PLANS: [(&str, u64); 12] = [
    ("titanic.csv -t survived --scheme shuffle", 0xc2a8_e317_f1df_da7d),
    ("titanic.csv -t survived --scheme stratified", 0x8b82_e888_35ce_f66b),
    ("titanic.csv -t survived --scheme shuffle --seed 7 --test-size 100 --train-size 600", 0x04e5_1376_8130_85b3),
    ("titanic.csv -t survived --scheme bootstrap", 0x701f_468f_e3a4_1c67),
    ("titanic.csv -t survived --scheme kfold:10", 0x6724_512c_4a2e_27ed),
    ("titanic.csv -t survived --scheme stratified --test-size 0.5", 0x807b_362e_573e_96e1),
    ("sleepstudy.csv -t Reaction --scheme group --group Subject", 0x4528_a2e1_3bcf_e9ea),
    ("sleepstudy.csv -t Reaction --scheme time --time Days", 0x0ef3_9ed0_feae_e9be),
    ("sleepstudy.csv -t Reaction --scheme kfold:6 --group Subject", 0x75eb_8f8a_8a4b_c10e),
    ("sleepstudy.csv -t Reaction --group Subject --time Days", 0x4867_043d_7a53_03e2),
    ("penguins.csv -t species --scheme stratified-group --group island", 0x35d4_d1ef_8da5_443e),
    ("hitters.csv -t Salary --scheme time --time Years", 0x97ac_0e37_ba7a_eb9f),
];

/// The 64-bit FNV-1a hash.
fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

#[test]
fn every_scheme_draws_the_splits_that_it_always_drew() {
    assert_eq!(fnv(b"foobar"), 0x8594_4171_f739_67e8, "the hash's own test vector");
    let mut schemes = std::collections::BTreeSet::new();
    for (arguments, expected) in PLANS {
        let (file, flags) = arguments.split_once(' ').unwrap();
        let path = format!("data/{file}");
        let flags: Vec<&str> = flags.split(' ').collect();
        let output = run(&[&["splits", &path], &flags[..], &["-n", "70"]].concat());
        assert!(output.status.success(), "{arguments}: {}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(fnv(&output.stdout), expected, "{arguments}");
        let scheme = flags.iter().skip_while(|flag| **flag != "--scheme").nth(1).copied();
        schemes.insert(scheme.unwrap_or("group-time").split(':').next().unwrap());
    }
    // A scheme without a stored plan is missed here; `file` draws nothing.
    let all = randsplit::split::SCHEMES.iter().map(|s| s.name).filter(|name| *name != "file").collect();
    assert_eq!(schemes, all);
}
