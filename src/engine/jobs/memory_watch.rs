//! Walks the process's memory once a second while somebody looks.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_channel::{RecvTimeoutError, Sender};

use crate::library;
use crate::memory::{self, Component, History};
use crate::message::MemoryNews;

use super::News;

const INTERVAL: Duration = Duration::from_secs(1);

/// The thread that walks; it exists only while memory is watched, so that an
/// unwatched engine has no timer and no stack for it.
#[derive(Debug)]
pub(in crate::engine) struct MemoryWatch {
    news: Sender<News>,
    running: Option<Running>,
}

#[derive(Debug)]
struct Running {
    /// Never sent to; dropping it ends the thread.
    stop: Sender<()>,
    thread: JoinHandle<()>,
}

impl MemoryWatch {
    pub fn new(news: Sender<News>) -> Self {
        Self {
            news,
            running: None,
        }
    }

    pub fn set(&mut self, watch: bool) -> std::io::Result<()> {
        if !watch {
            self.running = None;
            return Ok(());
        }
        if self.running.is_some() {
            return Ok(());
        }
        let (stop, stopped) = crossbeam_channel::bounded::<()>(0);
        let news = self.news.clone();
        let thread = memory::spawn("memory watch", Component::Accounting, move || {
            loop {
                library::publish_memory();
                let found = Arc::new(MemoryNews {
                    report: memory::report(),
                    history: History::default(),
                });
                if news.send(News::Memory(found)).is_err() {
                    return;
                }
                match stopped.recv_timeout(INTERVAL) {
                    Err(RecvTimeoutError::Timeout) => {}
                    Ok(()) | Err(RecvTimeoutError::Disconnected) => return,
                }
            }
        })?;
        self.running = Some(Running { stop, thread });
        Ok(())
    }

    pub fn is_on(&self) -> bool {
        self.running.is_some()
    }

    pub fn stop(self) -> Option<JoinHandle<()>> {
        let Running { stop, thread } = self.running?;
        drop(stop);
        Some(thread)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_watch_reports_until_it_is_set_off() {
        let (news, heard) = crossbeam_channel::bounded(8);
        let mut watch = MemoryWatch::new(news);
        watch.set(true).unwrap();
        assert!(matches!(
            heard.recv_timeout(Duration::from_secs(20)),
            Ok(News::Memory(_))
        ));
        let thread = watch.running.take().map(|it| it.thread).unwrap();
        assert!(!watch.is_on());
        thread.join().unwrap();
        drop(watch);
        // Every sender is gone: the thread holds none, so it has ended.
        assert!(heard.iter().all(|it| matches!(it, News::Memory(_))));
    }
}
