//! The search for one split's optimum, beside those for others.

use super::super::SplitEncoding;
use super::frame::Frame;
use super::search::Search;
use super::{Convex, FALL};

/// A split's problem and the search for its optimum, in the coordinates of a frame.
pub struct Lane {
    encoding: SplitEncoding,
    /// Its own columns, and those of the frame.
    places: Vec<(usize, usize)>,
    /// Train rows.
    n: f64,
    penalty: f64,
    tol: f64,
    fall: f64,
    search: Search,
}

impl Lane {
    /// Of a split with this encoding and so many train rows; `unit` is that of the gradient.
    pub fn new(convex: &Convex, frame: &Frame, encoding: SplitEncoding, n: f64, unit: f64) -> Self {
        let places = frame.places(&encoding);
        let search = Search::new(frame.start(&encoding, &places));
        let (penalty, tol, fall) = (convex.penalty(n), convex.tol * unit, FALL * unit);
        Self { encoding, places, n, penalty, tol, fall, search }
    }

    /// The search.
    pub fn search(&self) -> &Search {
        &self.search
    }

    /// The base coefficients of each output whose sums are wanted, or those that were found.
    pub fn coefficients(&self, frame: &Frame) -> Vec<Vec<f64>> {
        frame.to_base(&self.search.point(), &self.encoding, &self.places)
    }

    /// Takes the sums over train rows of each output's slopes times base vectors, and says whether a new direction is wanted.
    pub fn takes(&mut self, frame: &Frame, pulls: &[Vec<f64>]) -> bool {
        let point = self.search.point();
        let own = (&self.encoding, self.places.as_slice());
        self.search.takes(frame.gradient(pulls, own, self.n, (self.penalty, &point)))
    }

    /// Gives new directions to those that want one.
    pub fn turn(frame: &Frame, lanes: &mut [&mut Self]) {
        let vectors: Vec<Vec<f64>> = lanes.iter_mut().map(|lane| lane.search.before_inverse()).collect();
        let places: Vec<&[(usize, usize)]> = lanes.iter().map(|lane| lane.places.as_slice()).collect();
        let products = frame.times_inverse(&vectors, &places);
        for (lane, product) in lanes.iter_mut().zip(products) {
            lane.search.after_inverse(product, lane.fall, lane.tol);
        }
    }
}
