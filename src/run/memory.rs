//! How much memory this process may still take: better refused before a run starts than after a minute.

use std::path::Path;

/// The memory that this process may still take; `None` where the system does not say.
pub fn available() -> Option<u64> {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let taken = field(&read("/proc/self/status"), "VmSize:").unwrap_or(0) * 1024;
    let address_space = address_limit(&read("/proc/self/limits")).map(|limit| limit.saturating_sub(taken));
    let machine = read("/proc/meminfo");
    let free = field(&machine, "MemAvailable:").map(|kb| (kb + field(&machine, "SwapFree:").unwrap_or(0)) * 1024);
    [address_space, free, of_groups(&read("/proc/self/cgroup"))].into_iter().flatten().min()
}

/// The number behind a word at the beginning of a line.
fn field(text: &str, name: &str) -> Option<u64> {
    let rest = text.lines().find_map(|line| line.strip_prefix(name))?;
    rest.split_whitespace().next()?.parse().ok()
}

/// The limit of the address space; `None` where there is none.
fn address_limit(limits: &str) -> Option<u64> {
    field(limits, "Max address space")
}

/// What the control groups of a process, of either version, leave it.
fn of_groups(groups: &str) -> Option<u64> {
    let left = |line: &str| {
        let (kinds, path) = line.split_once(':')?.1.split_once(':')?;
        let (root, limit, usage, cache) = match kinds {
            "" => ("/sys/fs/cgroup", "memory.max", "memory.current", "file "),
            kinds if kinds.split(',').any(|kind| kind == "memory") => {
                ("/sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "total_cache ")
            }
            _ => return None,
        };
        // In a container the path may be that of another view of the tree, whose top is then the group itself.
        let inner = Path::new(root).join(path.trim_start_matches('/'));
        let folders = inner.ancestors().take_while(|folder| folder.starts_with(root));
        folders.filter_map(|folder| left_in(folder, limit, usage, cache)).min()
    };
    groups.lines().filter_map(left).min()
}

/// The limit of one group less what is used; files that are kept in memory give way.
fn left_in(folder: &Path, limit: &str, usage: &str, cache: &str) -> Option<u64> {
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).ok();
    let number = |name: &str| read(name)?.trim().parse::<u64>().ok();
    let used = number(usage)?.saturating_sub(field(&read("memory.stat")?, cache).unwrap_or(0));
    Some(number(limit)?.saturating_sub(used))
}

/// A size for people.
pub fn size(bytes: u64) -> String {
    let megabytes = bytes as f64 / 1e6;
    if megabytes < 1000.0 { format!("{megabytes:.0} MB") } else { format!("{:.1} GB", megabytes / 1000.0) }
}

/// Bytes of a model's predictions for all rows, and of what scoring takes of them.
pub fn whole_rows(rows: usize, classes: usize) -> u64 {
    (rows as u64).saturating_mul(16 * classes.max(1) as u64 + 24)
}

/// Reads a size such as `500MB`, `8GB` or `1.5GiB`.
///
/// # Errors
/// What to give instead.
pub fn bytes_of(text: &str) -> Result<u64, String> {
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
        assert_eq!(bytes_of("500MB"), Ok(500_000_000));
        assert_eq!(bytes_of("1.5GiB"), Ok(1_610_612_736));
        assert_eq!(bytes_of("2 g"), Ok(2_000_000_000));
        for wrong in ["", "8", "-1GB", "0MB", "GB", "1e30TB", "nanMB", "8 gigabytes", "infGB"] {
            assert!(bytes_of(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn limits_are_read_as_the_system_writes_them() {
        let limits = "Limit                     Soft Limit           Hard Limit           Units     \n\
                      Max address space         1073741824           unlimited            bytes     \n";
        assert_eq!(address_limit(limits), Some(1 << 30));
        assert_eq!(address_limit("Max address space         unlimited            unlimited            bytes"), None);
        assert_eq!(field("MemTotal: 5 kB\nMemAvailable:   24 kB\n", "MemAvailable:"), Some(24));
        assert_eq!((size(250_400_000), size(1_760_000_000)), ("250 MB".into(), "1.8 GB".into()));
    }

    #[test]
    fn a_group_leaves_its_limit_less_what_cannot_give_way() {
        let folder = tempfile::tempdir().unwrap();
        let left = |limit: &str| {
            for (name, text) in
                [("memory.max", limit), ("memory.current", "700\n"), ("memory.stat", "anon 1\nfile 300\n")]
            {
                std::fs::write(folder.path().join(name), text).unwrap();
            }
            left_in(folder.path(), "memory.max", "memory.current", "file ")
        };
        assert_eq!((left("1000\n"), left("100\n"), left("max\n")), (Some(600), Some(0), None));
    }
}
