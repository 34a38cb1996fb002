//! What a scenario can say.

use std::time::Duration;

use crate::memory::Action;
use crate::message::SimilarMode;

/// A line of the file.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Line {
    /// From 1.
    pub number: usize,
    /// As it was written, without comment.
    pub text: String,
    pub step: Step,
}

/// Pixels.
pub(super) type Size = (u32, u32);

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Step {
    Library(String),
    Synth { posts: u32, tags: u32 },
    Demo,
    Open,
    Close,
    Query(String),
    Complete(String),
    Import(String),
    ImportStart(String),
    ImportWait,
    MakePicture { path: String, size: Size },
    MakePictures { path: String, num: u32, size: Size },
    Scroll(u32),
    View { what: String, size: Size },
    Embeddings { dimensions: u32 },
    Index,
    Similar(SimilarMode),
    Unload,
    Wait(Duration),
    Release(Action),
    Budget(Option<u64>),
    Report,
    Mark(String),
    Expect(Expect),
    Repeat { num: u32, lines: Vec<Line> },
}

/// What a step's report has to be like: one of `values` has to hold.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Expect {
    pub metric: Metric,
    pub operator: Operator,
    pub values: Vec<Value>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Metric {
    Rss,
    WithoutDriver,
    Anonymous,
    /// Without its sign.
    Unexplained,
    Peak,
    Alarms,
    /// What was freed less what was predicted, without its sign.
    Misprediction,
    Row(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    AtMost,
    AtLeast,
    Below,
    Above,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    /// A number, where the metric is one.
    Plain(f64),
    Bytes(f64),
    /// 0 to 1.
    Share(f64),
    /// The same metric at a mark, times `factor`, and `bytes` more.
    Mark {
        name: String,
        factor: f64,
        bytes: f64,
    },
}

impl Metric {
    /// Those without an argument, as they are written.
    pub const NAMED: [(&'static str, Self); 7] = [
        ("rss", Self::Rss),
        ("without-driver", Self::WithoutDriver),
        ("anonymous", Self::Anonymous),
        ("unexplained", Self::Unexplained),
        ("peak", Self::Peak),
        ("alarms", Self::Alarms),
        ("misprediction", Self::Misprediction),
    ];
}

impl Operator {
    /// Longer ones first.
    pub const NAMED: [(&'static str, Self); 4] = [
        ("<=", Self::AtMost),
        (">=", Self::AtLeast),
        ("<", Self::Below),
        (">", Self::Above),
    ];

    pub fn holds(self, found: f64, wanted: f64) -> bool {
        match self {
            Self::AtMost => found <= wanted,
            Self::AtLeast => found >= wanted,
            Self::Below => found < wanted,
            Self::Above => found > wanted,
        }
    }
}
