//! External models among the models.

use std::path::PathBuf;
use std::sync::Arc;

use crate::data::{Features, Selection, Table, Target};
use crate::error::{Error, Result};
use crate::model::external::{
    self, DataFile, ExternalOptions, ExternalSpec, ExternalTable, HostedModels, Restartable, Wanted,
};
use crate::names::is_model_name;
use crate::run::NamedModel;
use crate::setting::MODEL;

/// What external models are told of the data.
pub struct External<'a> {
    pub table: &'a Table,
    pub selection: &'a Selection,
    pub rows: &'a [u32],
    pub target: &'a Target,
    pub features: &'a Arc<Features>,
}

impl External<'_> {
    /// Opens the models and adds them to the others.
    ///
    /// # Errors
    /// An input error where two models have one name or a model cannot be started.
    pub fn add(&self, specs: &[ExternalSpec], options: &ExternalOptions, models: &mut Vec<NamedModel>) -> Result<()> {
        if specs.is_empty() {
            return Ok(());
        }
        let table = self.external_table()?;
        for spec in specs {
            check_new(&spec.name, models, || {
                format!("name one, as in {}", MODEL.item(&format!("other={}", spec.text)))
            })?;
            let learner = Restartable::open(spec, table.clone(), options, self.file())?;
            models.push(NamedModel { name: spec.name.clone(), spec: None, learner: Arc::new(learner), tuned: None });
        }
        Ok(())
    }

    /// Opens the models of the caller's own and adds them to the others; `threads` is the number of workers of each.
    ///
    /// # Errors
    /// As [`External::add`].
    pub fn add_hosted(
        &self,
        hosted: &HostedModels,
        threads: usize,
        wanted: Wanted,
        options: &ExternalOptions,
        models: &mut Vec<NamedModel>,
    ) -> Result<()> {
        for (name, _) in &hosted.models {
            check_new(name, models, || "name one differently".to_owned())?;
            if !is_model_name(name) {
                return Err(Error::model(format!("'{name}' is no name of a model: claims could not name it"))
                    .advise("take letters, digits, - and _, a letter first"));
            }
        }
        let opened = external::External::open_hosted(hosted, &self.external_table()?, threads, wanted, options)?;
        models.extend(opened.into_iter().zip(&hosted.models).map(|(learner, (name, _))| NamedModel {
            name: name.clone(),
            spec: None,
            learner: Arc::new(learner),
            tuned: None,
        }));
        Ok(())
    }

    /// The file that the table was read from, if it was.
    fn file(&self) -> Option<DataFile> {
        let path = PathBuf::from(&self.table.path);
        path.is_file().then(|| DataFile { path, names: self.table.names.clone(), rows: self.table.rows })
    }

    /// The columns that models may use, also those of which no built-in model can make anything.
    fn external_table(&self) -> Result<ExternalTable> {
        let picked = self.selection.feature_names(self.table)?;
        let columns = self.table.columns.iter().filter(|column| picked.contains(column.name.as_str()));
        Ok(ExternalTable {
            columns: Arc::new(columns.map(|column| (column.name.clone(), column.values.clone())).collect()),
            used: Arc::new(self.rows.to_vec()),
            features: Arc::clone(self.features),
            target: self.selection.target.clone(),
            target_kind: self.table.column(&self.selection.target)?.values.kind(),
            task: self.target.task(),
            labels: self.target.labels().to_vec(),
        })
    }
}

/// Refuses a second model of a name.
fn check_new(name: &str, models: &[NamedModel], advice: impl Fn() -> String) -> Result<()> {
    if models.iter().any(|model| model.name == name) {
        return Err(Error::model(format!("two models are called '{name}'")).advise(advice()));
    }
    Ok(())
}
