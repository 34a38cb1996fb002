//! Runs a model with ONNX Runtime, from a library that the user names. Three to
//! four times as fast as tract, and knows more kinds of models.

use std::path::Path;

use ort::environment::Environment;
use ort::session::Session;
use ort::value::{Outlet, TensorElementType, TensorRef, ValueType};

use super::built_in;
use super::embedder::{Embedder, described, shape_mismatch};
use super::model::{ModelSource, ModelSpec, PENULTIMATE};

pub(super) struct Model {
    session: Session,
    input: String,
    output: String,
    shape: [usize; 4],
    dimensions: u32,
    /// Has to live as long as the session.
    _environment: Environment,
}

impl Model {
    pub(super) fn load(spec: &ModelSpec, library: &Path) -> Result<Self, String> {
        let environment = environment(library)?;
        let name = described(&spec.source);
        let mut session = session(spec, &environment).map_err(|err| {
            format!(
                "{name} can't be loaded by ONNX Runtime: {err}; check that it is a whole ONNX file"
            )
        })?;
        let [input] = session.inputs() else {
            return Err(format!(
                "{name} takes {} inputs, not a picture alone; export its image part by itself",
                session.inputs().len()
            ));
        };
        check_input(spec, input.dtype())?;
        let input = input.name().to_owned();
        let output = output(spec, &session)?;
        let shape = spec.shape();
        // Its shapes may be open: one run says what comes out.
        let blank = vec![0.0; spec.num_values()];
        let dimensions = run(&mut session, &input, &output, shape, &blank)
            .map_err(|err| format!("{name}: {err}; correct model_output in the settings"))?
            .len();
        Ok(Self {
            session,
            input,
            output,
            shape,
            dimensions: u32::try_from(dimensions).unwrap_or(u32::MAX),
            _environment: environment,
        })
    }
}

impl Embedder for Model {
    fn dimensions(&self) -> u32 {
        self.dimensions
    }

    fn embed(&mut self, input: Vec<f32>) -> Result<Vec<f32>, String> {
        let Self {
            session,
            input: input_name,
            output,
            shape,
            ..
        } = self;
        run(session, input_name, output, *shape, &input)
    }
}

/// Loads the library.
fn environment(library: &Path) -> Result<Environment, String> {
    let failed = |err: &dyn std::fmt::Display| {
        format!(
            "{} can't be used as ONNX Runtime: {err}; correct onnx_runtime in the settings, or \
             remove it to do without",
            library.display()
        )
    };
    ort::init_from(library)
        .map_err(|err| failed(&err))?
        .with_name("kobako")
        .build()
        .map_err(|err| failed(&err))
}

fn session(spec: &ModelSpec, environment: &Environment) -> Result<Session, String> {
    let text = |err: ort::Error| err.to_string();
    let mut builder = Session::builder(environment)
        .map_err(text)?
        .with_intra_threads(1)
        .map_err(|err| err.to_string())?;
    match &spec.source {
        ModelSource::BuiltIn => builder.commit_from_memory(built_in::MODEL),
        ModelSource::File(path) => builder.commit_from_file(path),
    }
    .map_err(text)
}

fn check_input(spec: &ModelSpec, kind: &ValueType) -> Result<(), String> {
    let ValueType::Tensor { ty, shape, .. } = kind else {
        return Err(shape_mismatch(spec, &kind.to_string()));
    };
    if *ty != TensorElementType::Float32 {
        return Err(format!(
            "{} takes pictures as {ty}; export it with an input of 32-bit floats",
            described(&spec.source)
        ));
    }
    let wanted = spec.shape();
    // Negative is open.
    let fits = |(found, wanted): (&i64, &usize)| {
        usize::try_from(*found).is_ok_and(|it| it == *wanted) || *found < 0
    };
    if shape.len() != wanted.len() || !shape.iter().zip(&wanted).all(fits) {
        return Err(shape_mismatch(spec, &kind.to_string()));
    }
    Ok(())
}

fn output(spec: &ModelSpec, session: &Session) -> Result<String, String> {
    let names: Vec<&str> = session.outputs().iter().map(Outlet::name).collect();
    let found = match spec.output.as_deref() {
        None => names.first(),
        Some(wanted) => names.iter().find(|it| **it == wanted),
    };
    if let Some(found) = found.filter(|it| !it.is_empty()) {
        return Ok((*found).to_owned());
    }
    let wanted = spec.output.as_deref().unwrap_or_default();
    let why = if wanted == PENULTIMATE {
        "ONNX Runtime gives the outputs alone that a model declares; remove onnx_runtime"
    } else {
        "correct model_output"
    };
    Err(format!(
        "{} has no output “{wanted}”, but {}; {why} in the settings",
        described(&spec.source),
        names.join(", ")
    ))
}

fn run(
    session: &mut Session,
    input: &str,
    output: &str,
    shape: [usize; 4],
    values: &[f32],
) -> Result<Vec<f32>, String> {
    let failed = |err: ort::Error| format!("the model failed on it: {err}");
    let tensor = TensorRef::from_array_view((shape, values)).map_err(failed)?;
    let outputs = session.run(ort::inputs![input => tensor]).map_err(failed)?;
    let output = outputs
        .get(output)
        .ok_or_else(|| "the model gave nothing".to_owned())?;
    let (shape, values) = output.try_extract_tensor::<f32>().map_err(failed)?;
    if shape.len() != 2 || shape[0] != 1 {
        return Err(format!(
            "it gives {shape:?} for a picture, not one row of values ([1, D])"
        ));
    }
    Ok(values.to_vec())
}
