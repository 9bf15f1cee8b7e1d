//! Flags for tables that are too large for the memory.

use clap::Args;

use super::args::whole;
use crate::Evaluation;

/// Flags of `eval`.
#[derive(Debug, Args)]
pub struct LargeTableArgs {
    /// Memory that may be taken, as 500MB or 8GB [default: four fifths of what there is]. A Parquet file that does not fit three
    /// times is read in passes by the models that can (ols, ridge, lasso, elastic-net, nb, lda, qda)
    #[arg(long, value_name = "SIZE", value_parser = bytes, allow_hyphen_values = true, help_heading = "Data", hide_short_help = true)]
    memory: Option<u64>,

    /// Use so many of the rows, drawn by the seed
    #[arg(long, value_name = "N", value_parser = whole::<usize>, help_heading = "Data", hide_short_help = true)]
    sample_rows: Option<usize>,
}

impl LargeTableArgs {
    /// The evaluation with what is said of its size.
    pub fn of(&self, evaluation: Evaluation) -> Evaluation {
        evaluation.memory(self.memory).sample_rows(self.sample_rows)
    }
}

/// Reads a size such as `500MB`, `8GB` or `1.5GiB`.
fn bytes(text: &str) -> Result<u64, String> {
    let wrong = || "give a size above 0 with its unit, as in 500MB, 8GB or 1.5GiB".to_owned();
    let unit = text.find(|c: char| c.is_ascii_alphabetic()).ok_or_else(wrong)?;
    let (number, unit) = text.split_at(unit);
    let factor = match unit.to_ascii_lowercase().as_str() {
        "kb" | "k" => 1e3,
        "mb" | "m" => 1e6,
        "gb" | "g" => 1e9,
        "tb" | "t" => 1e12,
        "kib" => 1024.0,
        "mib" => 1_048_576.0,
        "gib" => 1_073_741_824.0,
        "tib" => 1_099_511_627_776.0,
        _ => return Err(wrong()),
    };
    let size = number.trim().parse::<f64>().map_err(|_| wrong())? * factor;
    if (1.0..1e18).contains(&size) { Ok(size as u64) } else { Err(wrong()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units() {
        assert_eq!(bytes("500MB"), Ok(500_000_000));
        assert_eq!(bytes("1.5GiB"), Ok(1_610_612_736));
        assert_eq!(bytes("2 g"), Ok(2_000_000_000));
        for wrong in ["", "8", "-1GB", "0MB", "GB", "1e30TB", "nanMB", "8 gigabytes", "infGB"] {
            assert!(bytes(wrong).is_err(), "{wrong}");
        }
    }
}
