//! What a setting can be: how it is read, written and asked for.

use toml::de::DeValue;
use toml_edit::{Array, Value};

use super::{Settings, SimilarityIdle};
use crate::memory::Cache;

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
        let kept = self.value(settings).to_string();
        format!("{kept} is used; {}", self.wish())
    }

    /// What to write instead of a value that can't be used.
    pub(super) fn wish(&self) -> String {
        match self {
            Self::Number { least, most, .. } => {
                format!("write a whole number from {least} to {most}")
            }
            Self::Switch(_) => "write true or false".to_owned(),
            Self::Caches(_) => format!("write a list of {}", quoted_names(&Cache::ALL)),
            Self::Idle(_) => format!(
                "write a whole number of seconds up to {MAX_IDLE_SECS}, \"auto\" or \"never\""
            ),
            Self::Choice { choices, .. } => {
                let words: Vec<_> = choices.iter().map(|it| format!("{it:?}")).collect();
                format!("write one of {}", words.join(", "))
            }
            Self::Text(_) => {
                format!("write a text in quotes, of at most {MAX_TEXT_BYTES} bytes")
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
                    "write a list of {} {numbers} from {least} to {most}",
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
