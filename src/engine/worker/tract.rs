//! Runs a model with tract: pure Rust, one thread.

use prost::Message as _;
use tract_onnx::pb::{GraphProto, ModelProto};
use tract_onnx::prelude::*;
use tract_onnx::tract_hir::infer::Factoid as _;

use super::built_in;
use super::embedder::{Embedder, described, shape_mismatch};
use super::model::{ModelSource, ModelSpec, PENULTIMATE};
use super::process;

/// Products between a classifier's last values and its output, at most.
const MAX_STEPS_BACK: usize = 16;

/// An optimised model, and what it keeps between two pictures.
pub(super) struct Model {
    state: TypedSimpleState,
    shape: [usize; 4],
    dimensions: u32,
}

impl Model {
    pub(super) fn load(spec: &ModelSpec) -> Result<Self, String> {
        let name = described(&spec.source);
        let model = read(spec).map_err(|err| {
            format!(
                "{name} can't be read as an ONNX model: {err:#}; export it again as ONNX \
                 (opset 9 to 18), or name the library of ONNX Runtime by onnx_runtime in the \
                 settings"
            )
        })?;
        let model = with_output(spec, model)?;
        let model = with_input(spec, model)?;
        let plan = model
            .into_optimized()
            .and_then(IntoRunnable::into_runnable)
            .map_err(|err| {
                format!(
                    "{name} can't be run: {err:#}; name the library of ONNX Runtime by \
                     onnx_runtime in the settings, which knows more kinds of models"
                )
            })?;
        let dimensions = dimensions(spec, &plan)?;
        let state = plan
            .spawn()
            .map_err(|err| format!("{name} can't be run: {err:#}"))?;
        Ok(Self {
            state,
            shape: spec.shape(),
            dimensions,
        })
    }
}

impl Embedder for Model {
    fn dimensions(&self) -> u32 {
        self.dimensions
    }

    fn embed(&mut self, input: Vec<f32>) -> Result<Vec<f32>, String> {
        let values = Tensor::from_shape(&self.shape, &input)
            .and_then(|tensor| self.state.run(tvec!(tensor.into_tvalue())))
            .and_then(|outputs| {
                let output = outputs
                    .first()
                    .ok_or_else(|| anyhow_error("the model gave nothing"))?;
                let values = output.cast_to::<f32>()?;
                Ok(values.try_as_plain_ram()?.as_slice::<f32>()?.to_vec())
            });
        values.map_err(|err| format!("the model failed on it: {err:#}"))
    }
}

fn anyhow_error(text: &'static str) -> TractError {
    TractError::msg(text)
}

fn read(spec: &ModelSpec) -> TractResult<(InferenceModel, Option<String>)> {
    let framework = onnx();
    let (proto, folder) = match &spec.source {
        ModelSource::BuiltIn => {
            let proto = ModelProto::decode(built_in::MODEL)?;
            process::release_built_in_model();
            (proto, None)
        }
        ModelSource::File(path) => (
            framework.proto_model_for_path(path)?,
            path.parent().and_then(|it| it.to_str()),
        ),
    };
    let output = match spec.output.as_deref() {
        Some(PENULTIMATE) => Some(penultimate(&proto).ok_or_else(|| {
            anyhow_error(
                "it has no matrix product before its first output, so that no penultimate \
                 values can be found; name one by model_output in the settings",
            )
        })?),
        Some(name) => Some(name.to_owned()),
        None => None,
    };
    let parsed = framework.parse(&proto, folder)?;
    if !parsed.unresolved_inputs.is_empty() {
        return Err(anyhow_error("it refers to values that are not in it"));
    }
    Ok((parsed.model, output))
}

/// What goes into the last matrix product before the model's first output.
fn penultimate(proto: &ModelProto) -> Option<String> {
    let graph = proto.graph.as_ref()?;
    let mut value = graph.output.first()?.name.as_str();
    for _ in 0..MAX_STEPS_BACK {
        let node = graph
            .node
            .iter()
            .find(|it| it.output.iter().any(|output| output == value))?;
        let from = node.input.iter().find(|it| !is_constant(graph, it))?;
        if matches!(node.op_type.as_str(), "MatMul" | "Gemm") {
            return Some(from.clone());
        }
        value = from;
    }
    None
}

fn is_constant(graph: &GraphProto, value: &str) -> bool {
    value.is_empty()
        || graph.initializer.iter().any(|it| it.name == value)
        || graph
            .node
            .iter()
            .any(|it| it.op_type == "Constant" && it.output.iter().any(|output| output == value))
}

/// The model with the wanted output alone.
fn with_output(
    spec: &ModelSpec,
    (mut model, wanted): (InferenceModel, Option<String>),
) -> Result<InferenceModel, String> {
    let outlet = match &wanted {
        None => model.outputs.first().copied(),
        Some(name) => model
            .find_outlet_label(name)
            .or_else(|| Some(model.node_by_name(name).ok()?.id.into())),
    };
    let Some(outlet) = outlet else {
        let known: Vec<_> = model
            .outputs
            .iter()
            .map(|it| {
                let label = model.outlet_label(*it);
                label.unwrap_or(&model.node(it.node).name).to_owned()
            })
            .collect();
        return Err(format!(
            "{} has no output “{}”, but {}; correct model_output in the settings",
            described(&spec.source),
            wanted.unwrap_or_default(),
            known.join(", ")
        ));
    };
    model
        .select_output_outlets(&[outlet])
        .map_err(|err| format!("{}: {err:#}", described(&spec.source)))?;
    Ok(model)
}

/// The model for one picture of the settings' shape.
fn with_input(spec: &ModelSpec, mut model: InferenceModel) -> Result<InferenceModel, String> {
    let name = described(&spec.source);
    if model.inputs.len() != 1 {
        return Err(format!(
            "{name} takes {} inputs, not a picture alone; export its image part by itself",
            model.inputs.len()
        ));
    }
    let fail = |err: TractError| format!("{name}: {err:#}");
    let fact = model.input_fact(0).map_err(fail)?;
    let shape = spec.shape();
    let dims: Vec<_> = fact.shape.dims().cloned().collect();
    let is_whole = fact.shape.rank().concretize().is_some();
    let fits = |(found, wanted): (&_, &usize)| {
        let found: &tract_onnx::tract_hir::infer::DimFact = found;
        match found.concretize().map(|it| it.to_i64()) {
            Some(Ok(number)) => usize::try_from(number) == Ok(*wanted),
            // Open, or a symbol: any number will do.
            Some(Err(_)) | None => true,
        }
    };
    if (is_whole && dims.len() != shape.len()) || !dims.iter().zip(&shape).all(fits) {
        return Err(shape_mismatch(spec, &format!("{:?}", fact.shape)));
    }
    if let Some(kind) = fact.datum_type.concretize()
        && kind != f32::datum_type()
    {
        return Err(format!(
            "{name} takes pictures as {kind:?}; export it with an input of 32-bit floats"
        ));
    }
    model
        .set_input_fact(0, f32::fact(shape).into())
        .map_err(fail)?;
    Ok(model)
}

fn dimensions(spec: &ModelSpec, plan: &TypedRunnableModel) -> Result<u32, String> {
    let name = described(&spec.source);
    let fact = plan
        .model()
        .output_fact(0)
        .map_err(|err| format!("{name}: {err:#}"))?;
    match fact.shape.as_concrete() {
        Some([1, dimensions]) => u32::try_from(*dimensions)
            .map_err(|_| format!("{name} gives embeddings of {dimensions} values")),
        _ => Err(format!(
            "{name} gives {:?} for a picture, not one row of values ([1, D]); name another \
             output by model_output in the settings",
            fact.shape
        )),
    }
}
