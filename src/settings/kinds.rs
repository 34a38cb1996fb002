//! What a setting can be: how it is read, written and asked for.

use std::collections::BTreeMap;

use toml::de::DeValue;
use toml_edit::{Array, InlineTable, Value};

use super::{Settings, SimilarityIdle};
use crate::memory::Cache;
use crate::message::{SettingEditor, SettingValue};

/// Longest time of a setting, seconds: a year. Who wants more writes `never`.
const MAX_IDLE_SECS: u64 = 31_536_000;

/// Longest text of a setting, bytes.
const MAX_TEXT_BYTES: usize = 4_096;

/// A setting's values, and where it is kept.
pub(super) enum Kind {
    /// A whole number, both ends included.
    Number {
        least: u64,
        most: u64,
        field: fn(&mut Settings) -> &mut u64,
    },
    Switch(fn(&mut Settings) -> &mut bool),
    Caches(fn(&mut Settings) -> &mut Vec<Cache>),
    Idle(fn(&mut Settings) -> &mut SimilarityIdle),
    /// One of some words.
    Choice {
        choices: &'static [&'static str],
        field: fn(&mut Settings) -> &mut String,
    },
    Text(fn(&mut Settings) -> &mut String),
    /// Keys by what they start.
    Keys(fn(&mut Settings) -> &mut BTreeMap<String, Vec<String>>),
    /// A list of so many numbers, both ends included; one alone may be written
    /// without brackets.
    Numbers {
        lengths: &'static [usize],
        least: f32,
        most: f32,
        are_whole: bool,
        field: fn(&mut Settings) -> &mut Vec<f32>,
    },
}

impl Kind {
    /// Takes a value over; `false` where it is none for this setting.
    pub(super) fn read(&self, settings: &mut Settings, value: &DeValue<'_>) -> bool {
        match self {
            Self::Number { least, most, field } => take(
                field(settings),
                whole_number(value).filter(|it| (*least..=*most).contains(it)),
            ),
            Self::Switch(field) => take(field(settings), value.as_bool()),
            Self::Caches(field) => take(field(settings), caches(value)),
            Self::Idle(field) => take(field(settings), idle(value)),
            Self::Choice { choices, field } => {
                let word = value.as_str().filter(|it| choices.contains(it));
                take(field(settings), word.map(str::to_owned))
            }
            Self::Text(field) => {
                let text = value.as_str().filter(|it| it.len() <= MAX_TEXT_BYTES);
                take(field(settings), text.map(str::to_owned))
            }
            Self::Keys(field) => take(field(settings), keys(value)),
            Self::Numbers {
                lengths,
                least,
                most,
                are_whole,
                field,
            } => {
                let range = *least..=*most;
                let is_fine = |it: &f32| range.contains(it) && (!are_whole || it.fract() == 0.0);
                let numbers = numbers(value)
                    .filter(|it| lengths.contains(&it.len()) && it.iter().all(is_fine));
                take(field(settings), numbers)
            }
        }
    }

    /// What becomes of a value that can't be used, and what to write.
    pub(super) fn way_out(&self, settings: &mut Settings) -> String {
        let wanted = self.wanted();
        match self {
            Self::Caches(_) | Self::Keys(_) => wanted,
            _ => format!("{} is used; {}", self.value(settings), lower_first(&wanted)),
        }
    }

    /// What to write, after a semicolon.
    pub(super) fn wish(&self) -> String {
        lower_first(&self.wanted())
    }

    /// What to write, as a sentence.
    fn wanted(&self) -> String {
        match self {
            Self::Number { least, most, .. } => {
                format!("Write a whole number from {least} to {most}")
            }
            Self::Switch(_) => "Write true or false".to_owned(),
            Self::Caches(_) => format!("Write a list of {}", quoted_names(&Cache::ALL)),
            Self::Idle(_) => format!(
                "Write a whole number of seconds up to {MAX_IDLE_SECS}, \"auto\" or \"never\""
            ),
            Self::Choice { choices, .. } => {
                let words: Vec<_> = choices.iter().map(|it| format!("{it:?}")).collect();
                format!("Write one of {}", words.join(", "))
            }
            Self::Text(_) => {
                format!("Write a text in quotes, of at most {MAX_TEXT_BYTES} bytes")
            }
            Self::Keys(_) => {
                "Write a list of keys for each command, like \"view.memory\" = [\"F12\"]".to_owned()
            }
            Self::Numbers {
                lengths,
                least,
                most,
                are_whole,
                ..
            } => {
                let lengths: Vec<_> = lengths.iter().map(ToString::to_string).collect();
                let numbers = if *are_whole {
                    "whole numbers"
                } else {
                    "numbers"
                };
                format!(
                    "Write a list of {} {numbers} from {least} to {most}",
                    lengths.join(" or ")
                )
            }
        }
    }

    /// The value as the file has it.
    pub(super) fn value(&self, settings: &mut Settings) -> Value {
        match self {
            Self::Number { field, .. } => {
                i64::try_from(*field(settings)).unwrap_or(i64::MAX).into()
            }
            Self::Switch(field) => (*field(settings)).into(),
            Self::Caches(field) => {
                let names: Array = field(settings).iter().map(|it| it.name()).collect();
                names.into()
            }
            Self::Idle(field) => match *field(settings) {
                SimilarityIdle::Auto => "auto".into(),
                SimilarityIdle::Never => "never".into(),
                SimilarityIdle::Seconds(secs) => i64::try_from(secs).unwrap_or(i64::MAX).into(),
            },
            Self::Choice { field, .. } | Self::Text(field) => field(settings).as_str().into(),
            Self::Keys(field) => {
                let keys = field(settings).iter();
                let table: InlineTable = keys
                    .map(|(name, keys)| (name.as_str(), keys.iter().collect::<Array>()))
                    .collect();
                table.into()
            }
            Self::Numbers {
                are_whole, field, ..
            } => {
                let numbers = field(settings).iter().map(|it| -> Value {
                    if *are_whole {
                        (*it as i64).into()
                    } else {
                        // As it was written, not as the nearest f64 to an f32.
                        it.to_string()
                            .parse::<f64>()
                            .unwrap_or(f64::from(*it))
                            .into()
                    }
                });
                numbers.collect::<Array>().into()
            }
        }
    }
}

impl Kind {
    /// What the settings page offers.
    pub(super) fn editor(&self) -> SettingEditor {
        match self {
            Self::Number { least, most, .. } => SettingEditor::Number {
                least: *least,
                most: *most,
            },
            Self::Switch(_) => SettingEditor::Switch,
            Self::Choice { choices, .. } => SettingEditor::Choice(choices),
            Self::Text(_) => SettingEditor::Text,
            Self::Caches(_) | Self::Idle(_) | Self::Keys(_) | Self::Numbers { .. } => {
                SettingEditor::Typed(self.wanted_typed())
            }
        }
    }

    /// What to write on the settings page, as a sentence.
    fn wanted_typed(&self) -> String {
        match self {
            Self::Caches(_) => {
                let names: Vec<_> = Cache::ALL.iter().map(|it| it.name()).collect();
                format!("Any of {}, with commas between", names.join(", "))
            }
            Self::Idle(_) => {
                format!("A whole number of seconds up to {MAX_IDLE_SECS}, auto or never")
            }
            Self::Numbers {
                lengths,
                least,
                most,
                ..
            } => {
                let lengths: Vec<_> = lengths.iter().filter(|it| **it > 0).collect();
                let lengths: Vec<_> = lengths.iter().map(ToString::to_string).collect();
                format!(
                    "{} numbers from {least} to {most}, with commas between, or nothing",
                    lengths.join(" or ")
                )
            }
            _ => self.wanted(),
        }
    }

    /// Why nothing was set, and what can be.
    pub(super) fn refusal(&self, settings: &mut Settings) -> String {
        match self {
            Self::Caches(_) | Self::Idle(_) | Self::Numbers { .. } => {
                format!("Not set: {}", lower_first(&self.wanted_typed()))
            }
            _ => format!("Not set: {}", self.way_out(settings)),
        }
    }

    /// What was typed on the settings page, as the file would have it.
    pub(super) fn toml_of(&self, typed: &str) -> String {
        let typed = typed.trim();
        match self {
            Self::Caches(_) if !typed.starts_with('[') => {
                let words = typed.split(',').map(|it| it.trim().trim_matches('"'));
                let words: Array = words.filter(|it| !it.is_empty()).collect();
                Value::from(words).to_string()
            }
            Self::Idle(_) if typed.parse::<u64>().is_err() => {
                Value::from(typed.trim_matches('"')).to_string()
            }
            Self::Numbers { .. } if !typed.starts_with('[') => format!("[{typed}]"),
            _ => typed.to_owned(),
        }
    }

    /// The value as the settings page has it.
    pub(super) fn shown(&self, settings: &mut Settings) -> SettingValue {
        match self {
            Self::Number { field, .. } => SettingValue::Number(*field(settings)),
            Self::Switch(field) => SettingValue::Switch(*field(settings)),
            Self::Choice { field, .. } | Self::Text(field) => {
                SettingValue::Text(field(settings).clone())
            }
            Self::Caches(_) | Self::Idle(_) | Self::Numbers { .. } => {
                SettingValue::Typed(plain(&self.value(settings)))
            }
            Self::Keys(_) => {
                SettingValue::Typed(self.value(settings).to_string().trim().to_owned())
            }
        }
    }
}

/// Without the quotes and brackets of the file.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.value().clone(),
        Value::Array(values) => {
            let values: Vec<_> = values.iter().map(plain).collect();
            values.join(", ")
        }
        other => other.to_string().trim().to_owned(),
    }
}

/// `None` for anything but a table of lists of texts; one text alone may be written
/// without brackets.
fn keys(value: &DeValue<'_>) -> Option<BTreeMap<String, Vec<String>>> {
    let table = value.as_table()?.iter();
    table
        .map(|(name, value)| {
            let value = value.get_ref();
            let keys: Option<Vec<String>> = match value.as_array() {
                Some(array) => array
                    .iter()
                    .map(|it| Some(it.get_ref().as_str()?.to_owned()))
                    .collect(),
                None => Some(vec![value.as_str()?.to_owned()]),
            };
            Some((name.get_ref().to_string(), keys?))
        })
        .collect()
}

fn take<T>(field: &mut T, value: Option<T>) -> bool {
    let is_some = value.is_some();
    if let Some(value) = value {
        *field = value;
    }
    is_some
}

/// `None` for anything but a whole number that is not below zero.
fn whole_number(value: &DeValue<'_>) -> Option<u64> {
    let integer = value.as_integer()?;
    u64::from_str_radix(integer.as_str(), integer.radix()).ok()
}

fn idle(value: &DeValue<'_>) -> Option<SimilarityIdle> {
    match value.as_str() {
        Some("auto") => Some(SimilarityIdle::Auto),
        Some("never") => Some(SimilarityIdle::Never),
        Some(_) => None,
        None => whole_number(value)
            .filter(|it| *it <= MAX_IDLE_SECS)
            .map(SimilarityIdle::Seconds),
    }
}

fn numbers(value: &DeValue<'_>) -> Option<Vec<f32>> {
    match value.as_array() {
        Some(array) => array.iter().map(|it| one_number(it.get_ref())).collect(),
        None => Some(vec![one_number(value)?]),
    }
}

fn one_number(value: &DeValue<'_>) -> Option<f32> {
    if let Some(integer) = value.as_integer() {
        let number = i64::from_str_radix(integer.as_str(), integer.radix()).ok()?;
        return Some(number as f32);
    }
    let number: f32 = value.as_float()?.as_str().parse().ok()?;
    number.is_finite().then_some(number)
}

/// `None` for anything but a list of caches' names.
fn caches(value: &DeValue<'_>) -> Option<Vec<Cache>> {
    let names = value.as_array()?.iter();
    names
        .map(|it| Cache::named(it.get_ref().as_str()?))
        .collect()
}

/// Like `"picture", "sqlite"`.
fn quoted_names(caches: &[Cache]) -> String {
    let names: Vec<_> = caches
        .iter()
        .map(|it| format!("\"{}\"", it.name()))
        .collect();
    names.join(", ")
}

fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .into_iter()
        .flat_map(char::to_lowercase)
        .chain(letters)
        .collect()
}
