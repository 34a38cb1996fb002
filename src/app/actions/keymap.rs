//! Which keys start which action: the defaults, then the user's own.

use std::collections::BTreeMap;

use eframe::egui::{self, Event};

use super::{Action, Scope, Trigger, all};
use crate::app::command::Command;

/// The keys of all actions.
#[derive(Clone, Debug)]
pub struct Keymap {
    keys: Vec<(Trigger, &'static Action)>,
}

impl Default for Keymap {
    fn default() -> Self {
        Self::new(&BTreeMap::new())
    }
}

impl Keymap {
    /// `own` are the user's keys by the action's id, in the place of its defaults.
    pub fn new(own: &BTreeMap<String, Vec<Trigger>>) -> Self {
        let mut keys = Vec::new();
        for action in all() {
            match own.get(action.id) {
                Some(own) => keys.extend(own.iter().map(|key| (*key, action))),
                None => keys.extend(
                    action
                        .keys
                        .iter()
                        .filter_map(|key| Some((key.parse().ok()?, action))),
                ),
            }
        }
        Self { keys }
    }

    /// The keys of an action, the one to show first.
    pub fn of(&self, action: &Action) -> impl Iterator<Item = Trigger> {
        self.keys
            .iter()
            .filter(|it| it.1.id == action.id)
            .map(|it| it.0)
    }

    /// The first key of an action as it is written, empty where it has none.
    pub fn shown(&self, id: &str) -> String {
        let first = self.keys.iter().find(|it| it.1.id == id);
        first.map(|it| it.0.to_string()).unwrap_or_default()
    }

    /// What a button says on hover, with the key that does the same.
    pub fn hint(&self, said: &str, id: &str) -> String {
        match self.shown(id) {
            key if key.is_empty() => said.to_owned(),
            key => format!("{said} ({key})"),
        }
    }

    /// Takes the keys of this frame that start an action in one of `scopes`, the
    /// first scope first. `is_held` says that a widget has the focus that arrows,
    /// Enter and Space are for; `can` whether an action can be done now. What can't
    /// be leaves its key to the scopes after it. It is asked while `ctx` is locked.
    pub fn take(
        &self,
        ctx: &egui::Context,
        scopes: &[Scope],
        is_held: bool,
        can: impl Fn(&Action) -> bool,
        commands: &mut Vec<Command>,
    ) {
        let is_typing = ctx.text_edit_focused();
        ctx.input_mut(|input| {
            input.events.retain(|event| {
                if !matches!(event, Event::Key { pressed: true, .. } | Event::Text(_)) {
                    return true;
                }
                let started = self.started(event, scopes, |key, action| {
                    (!is_typing || key.works_while_typing())
                        && (!is_held || !key.moves_or_presses())
                        && can(action)
                });
                commands.extend(started.map(|action| (action.command)()));
                started.is_none()
            });
        });
    }

    fn started(
        &self,
        event: &Event,
        scopes: &[Scope],
        is_free: impl Fn(&Trigger, &Action) -> bool,
    ) -> Option<&'static Action> {
        scopes.iter().find_map(|scope| {
            self.keys
                .iter()
                .find(|(key, action)| {
                    action.scope == *scope && key.matches(event) && is_free(key, action)
                })
                .map(|it| it.1)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_default_is_a_key_and_means_one_thing_in_its_scope() {
        let mut seen = HashSet::new();
        let mut ids = HashSet::new();
        for action in all() {
            assert!(ids.insert(action.id), "{} is there twice", action.id);
            for key in action.keys {
                let trigger: Trigger = key.parse().unwrap();
                let is_new = seen.insert((action.scope, trigger));
                assert!(is_new, "{key} of {} is taken", action.id);
            }
        }
    }
}
