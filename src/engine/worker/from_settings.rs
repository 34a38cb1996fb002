//! The model that the settings name.

use std::path::{Path, PathBuf};

use super::model::{BUILT_IN, ChannelOrder, Fit, Layout, ModelSource, ModelSpec, PRESETS, Runtime};
use crate::settings::ModelSettings;

impl ModelSpec {
    /// The model of the settings of the library in `dir`, from where relative
    /// paths start. Whether it can be loaded is found out by the worker; an error
    /// is a setting that is missing.
    pub fn from_settings(settings: &ModelSettings, dir: &Path) -> Result<Self, String> {
        let ModelSettings {
            name,
            path,
            size,
            layout,
            channels,
            mean,
            std,
            ground,
            fit,
            output,
            dimensions,
            onnx_runtime,
            mistake,
        } = settings;
        if let Some(mistake) = mistake {
            return Err(mistake.clone());
        }
        let runtime = if onnx_runtime.is_empty() {
            Runtime::Tract
        } else {
            Runtime::OnnxRuntime(absolute(dir, onnx_runtime))
        };
        if name == BUILT_IN {
            if !path.is_empty() {
                return Err(format!(
                    "model_path is set, but model says the built-in one: set model to one of {} to \
                     use that file, or remove model_path",
                    PRESETS.map(|it| format!("{it:?}")).join(", ")
                ));
            }
            let rules = [
                ("model_size", !size.is_empty()),
                ("model_layout", !layout.is_empty()),
                ("model_channels", !channels.is_empty()),
                ("model_mean", !mean.is_empty()),
                ("model_std", !std.is_empty()),
                ("model_ground", !ground.is_empty()),
                ("model_fit", !fit.is_empty()),
                ("model_output", !output.is_empty()),
                ("model_dimensions", *dimensions > 0),
            ];
            if let Some((rule, _)) = rules.iter().find(|it| it.1) {
                return Err(format!(
                    "{rule} is set, but the built-in model has rules of its own: name your model \
                     by model and model_path, or remove {rule}"
                ));
            }
            return Ok(Self {
                runtime,
                ..Self::built_in()
            });
        }
        if path.is_empty() {
            return Err(format!(
                "The model {name} is a file of yours: say where by model_path in the settings, or \
                 remove model to use the built-in one"
            ));
        }
        let mut spec = Self::preset(name, &absolute(dir, path))
            .ok_or_else(|| format!("There are no rules for a model “{name}”; correct model"))?;
        match size.as_slice() {
            [edge] => (spec.width, spec.height) = (*edge as u32, *edge as u32),
            [width, height] => (spec.width, spec.height) = (*width as u32, *height as u32),
            _ => {}
        }
        match layout.as_str() {
            "nchw" => spec.layout = Layout::Nchw,
            "nhwc" => spec.layout = Layout::Nhwc,
            _ => {}
        }
        match channels.as_str() {
            "rgb" => spec.channels = ChannelOrder::Rgb,
            "bgr" => spec.channels = ChannelOrder::Bgr,
            _ => {}
        }
        match fit.as_str() {
            "stretch" => spec.fit = Fit::Stretch,
            "pad" => spec.fit = Fit::Pad,
            "crop" => spec.fit = Fit::Crop,
            _ => {}
        }
        spec.mean = of_three(mean).unwrap_or(spec.mean);
        spec.std = of_three(std).unwrap_or(spec.std);
        spec.ground = of_three(ground).map_or(spec.ground, |it| it.map(|it| it as u8));
        if !output.is_empty() {
            spec.output = Some(output.clone());
        }
        spec.dimensions = u32::try_from(*dimensions).ok().filter(|it| *it > 0);
        spec.runtime = runtime;
        Ok(spec)
    }

    /// Whether the built-in model is used.
    pub fn is_built_in(&self) -> bool {
        self.source == ModelSource::BuiltIn
    }
}

fn absolute(dir: &Path, path: &str) -> PathBuf {
    // Joining an absolute path gives that path.
    let joined = dir.join(path);
    std::path::absolute(&joined).unwrap_or(joined)
}

/// One number for all three, or three.
fn of_three(numbers: &[f32]) -> Option<[f32; 3]> {
    match numbers {
        [one] => Some([*one; 3]),
        [red, green, blue] => Some([*red, *green, *blue]),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str) -> ModelSettings {
        ModelSettings {
            name: name.to_owned(),
            path: "models/m.onnx".to_owned(),
            ..ModelSettings::default()
        }
    }

    #[test]
    fn without_settings_it_is_the_built_in_model() {
        let spec = ModelSpec::from_settings(&ModelSettings::default(), Path::new("/l")).unwrap();
        assert_eq!(spec, ModelSpec::built_in());
        assert!(spec.is_built_in());
    }

    #[test]
    fn a_file_or_rules_without_a_name_are_not_passed_over() {
        let refused = |settings: &ModelSettings| {
            ModelSpec::from_settings(settings, Path::new("/l")).unwrap_err()
        };
        let with_path = ModelSettings {
            path: "m.onnx".to_owned(),
            ..ModelSettings::default()
        };
        let reason = refused(&with_path);
        assert!(
            reason.contains("model_path") && reason.contains("\"custom\""),
            "{reason}"
        );
        let with_size = ModelSettings {
            size: vec![320.0],
            ..ModelSettings::default()
        };
        assert!(refused(&with_size).contains("model_size"));
        let with_mistake = ModelSettings {
            mistake: Some("what it is".to_owned()),
            ..named("clip")
        };
        assert_eq!(refused(&with_mistake), "what it is");
        // It runs the built-in one too.
        let with_runtime = ModelSettings {
            onnx_runtime: "libonnxruntime.so".to_owned(),
            ..ModelSettings::default()
        };
        ModelSpec::from_settings(&with_runtime, Path::new("/l")).unwrap();
    }

    #[test]
    fn every_preset_can_be_named_and_needs_a_file() {
        for name in PRESETS {
            let spec = ModelSpec::from_settings(&named(name), Path::new("/l")).unwrap();
            let preset = ModelSpec::preset(name, Path::new("/l/models/m.onnx"));
            assert_eq!(Some(spec), preset);
            let nowhere = ModelSettings {
                path: String::new(),
                ..named(name)
            };
            let refused = ModelSpec::from_settings(&nowhere, Path::new("/l")).unwrap_err();
            assert!(refused.contains("model_path"), "{refused}");
        }
    }

    #[test]
    fn what_is_set_replaces_the_presets_rules() {
        let settings = ModelSettings {
            path: "/m/x.onnx".to_owned(),
            size: vec![320.0, 240.0],
            layout: "nchw".to_owned(),
            channels: "rgb".to_owned(),
            mean: vec![1.0, 2.0, 3.0],
            std: vec![4.0],
            ground: vec![5.0, 6.0, 7.0],
            fit: "crop".to_owned(),
            output: "values".to_owned(),
            dimensions: 9,
            onnx_runtime: "libonnxruntime.so".to_owned(),
            ..named("wd-tagger")
        };
        let spec = ModelSpec::from_settings(&settings, Path::new("/l")).unwrap();
        let expected = ModelSpec {
            width: 320,
            height: 240,
            layout: Layout::Nchw,
            channels: ChannelOrder::Rgb,
            mean: [1.0, 2.0, 3.0],
            std: [4.0; 3],
            ground: [5, 6, 7],
            fit: Fit::Crop,
            output: Some("values".to_owned()),
            dimensions: Some(9),
            runtime: Runtime::OnnxRuntime("/l/libonnxruntime.so".into()),
            ..ModelSpec::preset("wd-tagger", Path::new("/m/x.onnx")).unwrap()
        };
        assert_eq!(spec, expected);
    }
}
