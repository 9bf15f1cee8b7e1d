//! Train rows as a tree grower takes them, and sums over them that do not depend on any order.
//!
//! Targets are rounded once to whole multiples of a power of two, so sums of them are exact: the best
//! split does not depend on the order of rows, on threads, or on how a column was looked through.

/// A train row and how often it counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// Row of the table.
    pub row: u32,
    /// Its weight; each entry is one sample, whatever it weighs.
    pub weight: u32,
}

/// The target by table row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Truth<'a> {
    /// Numbers.
    Values(&'a [f64]),
    /// Classes as codes below `classes`.
    Classes {
        /// The codes.
        codes: &'a [u32],
        /// Their number.
        classes: usize,
    },
}

/// An entry with what its target adds to sums.
#[derive(Debug, Clone, Copy)]
pub struct Item {
    /// Row of the table.
    pub row: u32,
    /// Where its codes are found: its row, or its place among codes gathered for a small node.
    pub slot: u32,
    pub weight: u32,
    /// The class, or the rounded target.
    pub y: i64,
}

/// The entries of a tree, ready for growing.
#[derive(Debug, Clone)]
pub struct Sample {
    pub items: Vec<Item>,
    /// What one unit of a rounded target is worth.
    pub unit: f64,
    /// Number of classes; 0 for numbers.
    pub classes: usize,
    /// Sum of the weights.
    pub weight: f64,
}

impl Sample {
    /// Rounds the targets of the entries. `weight` is an upper bound of the sum of weights.
    pub fn new(entries: impl ExactSizeIterator<Item = Entry> + Clone, truth: Truth) -> Self {
        let weight: f64 = entries.clone().map(|e| f64::from(e.weight)).sum();
        let (unit, classes) = match truth {
            Truth::Classes { classes, .. } => (1.0, classes),
            Truth::Values(y) => {
                let at = |e: Entry| y[e.row as usize];
                let centre = entries.clone().map(|e| at(e) * f64::from(e.weight)).sum::<f64>() / weight.max(1.0);
                let reach = entries.clone().map(|e| (at(e) - centre).abs()).fold(0.0, f64::max);
                // Squares of sums are taken in floating point; sums themselves stay below 2^62.
                let bits = (61.0 - weight.max(1.0).log2().ceil()).min(44.0);
                let unit = if reach > 0.0 { 2f64.powf(reach.log2().ceil() - bits) } else { 1.0 };
                return Self {
                    items: entries
                        .map(|e| Item {
                            row: e.row,
                            slot: e.row,
                            weight: e.weight,
                            y: ((at(e) - centre) / unit).round() as i64,
                        })
                        .collect(),
                    unit,
                    classes: 0,
                    weight,
                };
            }
        };
        let class =
            |row: u32| if let Truth::Classes { codes, .. } = truth { i64::from(codes[row as usize]) } else { 0 };
        let items = entries.map(|e| Item { row: e.row, slot: e.row, weight: e.weight, y: class(e.row) }).collect();
        Self { items, unit, classes, weight }
    }
}

/// Weight and target sum of some rows: a sum of rounded targets, or weights by class.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sums {
    /// Number of entries.
    pub count: u32,
    /// Their weight.
    pub weight: u64,
    /// Σ weight · rounded target.
    pub total: i64,
    /// Weight of each class; empty for numbers.
    pub classes: Vec<u64>,
}

impl Sums {
    /// Nothing.
    pub fn new(classes: usize) -> Self {
        Self { count: 0, weight: 0, total: 0, classes: vec![0; classes] }
    }

    /// Back to nothing.
    pub fn clear(&mut self) {
        (self.count, self.weight, self.total) = (0, 0, 0);
        self.classes.fill(0);
    }

    /// Adds an item.
    pub fn add(&mut self, item: &Item) {
        self.count += 1;
        self.weight += u64::from(item.weight);
        if self.classes.is_empty() {
            self.total += item.y * i64::from(item.weight);
        } else {
            self.classes[item.y as usize] += u64::from(item.weight);
        }
    }

    /// Adds a run.
    pub fn join(&mut self, run: &Run, classes: &[u64]) {
        self.count += run.count;
        self.weight += u64::from(run.weight);
        self.total += run.total;
        self.classes.iter_mut().zip(classes).for_each(|(a, b)| *a += b);
    }

    /// Sets to `whole` less `part`.
    pub fn set_rest(&mut self, whole: &Self, part: &Self) {
        self.count = whole.count - part.count;
        self.weight = whole.weight - part.weight;
        self.total = whole.total - part.total;
        for (s, (w, p)) in self.classes.iter_mut().zip(whole.classes.iter().zip(&part.classes)) {
            *s = w - p;
        }
    }

    /// Copies without allocating.
    pub fn set(&mut self, other: &Self) {
        self.count = other.count;
        self.weight = other.weight;
        self.total = other.total;
        self.classes.copy_from_slice(&other.classes);
    }
}

/// Rows with one code of a column, taken together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Run {
    pub code: u32,
    pub count: u32,
    pub weight: u32,
    pub total: i64,
}

/// How mixed a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Impurity {
    /// Σ p(1 - p) over classes.
    Gini,
    /// -Σ p log₂ p over classes.
    Entropy,
    /// Variance of a number.
    SquaredError,
    /// Mean distance of a number from the median.
    AbsoluteError,
}

impl Impurity {
    /// What is to be made large: minus weight × impurity, up to a constant that the two parts of a node
    /// share with the node. Not for absolute error, which sums do not tell.
    pub fn quality(self, sums: &Sums) -> f64 {
        let weight = sums.weight as f64;
        match self {
            Self::SquaredError => {
                let total = sums.total as f64;
                total * total / weight
            }
            Self::Gini => sums.classes.iter().map(|c| u128::from(*c) * u128::from(*c)).sum::<u128>() as f64 / weight,
            Self::Entropy => {
                let of = |c: &u64| if *c > 0 { *c as f64 * (*c as f64).log2() } else { 0.0 };
                sums.classes.iter().map(of).sum::<f64>() - weight * weight.log2()
            }
            Self::AbsoluteError => f64::NAN,
        }
    }
}
