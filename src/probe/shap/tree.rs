//! Path-dependent TreeSHAP (Lundberg, Erion and Lee, Consistent individualized feature attribution for tree ensembles,
//! 2018, Algorithm 2): a column that is not known sends a row both ways, in proportion to the train rows.

use ndarray::{ArrayView1, ArrayViewMut2};

use crate::model::trees::RowTree;

/// A column on the way from the root: the share of subsets that go this way without it (`zero`) and with it (`one`), and
/// the weight of all subsets of one size.
#[derive(Debug, Clone, Copy)]
struct Step {
    column: usize,
    zero: f64,
    one: f64,
    weight: f64,
}

/// No column: where the way begins.
const START: usize = usize::MAX;

fn extend(path: &mut Vec<Step>, zero: f64, one: f64, column: usize) {
    let depth = path.len();
    path.push(Step { column, zero, one, weight: if depth == 0 { 1.0 } else { 0.0 } });
    for i in (0..depth).rev() {
        path[i + 1].weight += one * path[i].weight * (i + 1) as f64 / (depth + 1) as f64;
        path[i].weight = zero * path[i].weight * (depth - i) as f64 / (depth + 1) as f64;
    }
}

/// Takes a column off the way again.
fn unwind(path: &mut Vec<Step>, at: usize) {
    let depth = path.len() - 1;
    let Step { zero, one, .. } = path[at];
    let mut next = path[depth].weight;
    for i in (0..depth).rev() {
        if one != 0.0 {
            let before = path[i].weight;
            path[i].weight = next * (depth + 1) as f64 / ((i + 1) as f64 * one);
            next = before - path[i].weight * zero * (depth - i) as f64 / (depth + 1) as f64;
        } else {
            path[i].weight = path[i].weight * (depth + 1) as f64 / (zero * (depth - i) as f64);
        }
    }
    for i in at..depth {
        let Step { column, zero, one, .. } = path[i + 1];
        path[i] = Step { column, zero, one, weight: path[i].weight };
    }
    path.pop();
}

/// The sum of weights that is left once a column is taken off.
fn unwound_sum(path: &[Step], at: usize) -> f64 {
    let depth = path.len() - 1;
    let Step { zero, one, .. } = path[at];
    let (mut next, mut total) = (path[depth].weight, 0.0);
    for i in (0..depth).rev() {
        if one != 0.0 {
            let left = next * (depth + 1) as f64 / ((i + 1) as f64 * one);
            total += left;
            next = path[i].weight - left * zero * (depth - i) as f64 / (depth + 1) as f64;
        } else {
            total += path[i].weight * (depth + 1) as f64 / (zero * (depth - i) as f64);
        }
    }
    total
}

struct Walk<'w, 'c, 'o> {
    tree: &'w RowTree,
    cells: ArrayView1<'c, f64>,
    column_of_part: &'w [usize],
    divisor: f64,
    out: &'w mut ArrayViewMut2<'o, f64>,
}

impl Walk<'_, '_, '_> {
    fn go(&mut self, at: usize, mut path: Vec<Step>, zero: f64, one: f64, column: usize) {
        extend(&mut path, zero, one, column);
        let node = &self.tree.nodes[at];
        if node.left == 0 {
            let values = self.tree.values(node);
            for i in 1..path.len() {
                let share = unwound_sum(&path, i) * (path[i].one - path[i].zero) / self.divisor;
                for (o, value) in values.iter().enumerate() {
                    self.out[[path[i].column, self.tree.output + o]] += share * value;
                }
            }
            return;
        }
        let column = self.column_of_part[node.part as usize];
        let left = node.left as usize;
        let (hot, cold) =
            if node.sends_left(self.cells[node.part as usize]) { (left, left + 1) } else { (left + 1, left) };
        let (mut zero, mut one) = (1.0, 1.0);
        if let Some(known) = path.iter().position(|step| step.column == column) {
            (zero, one) = (path[known].zero, path[known].one);
            unwind(&mut path, known);
        }
        let cover = node.cover;
        let share = |child: usize| self.tree.nodes[child].cover / cover;
        let (hot_share, cold_share) = (share(hot), share(cold));
        // A way that no train row and not this row goes has no weight.
        if hot_share > 0.0 || one > 0.0 {
            self.go(hot, path.clone(), zero * hot_share, one, column);
        }
        if cold_share > 0.0 {
            self.go(cold, path, zero * cold_share, 0.0, column);
        }
    }
}

/// Adds a row's SHAP values in one tree to `out`, columns × outputs.
pub fn add_values(
    tree: &RowTree,
    cells: ArrayView1<f64>,
    column_of_part: &[usize],
    divisor: f64,
    out: &mut ArrayViewMut2<f64>,
) {
    Walk { tree, cells, column_of_part, divisor, out }.go(0, Vec::new(), 1.0, 1.0, START);
}

/// Adds a tree's mean over the train rows to its outputs.
pub fn add_expectation(tree: &RowTree, out: &mut [f64], divisor: f64) {
    for node in tree.nodes.iter().filter(|n| n.left == 0) {
        let share = node.cover / tree.nodes[0].cover / divisor;
        out.iter_mut().skip(tree.output).zip(tree.values(node)).for_each(|(o, v)| *o += share * v);
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, ArrayView2, array};

    use super::*;
    use crate::model::trees::{Columns, Impurity, Tree, Truth};

    fn tree_of(x: ArrayView2<f64>, y: &[f64]) -> RowTree {
        let tree = Tree {
            criterion: Impurity::SquaredError,
            max_depth: Some(4),
            min_samples_split: 2,
            min_samples_leaf: 1,
            min_impurity_decrease: 0.0,
            max_leaf_nodes: None,
        };
        let rows: Vec<u32> = (0..y.len() as u32).collect();
        tree.fit_and_keep(&Columns::from_matrix(x), &rows, Truth::Values(y), &[]).1
    }

    /// The expectation where the columns in `known` are known: both ways at a node of any other.
    fn expectation(tree: &RowTree, at: usize, x: ArrayView1<f64>, known: usize) -> f64 {
        let node = &tree.nodes[at];
        if node.left == 0 {
            return tree.values(node)[0];
        }
        let (left, part) = (node.left as usize, node.part as usize);
        if known >> part & 1 == 1 {
            return expectation(tree, left + usize::from(!node.sends_left(x[part])), x, known);
        }
        let of = |child: usize| tree.nodes[child].cover / node.cover * expectation(tree, child, x, known);
        of(left) + of(left + 1)
    }

    #[test]
    fn values_are_those_of_shapleys_sum_over_all_subsets() {
        let p = 4;
        let x = Array2::from_shape_fn((60, p), |(i, j)| ((i * (2 * j + 3) * 7 + 5 * j) % 17) as f64);
        let y: Vec<f64> =
            x.outer_iter().map(|x| x[0] * x[1] + 3.0 * x[2] + if x[0] > 8.0 { x[3] } else { 0.0 }).collect();
        let tree = tree_of(x.view(), &y);
        let factorial = |n: usize| (1..=n).map(|v| v as f64).product::<f64>();
        for row in x.outer_iter().take(12) {
            let mut own = Array2::zeros((p, 1));
            add_values(&tree, row, &[0, 1, 2, 3], 1.0, &mut own.view_mut());
            for j in 0..p {
                let mut value = 0.0;
                for known in (0..1usize << p).filter(|k| k >> j & 1 == 0) {
                    let size = known.count_ones() as usize;
                    let weight = factorial(size) * factorial(p - size - 1) / factorial(p);
                    let gain = expectation(&tree, 0, row, known | 1 << j) - expectation(&tree, 0, row, known);
                    value += weight * gain;
                }
                assert!((own[[j, 0]] - value).abs() < 1e-9, "column {j}: {} {value}", own[[j, 0]]);
            }
            let mut mean = [0.0];
            add_expectation(&tree, &mut mean, 1.0);
            assert!((own.sum() + mean[0] - expectation(&tree, 0, row, 15)).abs() < 1e-9);
        }
    }

    #[test]
    fn a_column_that_is_not_used_has_no_value() {
        let x = array![[1.0, 0.0], [2.0, 0.0], [3.0, 1.0], [4.0, 1.0]];
        let tree = tree_of(x.view(), &[1.0, 1.0, 5.0, 5.0]);
        let mut own = Array2::zeros((2, 1));
        add_values(&tree, x.row(0), &[0, 1], 1.0, &mut own.view_mut());
        assert_eq!(own, array![[-2.0], [0.0]]);
    }
}
