//! Marks in the history that name causes.

use std::collections::VecDeque;
use std::sync::Mutex;

use super::{Component, scope, uptime_ms};

/// Marks that wait to be taken into a history; older ones are dropped.
const MAX_WAITING: usize = 200;

static WAITING: Mutex<VecDeque<Mark>> = Mutex::new(VecDeque::new());

/// Something happened that memory follows.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Mark {
    /// Since the process began, milliseconds.
    pub at_ms: u32,
    /// What happened, a clause: "similarity index loaded by Find similar".
    pub text: String,
    /// What it added, bytes, where that is known; less than 0 where it gave back.
    pub bytes: Option<i64>,
}

/// Notes that something happened just now.
pub fn mark(text: impl Into<String>, bytes: Option<i64>) {
    let _scope = scope(Component::Accounting);
    let mark = Mark {
        at_ms: uptime_ms(),
        // The text comes from elsewhere; what is kept is ours.
        text: text.into().as_str().to_owned(),
        bytes,
    };
    let mut waiting = waiting();
    if waiting.len() == MAX_WAITING {
        waiting.pop_front();
    }
    waiting.push_back(mark);
}

/// Takes what was marked since the last time.
pub fn take_marks() -> Vec<Mark> {
    waiting().drain(..).collect()
}

fn waiting() -> std::sync::MutexGuard<'static, VecDeque<Mark>> {
    WAITING
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}
