//! Minimising a smooth convex function from its gradients alone: limited-memory BFGS (Nocedal and Wright 2006, algorithm 7.4)
//! over an approximate inverse of the Hessian that many searches share.
//!
//! A step is judged by the slope along it. The function is convex, so that a slope which has not risen past that of the
//! start, turned around, has no more than stepped over the least point.

use std::collections::VecDeque;

/// The steps that are remembered.
const REMEMBERED: usize = 20;
/// A slope at the end of a step that is larger than this share of that at its start says that the step was too long.
const OVERSHOOT: f64 = 0.9;
/// A step is shortened to no less than this share, and to no more than the other, at a time.
const SHORTENED: [f64; 2] = [0.1, 0.7];
/// Gradients before a search is given up.
const MOST: usize = 100;

/// A search under way. All vectors are in the caller's coordinates.
#[derive(Debug, Clone)]
pub struct Search {
    b: Vec<f64>,
    gradient: Vec<f64>,
    direction: Vec<f64>,
    /// Of the step that is tried, as a share of the direction.
    length: f64,
    /// Gradient times direction.
    slope: f64,
    steps: VecDeque<Step>,
    gradients: usize,
    state: State,
}

#[derive(Debug, Clone)]
struct Step {
    moved: Vec<f64>,
    bent: Vec<f64>,
    /// Their product.
    curvature: f64,
    /// What the first half of a direction leaves for the second.
    share: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// No gradient is known.
    Begun,
    /// A step is tried.
    Trying,
    Done,
    GivenUp,
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn add(to: &mut [f64], factor: f64, b: &[f64]) {
    to.iter_mut().zip(b).for_each(|(a, b)| *a += factor * b);
}

impl Search {
    /// Begins at a point.
    pub fn new(start: Vec<f64>) -> Self {
        Self {
            b: start,
            gradient: Vec::new(),
            direction: Vec::new(),
            length: 0.0,
            slope: 0.0,
            steps: VecDeque::new(),
            gradients: 0,
            state: State::Begun,
        }
    }

    /// Whether it wants another gradient.
    pub fn is_open(&self) -> bool {
        matches!(self.state, State::Begun | State::Trying)
    }

    /// Whether it has come to its end, which is then [`Search::point`].
    pub fn is_done(&self) -> bool {
        self.state == State::Done
    }

    /// Ends it without a result.
    pub fn give_up(&mut self) {
        self.state = State::GivenUp;
    }

    /// How many gradients it was given.
    pub fn gradients(&self) -> usize {
        self.gradients
    }

    /// The point whose gradient is wanted, or where it has ended.
    pub fn point(&self) -> Vec<f64> {
        let mut point = self.b.clone();
        if self.state == State::Trying {
            add(&mut point, self.length, &self.direction);
        }
        point
    }

    /// Takes the gradient at [`Search::point`], and says whether the step is made: a new direction is wanted then.
    pub fn takes(&mut self, gradient: Vec<f64>) -> bool {
        self.gradients += 1;
        let is_finite = gradient.iter().all(|g| g.is_finite());
        if self.gradients > MOST || (self.state == State::Begun && !is_finite) {
            self.state = State::GivenUp;
            return false;
        }
        if self.state == State::Begun {
            self.gradient = gradient;
            return true;
        }
        let there = dot(&gradient, &self.direction);
        if !is_finite || there.is_nan() || there > OVERSHOOT * self.slope.abs() {
            let least = self.slope.abs() / (self.slope.abs() + there);
            let [low, high] = SHORTENED;
            self.length *= if is_finite && least.is_finite() { least.clamp(low, high) } else { low };
            return false;
        }
        let moved: Vec<f64> = self.direction.iter().map(|d| self.length * d).collect();
        let bent: Vec<f64> = gradient.iter().zip(&self.gradient).map(|(new, old)| new - old).collect();
        let curvature = dot(&moved, &bent);
        add(&mut self.b, 1.0, &moved);
        self.gradient = gradient;
        if curvature > 1e-14 * (dot(&moved, &moved) * dot(&bent, &bent)).sqrt() {
            if self.steps.len() == REMEMBERED {
                self.steps.pop_front();
            }
            self.steps.push_back(Step { moved, bent, curvature, share: 0.0 });
        }
        true
    }

    /// The first half of a new direction, which is to be multiplied by the approximate inverse of the Hessian.
    pub fn before_inverse(&mut self) -> Vec<f64> {
        let mut vector = self.gradient.clone();
        for step in self.steps.iter_mut().rev() {
            step.share = dot(&step.moved, &vector) / step.curvature;
            add(&mut vector, -step.share, &step.bent);
        }
        vector
    }

    /// The second half. Ends the search where twice what the function can still fall, by the curvature that is known, is at
    /// most `fall` and no entry of the gradient exceeds `tol`; the last step is then made.
    pub fn after_inverse(&mut self, mut vector: Vec<f64>, fall: f64, tol: f64) {
        for step in &self.steps {
            let back = dot(&step.bent, &vector) / step.curvature;
            add(&mut vector, step.share - back, &step.moved);
        }
        vector.iter_mut().for_each(|v| *v = -*v);
        self.direction = vector;
        self.slope = dot(&self.gradient, &self.direction);
        let steepest = self.gradient.iter().fold(0.0f64, |m, g| m.max(g.abs()));
        if -self.slope <= fall && self.slope <= 0.0 && steepest <= tol {
            add(&mut self.b, 1.0, &self.direction);
            self.state = State::Done;
        } else if self.slope < 0.0 {
            self.length = 1.0;
            self.state = State::Trying;
        } else {
            self.state = State::GivenUp;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Searches with the inverse of a diagonal; the end, and how many gradients it took.
    fn minimise(start: &[f64], inverse: &[f64], gradient: impl Fn(&[f64]) -> Vec<f64>) -> (Option<Vec<f64>>, usize) {
        let mut search = Search::new(start.to_vec());
        while search.is_open() {
            if search.takes(gradient(&search.point())) {
                let half = search.before_inverse();
                search.after_inverse(half.iter().zip(inverse).map(|(h, i)| h * i).collect(), 1e-24, 1e-9);
            }
        }
        (search.is_done().then(|| search.point()), search.gradients())
    }

    #[test]
    fn the_least_point_of_a_quadratic_is_found_at_once_with_its_own_inverse_and_soon_with_another() {
        // Half of 2 (x - 1)² + 5 (y + 3)² + 3 (x - 1)(y + 3).
        let gradient = |b: &[f64]| {
            let (x, y) = (b[0] - 1.0, b[1] + 3.0);
            vec![2.0 * x + 1.5 * y, 5.0 * y + 1.5 * x]
        };
        let (end, gradients) = minimise(&[10.0, 10.0], &[0.5, 0.2], gradient);
        assert!(end.is_some_and(|b| (b[0] - 1.0).abs() < 1e-10 && (b[1] + 3.0).abs() < 1e-10));
        assert!(gradients < 12, "{gradients}");
        let (end, gradients) = minimise(&[4.0, -8.0], &[1.0, 0.25], |b| vec![b[0] - 1.0, 4.0 * (b[1] - 2.0)]);
        assert_eq!((end, gradients), (Some(vec![1.0, 2.0]), 2));
    }

    #[test]
    fn steps_that_go_too_far_are_shortened() {
        // Σ eᶻ - 3 z at ln 3, from where a step by the curvature there goes to -17, or to where eᶻ is no number.
        let gradient = |b: &[f64]| b.iter().map(|z| z.exp() - 3.0).collect::<Vec<f64>>();
        for (start, inverse) in [(-3.0, 1.0), (-3.0, 1e4), (0.0, 20.0), (0.0, 1e4), (2.0, 1.0), (2.0, 20.0)] {
            let (end, _) = minimise(&[start, 0.5], &[inverse, 1.0], gradient);
            let end = end.unwrap_or_default();
            assert!(end.iter().all(|z| (z - 3f64.ln()).abs() < 1e-9) && end.len() == 2, "{start} {inverse}: {end:?}");
        }
    }

    #[test]
    fn what_has_no_end_is_given_up() {
        // Falls for ever.
        assert_eq!(minimise(&[0.0], &[1.0], |b| vec![-(-b[0]).exp() - 1.0]).0, None);
        assert_eq!(minimise(&[0.0], &[1.0], |_| vec![f64::NAN]), (None, 1));
    }
}
