//! The engine's end of the events: sends without ever blocking, and wakes the
//! window after something was sent.

use std::time::{Duration, Instant};

use crossbeam_channel::Select;

use crate::message::{Event, Outbox, Wake};

/// Events and the wake that follows them.
pub(in crate::engine) struct Outlet {
    events: Outbox<Event>,
    wake: Wake,
    /// Something was sent since the last wake.
    has_sent: bool,
}

impl Outlet {
    pub fn new(events: Outbox<Event>, wake: Wake) -> Self {
        Self {
            events,
            wake,
            has_sent: false,
        }
    }

    pub fn tell(&mut self, event: Event) {
        self.events.send(event);
        self.has_sent = true;
    }

    /// Like [`Self::tell`], in place of the waiting events for which `is_superseded` holds.
    pub fn tell_newest(&mut self, event: Event, is_superseded: impl Fn(&Event) -> bool) {
        self.events.replace(event, is_superseded);
        self.has_sent = true;
    }

    /// Sends what waits and fits now.
    pub fn flush(&mut self) {
        let num_before = self.events.num_waiting();
        self.events.flush();
        self.has_sent |= self.events.num_waiting() < num_before;
    }

    pub fn num_waiting(&self) -> usize {
        self.events.num_waiting()
    }

    /// Wakes the window if something was sent since the last time.
    pub fn wake(&mut self) {
        if std::mem::take(&mut self.has_sent) {
            (self.wake)();
        }
    }

    /// Makes `select` ready when what waits fits again.
    pub fn watch_room<'a>(&'a self, select: &mut Select<'a>) {
        self.events.watch_room(select);
    }

    /// Tells `Stopped`, and waits at most `limit` for the window to fetch what
    /// is left. Pictures and results that nobody will look at are dropped.
    pub fn finish(mut self, limit: Duration) {
        let deadline = Instant::now() + limit;
        self.tell_newest(Event::Stopped, |it| {
            matches!(
                it,
                Event::Results(_)
                    | Event::Thumbnail { .. }
                    | Event::Picture { .. }
                    | Event::Completions { .. }
                    | Event::Memory(_)
            )
        });
        self.wake();
        while self.num_waiting() > 0 {
            let mut select = Select::new();
            self.watch_room(&mut select);
            if select.ready_deadline(deadline).is_err() {
                tracing::warn!("the window did not fetch the last events");
                return;
            }
            drop(select);
            self.flush();
            self.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[test]
    fn wakes_once_for_several_events_and_never_for_none() {
        let (window, engine) = crate::message::channel();
        let num_wakes = Arc::new(AtomicU32::new(0));
        let counter = num_wakes.clone();
        let wake: Wake = Arc::new(move || {
            counter.fetch_add(1, Ordering::Relaxed);
        });
        let mut outlet = Outlet::new(engine.events, wake);
        outlet.wake();
        assert_eq!(num_wakes.load(Ordering::Relaxed), 0);
        outlet.tell(Event::Failures(Vec::new()));
        outlet.tell(Event::Failures(Vec::new()));
        outlet.wake();
        outlet.flush();
        outlet.wake();
        assert_eq!(num_wakes.load(Ordering::Relaxed), 1);
        assert_eq!(window.events.len(), 2);
    }

    #[test]
    fn the_last_event_is_stopped_even_through_a_full_channel() {
        let (window, engine) = crate::message::channel();
        let mut outlet = Outlet::new(engine.events, Arc::new(|| ()));
        for _ in 0..1000 {
            outlet.tell(Event::Failures(Vec::new()));
        }
        let finisher = std::thread::spawn(move || outlet.finish(Duration::from_secs(20)));
        let events: Vec<_> = window.events.iter().collect();
        finisher.join().unwrap();
        assert_eq!(events.len(), 1001);
        assert!(matches!(events.last(), Some(Event::Stopped)));
    }

    #[test]
    fn a_window_that_does_not_listen_does_not_hold_the_engine() {
        let (window, engine) = crate::message::channel();
        let mut outlet = Outlet::new(engine.events, Arc::new(|| ()));
        for _ in 0..1000 {
            outlet.tell(Event::Failures(Vec::new()));
        }
        let started = Instant::now();
        outlet.finish(Duration::from_millis(30));
        assert!(started.elapsed() >= Duration::from_millis(30));
        drop(window);
    }
}
