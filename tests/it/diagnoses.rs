//! What is wrong is said of what is wrong: a sound file is not broken, and an absurd option is not the file's fault.

use crate::program;

use program::run;

fn said(arguments: &[&str]) -> (Option<i32>, String) {
    let output = run(arguments);
    (output.status.code(), String::from_utf8(output.stderr).unwrap() + &String::from_utf8(output.stdout).unwrap())
}

#[test]
fn sound_parquet_files_are_never_called_broken() {
    for (file, code, words) in [
        ("encrypted_column", 2, "is an encrypted Parquet file; write it without encryption"),
        ("encrypted", 2, "is an encrypted Parquet file; write it without encryption"),
        ("no_columns", 2, "has no columns; write it with data"),
        ("same_names", 2, "columns 1 and 2 are both named 'x'"),
        ("int96", 0, "column 'when' is left out: its type time beyond the years 1678 to 2262 as int96 cannot be used"),
        ("kinds", 0, "its type map cannot be used"),
    ] {
        let path = format!("tests/fixtures/{file}.parquet");
        let (exit, text) = said(&["eval", &path, "--target", "y", "--splits", "5"]);
        assert_eq!(exit, Some(code), "{file}: {text}");
        assert!(text.contains(words), "{file}: {text}");
        assert!(!["broken", "damaged", "same value"].iter().any(|word| text.contains(word)), "{file}: {text}");
    }
}

#[test]
fn files_that_are_packed_in_another_way_are_said_to_be() {
    let folder = tempfile::tempdir().unwrap();
    for (magic, words) in [
        (&[0x28, 0xb5, 0x2f, 0xfd][..], "is packed with zstd"),
        (b"\xfd7zXZ\0", "is packed with xz"),
        (b"BZh91AY", "is packed with bzip2"),
        (b"PK\x03\x04", "is a zip archive or a spreadsheet"),
    ] {
        let path = folder.path().join("data");
        std::fs::write(&path, [magic, b"\x00\x01\x02 and more"].concat()).unwrap();
        let (exit, text) = said(&["eval", path.to_str().unwrap(), "--target", "y"]);
        assert_eq!(exit, Some(2));
        assert!(text.contains(words) && text.contains("pack it with gzip"), "{text}");
    }
}

#[test]
fn absurd_numbers_are_refused_with_their_bounds() {
    let eval = ["eval", "data/mtcars.csv", "--target", "mpg", "--quiet"];
    for number in ["1000000000000", "1000000000000000000", "18446744073709551615", "99999999999999999999999"] {
        for (flag, value, bounds) in [
            ("--splits", "", "10000000"),
            ("--scheme", "kfold:", "kfold:"),
            ("--scheme", "kfold:repeats=", "a whole number of folds from 2 up"),
            ("--model", "forest:n_estimators=", "a whole number from 1 to 1000000"),
            ("--model", "extra-trees:n_estimators=", "a whole number from 1 to 1000000"),
            ("--model", "boost:n_estimators=", "a whole number from 1 to 1000000"),
            ("--model", "boost:max_bins=", ""),
            ("--probe", "importance:repeats=", "a whole number from 1 to 1000000"),
            ("--null", "permutation:", "permutation:N"),
            ("--test-size", "", "a"),
        ] {
            let value = format!("{value}{number}");
            let (exit, text) = said(&[&eval[..], &[flag, &value]].concat());
            assert_eq!(exit, Some(2), "{flag} {value}: {text}");
            assert!(text.contains(number) && text.contains(bounds), "{flag} {value}: {text}");
            assert!(!text.contains("damaged"), "{flag} {value}: {text}");
        }
    }
}

#[test]
fn a_word_that_is_no_parameter_of_a_probe_is_said_as_for_models() {
    let (exit, text) = said(&["eval", "data/mtcars.csv", "--target", "mpg", "--probe", "importance:5"]);
    assert_eq!(exit, Some(2));
    assert!(text.contains("'5' is not a parameter; write importance:repeats=…"), "{text}");
}

#[test]
fn a_train_share_of_no_row_is_refused() {
    let flags = ["--scheme", "time:rolling", "--train-size", "1e-9", "--time", "time", "--quiet"];
    let (exit, text) = said(&[&["eval", "data/airpassengers.csv", "--target", "value"][..], &flags].concat());
    assert_eq!(exit, Some(2));
    assert!(text.contains("--train-size 0.000000001 of 144 rows leaves no row to train on"), "{text}");
}
