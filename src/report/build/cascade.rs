//! How much noise in a column a claim bears.

use crate::probe::cascade_reading;
use crate::report::document::{Cascade, NoiseLevel, Report};
use crate::run::columns::Column;
use crate::verdict::{Claim, ScoreTable, Verdict};

/// The board with the scores that models have at a level of noise, on the splits that were probed.
fn noisy(board: &ScoreTable, column: &str, level: f64) -> ScoreTable {
    let places: Vec<Option<usize>> =
        board.metrics.iter().map(|m| board.reading(&cascade_reading(column, level, &m.0))).collect();
    let lengths = board.models.iter().flat_map(|m| places.iter().flatten().filter_map(|at| m.readings.get(*at)));
    let mut board = board.first(lengths.map(Column::len).max().unwrap_or(0));
    // The baseline uses no features.
    let models = board.asked().len();
    for model in &mut board.models[..models] {
        for (scores, place) in model.test.iter_mut().zip(&places) {
            *scores = place.and_then(|at| model.readings.get(at)).cloned().unwrap_or_default();
        }
    }
    board
}

/// Judges every claim about scores at each level of noise in each column.
pub fn cascades(report: &Report, claims: &[Claim], columns: &[(String, Vec<f64>)], looks: usize) -> Vec<Cascade> {
    let board = report.score_table();
    let of_scores = |claim: &&Claim| {
        let terms = claim.statement.terms();
        claim.statement.figures().is_empty() && terms.iter().all(|t| board.metric(&t.score.metric).is_some())
    };
    let mut all = Vec::new();
    for (column, levels) in columns {
        let boards: Vec<ScoreTable> = levels.iter().map(|level| noisy(&board, column, *level)).collect();
        for claim in claims.iter().filter(of_scores) {
            let judged: Vec<_> = boards.iter().map(|board| claim.judge(board, looks)).collect();
            for (i, first) in judged[0].iter().enumerate() {
                let level = |(noise, judged): (&f64, &Vec<crate::verdict::ClaimResult>)| NoiseLevel {
                    noise: *noise,
                    verdict: judged[i].verdict,
                    observed: judged[i].observed,
                };
                let levels: Vec<NoiseLevel> = levels.iter().zip(&judged).map(level).collect();
                let broken = levels.iter().position(|l| l.verdict == Verdict::Fails);
                let before = levels.iter().take_while(|l| l.verdict == Verdict::Holds).count();
                all.push(Cascade {
                    column: column.clone(),
                    claim: first.text.clone(),
                    model: first.model.clone(),
                    bears: before.checked_sub(1).map(|at| levels[at].noise),
                    breaks_at: broken.map(|at| levels[at].noise),
                    levels,
                });
            }
        }
    }
    all
}
