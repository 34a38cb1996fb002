use std::collections::VecDeque;

use crossbeam_channel::{Select, Sender, TrySendError};

/// A sender that never blocks: what does not fit waits here, in order.
#[derive(Debug)]
pub struct Outbox<T> {
    sender: Sender<T>,
    waiting: VecDeque<T>,
}

impl<T> Outbox<T> {
    pub fn new(sender: Sender<T>) -> Self {
        Self {
            sender,
            waiting: VecDeque::new(),
        }
    }

    /// Sends `message`, or keeps it until [`Self::flush`] finds room.
    pub fn send(&mut self, message: T) {
        self.waiting.push_back(message);
        self.flush();
    }

    /// Like [`Self::send`], after dropping the waiting messages for which
    /// `is_superseded` holds.
    pub fn replace(&mut self, message: T, is_superseded: impl Fn(&T) -> bool) {
        self.waiting.retain(|it| !is_superseded(it));
        self.send(message);
    }

    /// Sends what fits now; `true` when nothing is left waiting.
    pub fn flush(&mut self) -> bool {
        while let Some(message) = self.waiting.pop_front() {
            match self.sender.try_send(message) {
                Ok(()) => {}
                Err(TrySendError::Full(message)) => {
                    self.waiting.push_front(message);
                    return false;
                }
                Err(TrySendError::Disconnected(_)) => {
                    self.waiting.clear();
                    return true;
                }
            }
        }
        true
    }

    pub fn num_waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Makes `select` ready once there is room again, where something waits for
    /// it; so a thread can sleep instead of trying now and then.
    pub fn watch_room<'a>(&'a self, select: &mut Select<'a>) {
        if !self.waiting.is_empty() {
            select.send(&self.sender);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_order_when_the_channel_is_full() {
        let (sender, receiver) = crossbeam_channel::bounded(2);
        let mut outbox = Outbox::new(sender);
        for number in 0..5 {
            outbox.send(number);
        }
        assert_eq!(outbox.num_waiting(), 3);
        let mut got = Vec::new();
        while let Ok(number) = receiver.try_recv() {
            got.push(number);
            outbox.flush();
        }
        assert_eq!(got, [0, 1, 2, 3, 4]);
    }

    #[test]
    fn replace_drops_only_what_waits() {
        let (sender, receiver) = crossbeam_channel::bounded(1);
        let mut outbox = Outbox::new(sender);
        outbox.send(1);
        outbox.send(2);
        outbox.replace(3, |&it| it == 2);
        assert_eq!(receiver.try_recv(), Ok(1));
        assert!(outbox.flush());
        assert_eq!(receiver.try_recv(), Ok(3));
    }
}
