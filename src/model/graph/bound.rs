//! One split's scaling of all rows, the boxes around its train rows, and how much nearer than in the
//! reference scaling a row can be.

use super::candidates::Graph;
use super::leaf::{Cell, LeafCells};
use super::points::{PartScale, PointPart, Points, SplitScale};
use super::tree::{Node, PartKind, Tree};
use crate::model::ties::rounding;

/// Relative rounding slack of the acceptance bound.
const SLACK: f64 = 1e-9;

/// What a search in one split needs, made once for the split.
#[derive(Debug)]
pub struct Bound<'a> {
    pub(crate) tree: &'a Tree,
    numbers: Vec<Scaled<'a>>,
    /// Scaled numbers and codes; none if they are worked out afresh each time.
    copy: Option<LeafCells>,
    /// How often the row at each place is a train row.
    pub(crate) count: Vec<u16>,
    /// For each level part, where its levels start in `weight`.
    starts: Vec<usize>,
    /// 1 for a known level, 0 for another.
    weight: Vec<f64>,
    /// Least and largest scaled number of the train rows of each node: nodes × number parts × 2.
    sides: Vec<f64>,
    /// The train rows' codes modulo 64, a bit each: nodes × level parts.
    masks: Vec<u64>,
    /// Reference distances shrink at most by this factor, gaps apart.
    rho: f64,
    /// Number parts with gaps that are filled with another number than in the reference.
    refilled: Vec<Refilled>,
    /// Length of what was a row of zeros before scaling.
    origin: f64,
}

/// A column of numbers in the scale of a split.
#[derive(Debug)]
pub(super) struct Scaled<'a> {
    pub values: &'a [f64],
    pub fill: f64,
    pub mean: f64,
    pub scale: f64,
}

#[derive(Debug)]
struct Refilled {
    part: usize,
    /// The fill, scaled.
    fill: f64,
    /// How far the fill moved, squared, scaled.
    moved: f64,
}

/// The row that neighbours are searched for.
#[derive(Debug)]
pub(crate) struct Query<'q> {
    numbers: Vec<f64>,
    codes: &'q [u32],
    /// All of it in the order of the parts, for rows that are copied.
    cells: Vec<Cell>,
}

impl Scaled<'_> {
    pub fn at(&self, row: u32) -> f64 {
        let value = self.values[row as usize];
        ((if value.is_nan() { self.fill } else { value }) - self.mean) / self.scale
    }
}

impl<'a> Bound<'a> {
    /// Prepares a split of the rows that `graph` was built of.
    ///
    /// `train_count` says how often each row is in the train part. Every level of a train row must be known
    /// in `scale`; this panics otherwise.
    ///
    /// With `copy` the scaled numbers of all rows are kept, 8 bytes each; without, they are worked out at
    /// every look, which takes about twice as long and changes no answer. Either way the boxes take an
    /// eighth to a quarter of such a copy.
    pub fn new(graph: &'a Graph, points: &'a Points, scale: &SplitScale, train_count: &[u16], copy: bool) -> Self {
        Self::of(&graph.tree, points, scale, train_count, copy)
    }

    pub(crate) fn of(tree: &'a Tree, points: &'a Points, scale: &SplitScale, train_count: &[u16], copy: bool) -> Self {
        assert_eq!(points.rows, tree.order.len(), "the rows the graph was built of");
        assert_eq!(points.rows, train_count.len(), "a count for each row");
        assert_eq!(points.parts.len(), scale.parts.len(), "a scale for each part");
        let mut bound = Self {
            tree,
            numbers: Vec::with_capacity(tree.numbers()),
            copy: None,
            count: tree.order.iter().map(|row| train_count[*row as usize]).collect(),
            starts: Vec::with_capacity(tree.levels),
            weight: Vec::new(),
            sides: Vec::new(),
            masks: Vec::new(),
            rho: 1.0,
            refilled: Vec::new(),
            origin: 0.0,
        };
        for (part, scale) in points.parts.iter().zip(&scale.parts) {
            match (part, scale) {
                (PointPart::Number(values), PartScale::Number { fill, mean, scale }) => {
                    bound.numbers.push(Scaled { values, fill: *fill, mean: *mean, scale: *scale });
                }
                (PointPart::Level { levels, .. }, PartScale::Level { known }) => {
                    assert_eq!(*levels, known.len(), "each level is known or not");
                    bound.starts.push(bound.weight.len());
                    bound.weight.extend(known.iter().map(|known| f64::from(u8::from(*known))));
                }
                _ => panic!("a number is scaled as a number, a level as a level"),
            }
        }
        for at in (0..points.rows).filter(|at| bound.count[*at] > 0) {
            let unknown = (0..tree.levels).any(|l| bound.weight_of(l, bound.codes(at)[l]) == 0.0);
            assert!(!unknown, "every level of a train row is known");
        }
        if copy {
            let part = |place: usize, part: usize| match tree.kinds[part] {
                PartKind::Number(j) => bound.numbers[j].at(tree.order[place]),
                PartKind::Level(l) => f64::from(bound.codes(place)[l]),
            };
            bound.copy = Some(LeafCells::new(&tree.nodes, tree.kinds.len(), part));
        }
        bound.origin = bound.numbers.iter().map(|n| (n.mean / n.scale) * (n.mean / n.scale)).sum::<f64>().sqrt();
        bound.shrinking();
        bound.boxes();
        bound
    }

    /// Works out the terms of the acceptance bound that are the same for all rows.
    fn shrinking(&mut self) {
        // Columns that are the same for all rows add nothing to any distance. Levels do not shrink.
        let mut rho = if self.tree.levels_vary { 1.0 } else { f64::INFINITY };
        for (part, (number, reference)) in self.numbers.iter().zip(&self.tree.references).enumerate() {
            if reference.varies {
                rho = f64::min(rho, reference.scale / number.scale);
            }
            if reference.varies && reference.gaps && number.fill != reference.fill {
                let moved = (number.fill - reference.fill) / number.scale;
                let fill = (number.fill - number.mean) / number.scale;
                self.refilled.push(Refilled { part, fill, moved: moved * moved });
            }
        }
        self.rho = if rho.is_finite() { rho } else { 1.0 };
    }

    /// Puts boxes around the train rows of each node.
    fn boxes(&mut self) {
        let (width, levels, nodes) = (self.tree.numbers(), self.tree.levels, &self.tree.nodes);
        let mut sides: Vec<f64> = [f64::INFINITY, f64::NEG_INFINITY].repeat(nodes.len() * width);
        let mut masks = vec![0; nodes.len() * levels];
        for (at, node) in nodes.iter().enumerate().rev() {
            if node.second > 0 {
                for child in [at + 1, node.second as usize] {
                    for j in 0..width {
                        let (own, other) = (2 * (at * width + j), 2 * (child * width + j));
                        sides[own] = sides[own].min(sides[other]);
                        sides[own + 1] = sides[own + 1].max(sides[other + 1]);
                    }
                    (0..levels).for_each(|l| masks[at * levels + l] |= masks[child * levels + l]);
                }
                continue;
            }
            for place in self.train_places(node) {
                for j in 0..width {
                    let (own, value) = (2 * (at * width + j), self.number(place, j));
                    sides[own] = sides[own].min(value);
                    sides[own + 1] = sides[own + 1].max(value);
                }
                let codes = self.codes(place).iter();
                codes.enumerate().for_each(|(l, code)| masks[at * levels + l] |= 1_u64 << (code % 64));
                if node.alike {
                    break;
                }
            }
        }
        (self.sides, self.masks) = (sides, masks);
    }

    /// The places of a node's train rows.
    pub(crate) fn train_places(&self, node: &Node) -> impl Iterator<Item = usize> {
        (node.start as usize..node.end as usize).filter(|place| self.count[*place] > 0)
    }

    fn codes(&self, place: usize) -> &[u32] {
        &self.tree.codes[place * self.tree.levels..][..self.tree.levels]
    }

    fn weight_of(&self, level_part: usize, code: u32) -> f64 {
        self.weight[self.starts[level_part] + code as usize]
    }

    fn number(&self, place: usize, j: usize) -> f64 {
        match &self.copy {
            Some(copy) => {
                let at = self.tree.leaf[place] as usize;
                let leaf = &self.tree.nodes[at];
                copy.at(at, if leaf.alike { 0 } else { place - leaf.start as usize }, self.tree.part_of[j])
            }
            None => self.numbers[j].at(self.tree.order[place]),
        }
    }

    pub(crate) fn query(&self, place: usize) -> Query<'_> {
        let numbers: Vec<f64> = (0..self.numbers.len()).map(|j| self.number(place, j)).collect();
        let codes = self.codes(place);
        let cell = |kind: &PartKind| match *kind {
            PartKind::Number(j) => Cell { value: numbers[j], level: None },
            PartKind::Level(l) => Cell { value: f64::from(codes[l]), level: Some(self.weight_of(l, codes[l])) },
        };
        let cells = if self.copy.is_some() { self.tree.kinds.iter().map(cell).collect() } else { Vec::new() };
        Query { numbers, codes, cells }
    }

    /// Squared distance in the split to the train row at a place. Only a train row's levels are known for
    /// certain, so to other rows it may be too large.
    pub(crate) fn distance(&self, query: &Query, place: usize) -> f64 {
        let codes = self.codes(place);
        let other = |l: usize| (query.codes[l] != codes[l]).then(|| self.weight_of(l, query.codes[l]));
        self.tree.add_up(|j| query.numbers[j] - self.number(place, j), other)
    }

    /// The same to all rows of a leaf that are not alike; says whether any may be within a limit.
    pub(crate) fn distances(&self, query: &Query, leaf: usize, limit: f64, out: &mut Vec<f64>) -> bool {
        match &self.copy {
            Some(copy) => copy.distances(leaf, &query.cells, limit, out),
            None => {
                let node = &self.tree.nodes[leaf];
                out.clear();
                out.extend((node.start as usize..node.end as usize).map(|place| self.distance(query, place)));
                true
            }
        }
    }

    /// A lower bound of the squared distances to the train rows of a node. It adds, in the same order, terms
    /// that are no larger, and subtracting, squaring and adding round monotonously: so it is a lower bound
    /// in floating point too, and rows at an equal distance are not lost.
    pub(crate) fn to_box(&self, query: &Query, node: usize) -> f64 {
        let sides = &self.sides[2 * node * self.numbers.len()..][..2 * self.numbers.len()];
        let masks = &self.masks[node * self.tree.levels..][..self.tree.levels];
        let outside = |j: usize| {
            let (value, side) = (query.numbers[j], &sides[2 * j..2 * j + 2]);
            (side[0] - value).max(value - side[1]).max(0.0)
        };
        let is_other = |l: usize| masks[l] >> (query.codes[l] % 64) & 1 == 0;
        self.tree.add_up(outside, |l| is_other(l).then(|| self.weight_of(l, query.codes[l])))
    }

    /// What a distance may be off by, because numbers are rounded before and after they are scaled.
    pub(crate) fn rounding(&self, query: &Query) -> f64 {
        rounding(query.length(), self.origin)
    }

    /// Whether no train row at a reference distance of at least `radius` can be at a squared distance in the
    /// split of at most `kth`.
    ///
    /// Take such a row b, the query a, and suppose the opposite. Let D and D' be their differences, column
    /// by column, in the reference and in the split.
    ///
    /// Levels. With u unknown levels of a, each differs from b's level: it adds 2 to |D|² and 1 to |D'|².
    /// Leave these columns aside: |D|² ≥ radius² - 2u is left, and |D'|² = what is left + u. The other
    /// levels add the same to both, as a factor of 1 does.
    ///
    /// Numbers. With D_j of column j, r_j = reference scale / split scale, D'_j = r_j D_j where neither or
    /// both numbers are missing. If one is, D'_j - r_j D_j is up to its sign the way e_j that the fill
    /// moved, in split units. So |D'| ≥ |r D| - |e| ≥ rho |D| - |e|, rho the least factor, by the triangle
    /// inequality. Now if a is farther from the fill, in the split, than sqrt(kth), then neither a is missing
    /// nor b, as b would be farther than that; then e_j = 0. All other refilled columns are taken at their
    /// worst.
    ///
    /// Rounding. A scaled number is off by its own size times less than EPSILON, a difference by less than
    /// 2.1 EPSILON times the query's number, and otherwise by some EPSILON of itself; the former is taken
    /// off here and where `radius` was made, the latter is far less than `SLACK`.
    pub(crate) fn settled(&self, query: &Query, radius: f64, kth: f64) -> bool {
        if radius == f64::INFINITY {
            return true;
        }
        let unknown = query.codes.iter().enumerate().filter(|(l, code)| self.weight_of(*l, **code) == 0.0).count();
        let left = (radius * radius * (1.0 - SLACK) - 2.0 * unknown as f64).max(0.0).sqrt();
        let reach = kth.sqrt() * (1.0 + SLACK);
        let mut moved = 0.0;
        for refilled in &self.refilled {
            if (query.numbers[refilled.part] - refilled.fill).abs() <= reach {
                moved += refilled.moved;
            }
        }
        let least = (self.rho * left - moved.sqrt() * (1.0 + SLACK)) * (1.0 - SLACK) - query.rounding();
        least > 0.0 && kth < (least * least + unknown as f64) * (1.0 - SLACK)
    }
}

impl Query<'_> {
    /// What a distance from here may be off by, because scaled numbers are rounded.
    pub(crate) fn rounding(&self) -> f64 {
        rounding(self.length(), 0.0)
    }

    fn length(&self) -> f64 {
        self.numbers.iter().map(|v| v * v).sum::<f64>().sqrt()
    }
}
