//! A model file as an ONNX graph of standard operators, for runtimes of other languages.
//!
//! The graph reads the columns of the features as the model file describes them, encodes them, and says what
//! [`ModelFile::predict`] says of the model on all rows, in double precision.

mod encoded;
mod graph;
mod inputs;
mod linear;
mod outputs;
pub mod proto;
#[cfg(test)]
mod tests;
mod trees;
mod wire;

use self::graph::{Graph, ML};
use self::inputs::Cells;
use self::proto::{ModelProto, OperatorSetIdProto, StringStringEntryProto};
use self::wire::Message;
use super::ModelFile;
use crate::data::Task;
use crate::error::{Error, Result};
use crate::model::saved::Learned;

/// The set of usual operators, known to onnxruntime since 1.12.
const OPSET: i64 = 17;

/// The set of operators of machine learning, and the version of the format that goes with it: of trees, of others.
const WITH_TREES: (i64, i64) = (5, 10);
const WITHOUT_TREES: (i64, i64) = (3, 8);

/// Bytes that a message of protobuf may have.
const MOST_BYTES: usize = i32::MAX as usize;

/// Kinds of models whose predictions are no matter of standard operators, and why.
const NOT_IN_ONNX: [(&str, &str); 1] = [("knn", "how it breaks ties between neighbours is not what operators do")];

/// Whether a kind of model can be written as ONNX.
///
/// # Errors
/// An input error where it cannot.
pub fn check_kind(name: &str, kind: &str) -> Result<()> {
    match NOT_IN_ONNX.iter().find(|(other, _)| *other == kind) {
        Some((_, why)) => Err(cannot(name, why)),
        None => Ok(()),
    }
}

fn cannot(model: &str, why: &str) -> Error {
    Error::model(format!("model '{model}' cannot be written as ONNX: {why}"))
        .advise("name a file that ends in .json, for the JSON model file")
}

impl ModelFile {
    /// The model on all rows as an ONNX file; the models of splits and the interval are left out.
    ///
    /// # Errors
    /// An input error where the model cannot be written so.
    pub fn to_onnx(&self) -> Result<Vec<u8>> {
        let bytes = self.onnx()?.encoded();
        if bytes.len() > MOST_BYTES {
            return Err(cannot(&self.model.name, "it takes more than the 2 GB that such a file may have"));
        }
        Ok(bytes)
    }

    fn onnx(&self) -> Result<ModelProto> {
        let refused = |why: &str| cannot(&self.model.name, why);
        check_kind(&self.model.name, &self.model.kind)?;
        let mut graph = Graph::default();
        let cells = Cells::of(&mut graph, &self.features).map_err(|name| {
            refused(&format!(
                "an input is named after each column, and '{name}' is the name of two columns, or of none"
            ))
        })?;
        if graph.first_input().is_none() {
            return Err(refused("it has no features, and so no rows"));
        }
        let labels = self.target.labels.len();
        let answer = match &self.learned {
            Learned::Linear(model) => linear::answer(&mut graph, &cells, model),
            Learned::Trees(model) => trees::answer(&mut graph, &cells, model, labels),
            Learned::Encoded(model) => encoded::answer(&mut graph, &cells, model, labels)
                .ok_or_else(|| refused("no standard operators do what it does"))?,
        };
        answer.write(&mut graph, self);
        let (ml, ir_version) = if graph.has_trees { WITH_TREES } else { WITHOUT_TREES };
        let opset = |(domain, version): (&str, i64)| OperatorSetIdProto { domain: domain.to_owned(), version };
        Ok(ModelProto {
            ir_version,
            producer_name: "randsplit".into(),
            producer_version: self.version.clone(),
            doc_string: self.said(),
            graph: Some(graph.finish(&self.model.name)),
            opset_import: [("", OPSET), (ML, ml)].map(opset).to_vec(),
            metadata_props: self.metadata(),
        })
    }

    /// What the file is, in a sentence.
    fn said(&self) -> String {
        let (model, target) = (&self.model, &self.target);
        let kind = if model.kind == model.name { String::new() } else { format!(" ({})", model.kind) };
        format!("{}{kind} for '{}', fitted to {} rows.", model.name, target.name, self.data.train_rows)
    }

    fn metadata(&self) -> Vec<StringStringEntryProto> {
        let target = &self.target;
        let task = match target.task {
            Task::Classification => "classification",
            Task::Regression => "regression",
        };
        let mut said = vec![
            ("target", target.name.clone()),
            ("task", task.to_owned()),
            ("model", self.model.name.clone()),
            ("kind", self.model.kind.clone()),
            ("fingerprint", self.data.fingerprint.clone()),
        ];
        if task == "classification" {
            said.push(("labels", serde_json::json!(target.labels).to_string()));
        }
        said.extend(target.positive.iter().map(|positive| ("positive", positive.clone())));
        said.extend(self.threshold.map(|threshold| ("threshold", format!("{threshold}"))));
        let entry = |(key, value): (&str, String)| StringStringEntryProto { key: key.to_owned(), value };
        said.into_iter().map(entry).collect()
    }
}
