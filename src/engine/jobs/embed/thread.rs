//! The thread that has the worker: wishes first, then the next picture, then
//! sleep.

use std::ops::ControlFlow;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::Ordering;
use std::time::Instant;

use crossbeam_channel::{Receiver, RecvTimeoutError, TryRecvError};

use super::run::{End, Run};
use super::{EmbedNews, EmbedReport, Question, Shared, Wish};
use crate::engine::jobs::panic_message;
use crate::engine::worker::{WorkerClient, WorkerConfig};
use crate::memory::{self, Component};

/// Works until it is told to stop, or nobody can wish anything any more.
pub(super) fn run(shared: &Shared, wishes: &Receiver<Wish>) {
    let context = &shared.context;
    let config = WorkerConfig {
        memory_limit_bytes: context.memory_limit_bytes,
        idle: context.worker_idle,
        picture_timeout: context.picture_timeout,
        ..WorkerConfig::new(context.program.clone(), context.model.clone())
    };
    let mut work = Work {
        shared,
        client: WorkerClient::with_figures(config, shared.figures.clone()),
        run: None,
    };
    let outcome =
        std::panic::catch_unwind(AssertUnwindSafe(
            || while work.turn(wishes).is_continue() {},
        ));
    if let Err(panic) = outcome {
        let reason = format!("an error in the program: {}", panic_message(&*panic));
        work.run = None;
        (context.tell)(EmbedNews::Ended(EmbedReport {
            stopped: Some(reason),
            ..EmbedReport::default()
        }));
    } else {
        work.end(End::Cancelled);
    }
}

struct Work<'a> {
    shared: &'a Shared,
    client: WorkerClient,
    run: Option<Run>,
}

impl Work<'_> {
    fn turn(&mut self, wishes: &Receiver<Wish>) -> ControlFlow<()> {
        loop {
            let wish = match self.next_wish(wishes) {
                Ok(Some(wish)) => wish,
                Ok(None) => break,
                Err(()) => return ControlFlow::Break(()),
            };
            self.grant(wish)?;
        }
        if let Some(run) = self.run.as_mut().filter(|it| !it.is_paused())
            && let ControlFlow::Break(end) = run.step(&mut self.client, self.shared)
        {
            self.end(end);
        }
        ControlFlow::Continue(())
    }

    /// Waits for a wish unless there is something else to do; `Err` where none
    /// will ever come.
    fn next_wish(&mut self, wishes: &Receiver<Wish>) -> Result<Option<Wish>, ()> {
        if self.run.as_ref().is_some_and(|it| !it.is_paused()) {
            return match wishes.try_recv() {
                Ok(wish) => Ok(Some(wish)),
                Err(TryRecvError::Empty) => Ok(None),
                Err(TryRecvError::Disconnected) => Err(()),
            };
        }
        loop {
            let Some(leaves_at) = self.client.leaves_at() else {
                return wishes.recv().map(Some).map_err(|_| ());
            };
            match wishes.recv_deadline(leaves_at) {
                Ok(wish) => return Ok(Some(wish)),
                Err(RecvTimeoutError::Disconnected) => return Err(()),
                Err(RecvTimeoutError::Timeout) => {
                    if self.client.stop_if_idle(Instant::now()) {
                        tracing::debug!("the worker had nothing to do and left");
                        give_back();
                    }
                }
            }
        }
    }

    fn grant(&mut self, wish: Wish) -> ControlFlow<()> {
        match wish {
            Wish::Start => self.start(false),
            Wish::RetryFailed => self.start(true),
            Wish::Pause => self.set_paused(true),
            Wish::Resume => self.set_paused(false),
            Wish::Cancel => {
                self.end(End::Cancelled);
                let flag = &self.shared.flags.is_run_cancelled;
                flag.store(false, Ordering::Relaxed);
            }
            Wish::Embed(question) => self.embed(question),
            Wish::Stop => return ControlFlow::Break(()),
        }
        ControlFlow::Continue(())
    }

    fn start(&mut self, retry_failed: bool) {
        if self.run.is_none() {
            match Run::new(self.shared) {
                Ok(run) => self.run = Some(run),
                Err(end) => {
                    let mut report = EmbedReport::default();
                    end.note(&mut report);
                    (self.shared.context.tell)(EmbedNews::Ended(report));
                    return;
                }
            }
            if !retry_failed {
                return;
            }
        }
        if let Some(run) = &mut self.run
            && let Err(err) = run.look(retry_failed)
        {
            self.end(End::Stopped(err.to_string()));
        }
    }

    fn set_paused(&mut self, is_paused: bool) {
        if let Some(run) = &mut self.run
            && run.is_paused() != is_paused
            && let ControlFlow::Break(end) = run.set_paused(is_paused, self.shared)
        {
            self.end(end);
        }
    }

    fn embed(&mut self, question: Question) {
        let Question {
            input,
            is_cancelled,
            answer,
        } = question;
        let flags = &self.shared.flags;
        let is_cancelled =
            || is_cancelled.load(Ordering::Relaxed) || flags.is_stopped.load(Ordering::Relaxed);
        if !is_cancelled() {
            // Who asked may have gone.
            let _ = answer.send(self.client.embed(&input, &is_cancelled));
        }
    }

    /// Ends the run, if there is one, and says what it came to.
    fn end(&mut self, end: End) {
        let Some(run) = self.run.take() else {
            return;
        };
        let report = run.end(end);
        give_back();
        (self.shared.context.tell)(EmbedNews::Ended(report));
    }
}

/// What the thread has freed goes back to the system.
fn give_back() {
    memory::flush_thread_cache();
    memory::purge(Component::Engine);
    memory::purge(Component::Sqlite);
}
