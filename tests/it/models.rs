//! Models of the user's own, through the real worker.

use std::path::{Path, PathBuf};

use kobako::engine::worker::model::{ChannelOrder, Layout, PENULTIMATE, Runtime};
use kobako::engine::worker::{EmbedError, ModelSpec, PictureInput, WorkerClient, WorkerConfig};

use crate::onnx::{Attribute, Model};

const NEVER: &dyn Fn() -> bool = &|| false;

/// 16 × 8 pixels, a third of the columns red.
fn picture(dir: &Path) -> PictureInput {
    let path = dir.join("picture.png");
    image::RgbImage::from_fn(16, 8, |x, _| {
        image::Rgb(if x < 8 { [200, 100, 0] } else { [100, 100, 0] })
    })
    .save(&path)
    .unwrap();
    PictureInput::Path(path)
}

fn spec(path: &Path) -> ModelSpec {
    ModelSpec {
        width: 16,
        height: 8,
        mean: [0.0; 3],
        std: [1.0; 3],
        ..ModelSpec::preset("custom", path).unwrap()
    }
}

fn embed(spec: ModelSpec, input: &PictureInput) -> Result<Vec<f32>, EmbedError> {
    let program = PathBuf::from(env!("CARGO_BIN_EXE_kobako"));
    WorkerClient::new(WorkerConfig::new(program, spec)).embed(input, NEVER)
}

#[track_caller]
fn refusal(spec: ModelSpec, input: &PictureInput) -> String {
    match embed(spec, input) {
        Err(EmbedError::Model(reason)) => reason,
        other => panic!("not refused: {other:?}"),
    }
}

/// The mean of each channel: [N, 3, 8, 16] → [N, 3].
fn means() -> Model {
    Model::default().input("picture", &[0, 3, 8, 16]).node(
        "ReduceMean",
        &["picture"],
        "means",
        &[
            ("axes", Attribute::Ints(&[2, 3])),
            ("keepdims", Attribute::Int(0)),
        ],
    )
}

#[test]
fn a_model_is_given_pictures_as_its_rules_say() {
    let dir = tempfile::tempdir().unwrap();
    let input = picture(dir.path());
    let path = dir.path().join("means.onnx");
    means().output("means", &[0, 3]).save(&path);
    assert_eq!(embed(spec(&path), &input).unwrap(), [150.0, 100.0, 0.0]);
    let scaled = ModelSpec {
        mean: [50.0, 0.0, 1.0],
        std: [2.0, 10.0, 1.0],
        channels: ChannelOrder::Bgr,
        ..spec(&path)
    };
    assert_eq!(embed(scaled, &input).unwrap(), [-1.0, 10.0, 50.0]);

    let path = dir.path().join("nhwc.onnx");
    Model::default()
        .input("picture", &[0, 8, 16, 3])
        .node(
            "ReduceMean",
            &["picture"],
            "means",
            &[
                ("axes", Attribute::Ints(&[1, 2])),
                ("keepdims", Attribute::Int(0)),
            ],
        )
        .output("means", &[0, 3])
        .save(&path);
    let nhwc = ModelSpec {
        layout: Layout::Nhwc,
        ..spec(&path)
    };
    assert_eq!(embed(nhwc, &input).unwrap(), [150.0, 100.0, 0.0]);
    let reason = refusal(spec(&path), &input);
    assert!(reason.contains("model_layout"), "{reason}");
}

#[test]
fn a_classifier_has_an_embedding_before_its_last_product() {
    let dir = tempfile::tempdir().unwrap();
    let input = picture(dir.path());
    let path = dir.path().join("tagger.onnx");
    means()
        .constant("weights", &[3, 5], &[0.001; 15])
        .constant("bias", &[5], &[-1.0; 5])
        .node("MatMul", &["means", "weights"], "product", &[])
        .node("Add", &["product", "bias"], "sum", &[])
        .node("Sigmoid", &["sum"], "tags", &[])
        .output("tags", &[0, 5])
        .save(&path);
    assert_eq!(embed(spec(&path), &input).unwrap().len(), 5);
    for output in [PENULTIMATE, "means"] {
        let tapped = ModelSpec {
            output: Some(output.to_owned()),
            dimensions: Some(3),
            ..spec(&path)
        };
        assert_eq!(embed(tapped, &input).unwrap(), [150.0, 100.0, 0.0]);
    }
    let elsewhere = ModelSpec {
        output: Some("pooler_output".to_owned()),
        ..spec(&path)
    };
    let reason = refusal(elsewhere, &input);
    assert!(
        reason.contains("pooler_output") && reason.contains("tags"),
        "{reason}"
    );
    let wrong = ModelSpec {
        dimensions: Some(1_024),
        ..spec(&path)
    };
    let reason = refusal(wrong, &input);
    assert!(
        reason.contains("5 values") && reason.contains("1024"),
        "{reason}"
    );
}

#[test]
fn a_model_that_does_not_fit_is_refused_with_the_way_out() {
    let dir = tempfile::tempdir().unwrap();
    let input = picture(dir.path());
    let path = dir.path().join("model.onnx");
    let reason = |model: Model| {
        model.save(&path);
        let reason = refusal(spec(&path), &input);
        assert!(reason.contains("model.onnx"), "{reason}");
        reason
    };
    // Of another size.
    let other = Model::default()
        .input("picture", &[1, 3, 64, 64])
        .node("GlobalAveragePool", &["picture"], "pooled", &[])
        .node("Flatten", &["pooled"], "values", &[])
        .output("values", &[1, 3]);
    assert!(reason(other).contains("model_size"));
    // Of another rank.
    let rank = Model::default()
        .input("picture", &[1, 24])
        .node("Relu", &["picture"], "values", &[])
        .output("values", &[1, 24]);
    assert!(reason(rank).contains("model_layout"));
    // No row of values comes out.
    let pooled = Model::default()
        .input("picture", &[0, 3, 8, 16])
        .node("GlobalAveragePool", &["picture"], "pooled", &[])
        .output("pooled", &[0, 3, 1, 1]);
    assert!(reason(pooled).contains("[1, D]"));
    // It wants more than a picture, or bytes.
    let two = Model::default()
        .input("picture", &[0, 3, 8, 16])
        .input("text", &[0, 3, 8, 16])
        .node("Add", &["picture", "text"], "sum", &[])
        .output("sum", &[0, 3, 8, 16]);
    assert!(reason(two).contains("2 inputs"));
    let of_bytes = Model::default()
        .input_of_bytes("picture", &[0, 3, 8, 16])
        .node("Identity", &["picture"], "same", &[])
        .output("same", &[0, 3, 8, 16]);
    assert!(reason(of_bytes).contains("32-bit floats"));
    // An operator that nobody knows.
    let odd = Model::default()
        .input("picture", &[0, 3, 8, 16])
        .node("Guess", &["picture"], "values", &[])
        .output("values", &[0, 3]);
    assert!(reason(odd).contains("onnx_runtime"));
    let no_product = ModelSpec {
        output: Some(PENULTIMATE.to_owned()),
        ..spec(&path)
    };
    means().output("means", &[0, 3]).save(&path);
    assert!(refusal(no_product, &input).contains("model_output"));
}

#[test]
fn a_picture_of_which_the_model_says_nothing_is_refused_alone() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("means.onnx");
    means().output("means", &[0, 3]).save(&path);
    let black = dir.path().join("black.png");
    image::RgbImage::new(16, 8).save(&black).unwrap();
    let program = PathBuf::from(env!("CARGO_BIN_EXE_kobako"));
    let mut client = WorkerClient::new(WorkerConfig::new(program, spec(&path)));
    let refused = client.embed(&PictureInput::Path(black), NEVER);
    assert!(
        matches!(refused, Err(EmbedError::Picture(_))),
        "{refused:?}"
    );
    assert_eq!(client.embed(&picture(dir.path()), NEVER).unwrap().len(), 3);
}

#[test]
fn a_library_that_is_not_onnx_runtime_is_refused_by_name() {
    let dir = tempfile::tempdir().unwrap();
    let input = picture(dir.path());
    let text = dir.path().join("libonnxruntime.so");
    std::fs::write(&text, "no library").unwrap();
    for library in [text, dir.path().join("none.so")] {
        let spec = ModelSpec {
            runtime: Runtime::OnnxRuntime(library.clone()),
            ..ModelSpec::built_in()
        };
        let reason = refusal(spec, &input);
        assert!(
            reason.contains(&library.display().to_string()) && reason.contains("onnx_runtime"),
            "{reason}"
        );
    }
}

/// Where `KOBAKO_ONNX_RUNTIME` names the library.
#[test]
fn onnx_runtime_and_tract_agree() {
    let Some(library) = std::env::var_os("KOBAKO_ONNX_RUNTIME").map(PathBuf::from) else {
        eprintln!("skipped: KOBAKO_ONNX_RUNTIME names no library");
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let input = picture(dir.path());
    let by = |spec: ModelSpec| ModelSpec {
        runtime: Runtime::OnnxRuntime(library.clone()),
        ..spec
    };
    let ours = embed(ModelSpec::built_in(), &input).unwrap();
    let theirs = embed(by(ModelSpec::built_in()), &input).unwrap();
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    let cosine = dot(&ours, &theirs) / (dot(&ours, &ours) * dot(&theirs, &theirs)).sqrt();
    assert!(cosine > 0.9999, "{cosine}");

    let path = dir.path().join("means.onnx");
    means().output("means", &[0, 3]).save(&path);
    assert_eq!(embed(by(spec(&path)), &input).unwrap(), [150.0, 100.0, 0.0]);
    let other = ModelSpec {
        width: 32,
        ..by(spec(&path))
    };
    assert!(refusal(other, &input).contains("model_size"));
    let tapped = ModelSpec {
        output: Some(PENULTIMATE.to_owned()),
        ..by(spec(&path))
    };
    assert!(refusal(tapped, &input).contains("onnx_runtime"));
    std::fs::write(&path, "no model").unwrap();
    assert!(refusal(by(spec(&path)), &input).contains("means.onnx"));
}
