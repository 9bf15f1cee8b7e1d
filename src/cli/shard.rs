//! Which splits of a run a machine does: every N-th from the K-th.

use crate::error::{Error, Result};
use crate::split::SplitSet;

/// The splits k with k ≡ `index` (mod `count`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    /// From 0.
    pub index: usize,
    /// Above `index`.
    pub count: usize,
}

/// A scheduler of array jobs, by the variables that it sets.
struct Scheduler {
    name: &'static str,
    /// The number of the task.
    index: &'static str,
    /// The number of the first task, or the variable that has it.
    first: First,
    /// The step between numbers of tasks, where it may be another than 1.
    step: Option<&'static str>,
    /// The variable that has the number of tasks, where there is one.
    count: Option<&'static str>,
    /// Whether that is the number of the last task.
    is_last: bool,
}

enum First {
    Is(usize),
    In(&'static str),
}

/// Schedulers whose tasks know which they are. Slurm, PBS and LSF let the user choose numbers; those of Kubernetes and AWS
/// begin with 0.
static SCHEDULERS: [Scheduler; 6] = [
    Scheduler {
        name: "Slurm",
        index: "SLURM_ARRAY_TASK_ID",
        first: First::In("SLURM_ARRAY_TASK_MIN"),
        step: Some("SLURM_ARRAY_TASK_STEP"),
        count: Some("SLURM_ARRAY_TASK_COUNT"),
        is_last: false,
    },
    Scheduler {
        name: "AWS Batch",
        index: "AWS_BATCH_JOB_ARRAY_INDEX",
        first: First::Is(0),
        step: None,
        count: Some("AWS_BATCH_JOB_ARRAY_SIZE"),
        is_last: false,
    },
    Scheduler {
        name: "LSF",
        index: "LSB_JOBINDEX",
        first: First::Is(1),
        step: Some("LSB_JOBINDEX_STEP"),
        count: Some("LSB_JOBINDEX_END"),
        is_last: true,
    },
    Scheduler {
        name: "Kubernetes",
        index: "JOB_COMPLETION_INDEX",
        first: First::Is(0),
        step: None,
        count: None,
        is_last: false,
    },
    Scheduler {
        name: "PBS Pro",
        index: "PBS_ARRAY_INDEX",
        first: First::Is(0),
        step: None,
        count: None,
        is_last: false,
    },
    Scheduler { name: "PBS", index: "PBS_ARRAYID", first: First::Is(0), step: None, count: None, is_last: false },
];

impl Shard {
    /// The splits up to the first of some looks at which not all of the shard's are done; the last look where all are.
    pub fn round(self, looks: &[usize], done: usize) -> SplitSet {
        let open = looks.iter().find(|look| self.splits(**look).len() > done);
        self.splits(open.or(looks.last()).copied().unwrap_or(0))
    }

    /// Reads `K/N`, `auto` or `auto/N`.
    ///
    /// # Errors
    /// An input error for anything else, and where no scheduler says which task this is.
    pub fn read(text: &str) -> Result<Self> {
        Self::of(text, &|name| std::env::var(name).ok())
    }

    fn of(text: &str, variable: &dyn Fn(&str) -> Option<String>) -> Result<Self> {
        let wrong = || {
            Error::setting(format!("--shard {text}: it is no K/N")).advise("write the K-th of N, from 0, as in 3/16")
        };
        let (index, count) = text.split_once('/').map_or((text, None), |(index, count)| (index, Some(count)));
        let count = count.map(|count| count.parse::<usize>().ok().filter(|n| *n > 0).ok_or_else(wrong)).transpose()?;
        if index == "auto" {
            return Self::of_scheduler(count, variable);
        }
        let (index, count) = (index.parse::<usize>().map_err(|_| wrong())?, count.ok_or_else(wrong)?);
        Self::checked(index, count, text)
    }

    fn checked(index: usize, count: usize, text: &str) -> Result<Self> {
        if index < count {
            return Ok(Self { index, count });
        }
        Err(Error::setting(format!("--shard {text}: K is {index}, and the last of {count} shards is {}", count - 1))
            .advise("count from 0"))
    }

    fn of_scheduler(count: Option<usize>, variable: &dyn Fn(&str) -> Option<String>) -> Result<Self> {
        let Some(scheduler) = SCHEDULERS.iter().find(|scheduler| variable(scheduler.index).is_some()) else {
            return Err(Error::setting("--shard auto: no array job says which task this is")
                .advise("write K/N, as in --shard 3/16"));
        };
        let number = |name: &str| -> Result<Option<usize>> {
            let Some(text) = variable(name) else { return Ok(None) };
            let wrong = || Error::setting(format!("--shard auto: {name} is '{text}', which is no number"));
            text.trim().parse().map(Some).map_err(|_| wrong())
        };
        let first = match scheduler.first {
            First::Is(first) => first,
            First::In(name) => number(name)?.unwrap_or(0),
        };
        let step = scheduler.step.map_or(Ok(None), number)?.unwrap_or(1).max(1);
        let said = match (scheduler.count.map_or(Ok(None), number)?, scheduler.is_last) {
            (Some(last), true) => Some(last.saturating_sub(first) / step + 1),
            (said, _) => said,
        };
        let Some(count) = count.or(said) else {
            return Err(Error::setting(format!(
                "--shard auto: {} says in {} which task this is, and not how many there are",
                scheduler.name, scheduler.index
            ))
            .advise("write --shard auto/N, with the number of tasks"));
        };
        let task = number(scheduler.index)?.unwrap_or(0);
        let index = task.checked_sub(first).map(|past| past / step);
        let text = format!("auto ({} is {task})", scheduler.index);
        let index = index.ok_or_else(|| {
            Error::setting(format!("--shard {text}: numbers of tasks of {} begin with {first}", scheduler.name))
        })?;
        // Numbers that are chosen with gaps are told from those that begin elsewhere by what the scheduler says of the first.
        if index >= count && matches!(scheduler.first, First::In(_)) {
            let name = scheduler.name;
            return Err(Error::setting(format!(
                "--shard {text}: of {count} tasks that begin with {first} in steps of {step} the last is {}",
                first + (count - 1) * step
            ))
            .advise(format!("number the tasks of {name} without gaps, as in --array=0-{}", count - 1)));
        }
        Self::checked(index, count, &text)
    }

    /// Its splits of a plan of so many.
    pub fn splits(&self, of: usize) -> SplitSet {
        (self.index..of).step_by(self.count).collect()
    }

    /// The file that has its part, where none is named.
    pub fn file_name(&self) -> String {
        format!("part-{}-of-{}.ndjson", self.index, self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, variables: &[(&str, &str)]) -> Result<Shard> {
        let variables: Vec<(String, String)> =
            variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Shard::of(text, &|name| variables.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()))
    }

    fn found(text: &str, variables: &[(&str, &str)]) -> (usize, usize) {
        let shard = of(text, variables).unwrap();
        (shard.index, shard.count)
    }

    #[test]
    fn shards_are_counted_from_0() {
        assert_eq!(found("3/16", &[]), (3, 16));
        for wrong in ["", "3", "3/", "/3", "16/16", "3/0", "-1/4", "a/b", "3/16/2"] {
            let error = of(wrong, &[]).unwrap_err().to_string();
            assert!(error.contains("--shard"), "{error}");
        }
        assert!(of("auto", &[]).unwrap_err().to_string().contains("no array job"));
    }

    #[test]
    fn array_jobs_number_their_tasks_in_their_own_way() {
        let slurm = |id| {
            let of = [("SLURM_ARRAY_TASK_MIN", "1"), ("SLURM_ARRAY_TASK_COUNT", "4"), ("SLURM_ARRAY_TASK_STEP", "1")];
            [&of[..], &[("SLURM_ARRAY_TASK_ID", id)]].concat()
        };
        assert_eq!((found("auto", &slurm("1")), found("auto", &slurm("4"))), ((0, 4), (3, 4)));
        let steps = [
            ("SLURM_ARRAY_TASK_ID", "20"),
            ("SLURM_ARRAY_TASK_MIN", "10"),
            ("SLURM_ARRAY_TASK_STEP", "5"),
            ("SLURM_ARRAY_TASK_COUNT", "3"),
        ];
        assert_eq!(found("auto", &steps), (2, 3));
        assert_eq!(found("auto/8", &[("JOB_COMPLETION_INDEX", "7")]), (7, 8));
        assert!(of("auto", &[("JOB_COMPLETION_INDEX", "7")]).unwrap_err().to_string().contains("auto/N"));
        let aws = [("AWS_BATCH_JOB_ARRAY_INDEX", "0"), ("AWS_BATCH_JOB_ARRAY_SIZE", "5")];
        assert_eq!(found("auto", &aws), (0, 5));
        let lsf = [("LSB_JOBINDEX", "5"), ("LSB_JOBINDEX_END", "5"), ("LSB_JOBINDEX_STEP", "1")];
        assert_eq!(found("auto", &lsf), (4, 5));
        assert_eq!(found("auto/3", &[("PBS_ARRAY_INDEX", "2")]), (2, 3));
        assert!(of("auto/3", &[("PBS_ARRAY_INDEX", "3")]).unwrap_err().to_string().contains("count from 0"));
        assert!(of("auto/3", &[("PBS_ARRAY_INDEX", "x")]).unwrap_err().to_string().contains("no number"));
        let gaps = [("SLURM_ARRAY_TASK_ID", "3"), ("SLURM_ARRAY_TASK_MIN", "0"), ("SLURM_ARRAY_TASK_COUNT", "3")];
        assert!(of("auto", &gaps).unwrap_err().to_string().contains("without gaps, as in --array=0-2"));
        assert!(of("auto", &slurm("0")).unwrap_err().to_string().contains("begin with 1"));
    }

    #[test]
    fn shards_part_the_splits() {
        let mut all: Vec<usize> =
            (0..7).flat_map(|index| Shard { index, count: 7 }.splits(100).iter().collect::<Vec<_>>()).collect();
        all.sort_unstable();
        assert_eq!(all, (0..100).collect::<Vec<_>>());
        assert!(Shard { index: 5, count: 7 }.splits(5).is_empty());
    }
}
