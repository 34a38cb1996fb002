//! What runs a model, whichever library does it.

use std::path::Path;

use super::model::{ModelSource, ModelSpec, Runtime};
use super::preprocess;
use super::protocol::MAX_DIMENSIONS;
use super::{onnx_runtime, tract};
use crate::memory::Permits;

/// A loaded model.
pub trait Embedder {
    /// Values of an embedding.
    fn dimensions(&self) -> u32;

    /// The embedding of one picture, as the model gives it: not normalised.
    /// `input` is what [`ModelSpec`] says, one picture.
    fn embed(&mut self, input: Vec<f32>) -> Result<Vec<f32>, String>;
}

/// A model that takes pictures.
pub struct Loaded {
    spec: ModelSpec,
    embedder: Box<dyn Embedder>,
}

/// Loads a model. The reason of a failure names the file and the way out.
pub fn load(spec: &ModelSpec) -> Result<Loaded, String> {
    spec.check()?;
    if let ModelSource::File(path) = &spec.source {
        check_file(path, "model_path")?;
    }
    let embedder: Box<dyn Embedder> = match &spec.runtime {
        Runtime::Tract => Box::new(tract::Model::load(spec)?),
        Runtime::OnnxRuntime(library) => {
            check_file(library, "onnx_runtime")?;
            Box::new(onnx_runtime::Model::load(spec, library)?)
        }
    };
    let dimensions = embedder.dimensions();
    if !(2..=MAX_DIMENSIONS).contains(&dimensions) {
        return Err(format!(
            "{} gives embeddings of {dimensions} values, not of 2 to {MAX_DIMENSIONS}; name \
             another output by model_output in the settings",
            described(&spec.source)
        ));
    }
    if let Some(expected) = spec.dimensions.filter(|it| *it != dimensions) {
        return Err(format!(
            "{} gives embeddings of {dimensions} values, but {expected} are expected; correct \
             model_dimensions in the settings, or name another output by model_output",
            described(&spec.source)
        ));
    }
    Ok(Loaded {
        spec: spec.clone(),
        embedder,
    })
}

fn check_file(path: &Path, setting: &str) -> Result<(), String> {
    let metadata = std::fs::metadata(path).map_err(|err| {
        format!(
            "{} can't be opened: {err}; correct {setting} in the settings",
            path.display()
        )
    })?;
    if !metadata.is_file() {
        return Err(format!(
            "{} is not a file; correct {setting} in the settings",
            path.display()
        ));
    }
    Ok(())
}

/// The model, as errors name it.
pub(super) fn described(source: &ModelSource) -> String {
    match source {
        ModelSource::BuiltIn => "the built-in model".to_owned(),
        ModelSource::File(path) => path.display().to_string(),
    }
}

/// Which of a model's shapes is not the settings'.
pub(super) fn shape_mismatch(spec: &ModelSpec, found: &str) -> String {
    format!(
        "{} takes pictures as {found}, but the settings say {:?}; correct model_size and \
         model_layout",
        described(&spec.source),
        spec.shape()
    )
}

impl Loaded {
    pub fn dimensions(&self) -> u32 {
        self.embedder.dimensions()
    }

    /// The embedding of the picture in a file.
    pub fn embed_file(&mut self, path: &Path, permits: &Permits) -> Result<Vec<f32>, String> {
        let input = self.input_of_file(path, permits)?;
        self.embed(input)
    }

    /// The embedding of premultiplied RGBA.
    pub fn embed_pixels(&mut self, rgba: Vec<u8>, size: (u32, u32)) -> Result<Vec<f32>, String> {
        let input = preprocess::of_pixels(&self.spec, rgba, size);
        self.embed(input.map_err(|err| err.to_string())?)
    }

    /// What the model is given of the picture in a file.
    pub fn input_of_file(&self, path: &Path, permits: &Permits) -> Result<Vec<f32>, String> {
        preprocess::of_file(&self.spec, path, permits, &|| false).map_err(|err| err.to_string())
    }

    /// Runs the model on what it is given of one picture.
    pub fn embed(&mut self, input: Vec<f32>) -> Result<Vec<f32>, String> {
        let values = self.embedder.embed(input)?;
        if values.len() != self.embedder.dimensions() as usize {
            return Err(format!(
                "the model gave {} values instead of {}",
                values.len(),
                self.embedder.dimensions()
            ));
        }
        if values.iter().any(|it| !it.is_finite()) {
            return Err("the model gave values that are no numbers".to_owned());
        }
        if values.iter().all(|it| *it == 0.0) {
            return Err("the model saw nothing in it: all of its values are 0".to_owned());
        }
        Ok(values)
    }
}
