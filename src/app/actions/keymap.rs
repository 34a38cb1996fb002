//! Which keys start which action: the defaults, then the user's own.

use std::collections::BTreeMap;
use std::sync::Arc;

use eframe::egui::{self, Event, Id};

use super::{Action, Scope, Trigger, all};
use crate::app::command::Command;
use crate::app::tagging::OPEN_TAGS;
use crate::app::text;
use crate::message::Notice;

/// The first key of an action as it is written, for what says on hover which key does
/// the same; empty where it has none.
pub fn key_of(ctx: &egui::Context, id: &str) -> String {
    let keymap: Option<Arc<Keymap>> = ctx.data(|data| data.get_temp(Id::unique(SHARED)));
    keymap.map(|it| it.shown(id)).unwrap_or_default()
}

/// What a key that is held does again and again; all else it does once.
const REPEATED: &[&str] = &[
    "viewer.next",
    "viewer.previous",
    "viewer.left",
    "viewer.right",
    "viewer.up",
    "viewer.down",
    "viewer.zoom_in",
    "viewer.zoom_out",
    "viewer.frame_next",
    "viewer.frame_previous",
    "viewer.faster",
    "viewer.slower",
    "viewer.rotate",
    "viewer.rotate_back",
    "duplicates.next",
    "duplicates.previous",
    "duplicates.member",
    "grid.larger",
    "grid.smaller",
    "tabs.next",
    "tabs.previous",
    "tabs.back",
    "tabs.forward",
    "view.larger",
    "view.smaller",
    "edit.undo",
    "edit.redo",
];

const SHARED: &str = "keys of all actions";

/// The keys of all actions.
#[derive(Clone, Debug)]
pub struct Keymap {
    keys: Vec<(Trigger, &'static Action)>,
}

impl Default for Keymap {
    fn default() -> Self {
        Self::of_settings(&BTreeMap::new()).0
    }
}

impl Keymap {
    /// `own` are the user's keys by the action's id, in the place of its defaults. What
    /// names no action, what is no key, and what starts two actions is told.
    pub fn of_settings(own: &BTreeMap<String, Vec<String>>) -> (Self, Vec<Notice>) {
        let mut keys = Vec::new();
        let mut problems = Vec::new();
        for action in all() {
            let Some(own) = own.get(action.id) else {
                let default = action.keys.iter().filter_map(|key| key.parse().ok());
                keys.extend(default.map(|key| (key, action)));
                continue;
            };
            for key in own {
                match key.parse::<Trigger>() {
                    Ok(key) => keys.push((key, action)),
                    Err(err) => problems.push(problem(text::actions::cant_be_used(
                        action.id,
                        &err.to_string(),
                    ))),
                }
            }
        }
        for id in own.keys().filter(|it| super::named(it).is_none()) {
            problems.push(problem(text::actions::keys_of_nothing(id)));
        }
        let keymap = Self { keys };
        problems.extend(keymap.clashes(own));
        (keymap, problems)
    }

    /// Each key of the user's that starts another action too, where both can be open.
    fn clashes(&self, own: &BTreeMap<String, Vec<String>>) -> Vec<Notice> {
        let is_default = |key: Trigger, action: &Action| {
            let mut defaults = action.keys.iter().filter_map(|it| it.parse().ok());
            defaults.any(|it: Trigger| it == key)
        };
        let mut told = Vec::new();
        for (at, (key, first)) in self.keys.iter().enumerate() {
            for (other, second) in self.keys.iter().skip(at + 1) {
                let is_own = own.contains_key(first.id) || own.contains_key(second.id);
                let is_clash = key == other && first.id != second.id && is_own;
                if !is_clash || !first.scope.meets(second.scope) {
                    continue;
                }
                // By default it means the same thing of what is nearest.
                if is_default(*key, first) && is_default(*key, second) {
                    continue;
                }
                // As keys are asked: the nearer scope, then the order of actions.
                let (wins, loses) = match first.scope.distance() <= second.scope.distance() {
                    true => (first, second),
                    false => (second, first),
                };
                told.push(Notice {
                    is_error: false,
                    message: text::actions::one_key(&key.to_string(), wins.title, loses.title),
                    way_out: Some(text::options::KEYS_FREE.to_owned()),
                });
            }
        }
        told
    }

    /// Has [`key_of`] speak of these from now on.
    pub fn share(&self, ctx: &egui::Context) {
        let shared = Arc::new(self.clone());
        ctx.data_mut(|data| data.insert_temp(Id::unique(SHARED), shared));
    }

    /// The keys of an action, the one to show first.
    pub fn of(&self, id: &str) -> impl Iterator<Item = Trigger> {
        let of_it = self.keys.iter().filter(move |it| it.1.id == id);
        of_it.map(|it| it.0)
    }

    /// Whether it has the keys that it has by default.
    pub fn has_defaults(&self, action: &Action) -> bool {
        let defaults = action.keys.iter().filter_map(|key| key.parse().ok());
        self.of(action.id).eq(defaults)
    }

    /// Another action that `key` starts where it also would start this one.
    pub fn other_with(&self, id: &str, key: Trigger) -> Option<&'static Action> {
        let scope = super::named(id)?.scope;
        let mut others = self.keys.iter();
        others
            .find(|(other, action)| *other == key && action.id != id && action.scope.meets(scope))
            .map(|it| it.1)
    }

    /// The first key of an action as it is written, empty where it has none.
    pub fn shown(&self, id: &str) -> String {
        let first = self.keys.iter().find(|it| it.1.id == id);
        first.map(|it| it.0.to_string()).unwrap_or_default()
    }

    /// What a button says on hover, with the key that does the same.
    pub fn hint(&self, said: &str, id: &str) -> String {
        text::actions::with_key(said, &self.shown(id))
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
        let is_free = |key: &Trigger, action: &Action| {
            (!is_typing || key.works_while_typing())
                && (!is_held || !key.moves_or_presses())
                && can(action)
        };
        self.take_free(ctx, scopes, is_free, commands);
    }

    /// Likewise, also where a text field has the focus: those that `can` be taken from it.
    pub fn take_from_field(
        &self,
        ctx: &egui::Context,
        scopes: &[Scope],
        can: impl Fn(&Action) -> bool,
        commands: &mut Vec<Command>,
    ) {
        self.take_free(ctx, scopes, |_, action| can(action), commands);
    }

    /// A key that is held starts again only what moves; else it is passed over. What
    /// is typed after a key that opens a field is left for that.
    fn take_free(
        &self,
        ctx: &egui::Context,
        scopes: &[Scope],
        is_free: impl Fn(&Trigger, &Action) -> bool,
        commands: &mut Vec<Command>,
    ) {
        let mut is_field_open = false;
        // The letter that the key itself types.
        let mut is_its_letter = false;
        ctx.input_mut(|input| {
            input.events.retain(|event| {
                if std::mem::take(&mut is_its_letter) && matches!(event, Event::Text(_)) {
                    return false;
                }
                let is_key = matches!(event, Event::Key { pressed: true, .. });
                if is_field_open || !(is_key || matches!(event, Event::Text(_))) {
                    return true;
                }
                let Some(action) = self.started(event, scopes, &is_free) else {
                    return true;
                };
                let is_repeat = matches!(event, Event::Key { repeat: true, .. });
                if is_repeat && !REPEATED.contains(&action.id) {
                    return false;
                }
                commands.push((action.command)());
                is_field_open = action.id == OPEN_TAGS;
                is_its_letter = is_field_open && is_key;
                false
            });
        });
    }

    /// What a key or letter starts, the first scope first, if `is_free` lets it.
    pub(super) fn started(
        &self,
        event: &Event,
        scopes: &[Scope],
        is_free: &impl Fn(&Trigger, &Action) -> bool,
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

fn problem(message: String) -> Notice {
    Notice {
        is_error: false,
        message,
        way_out: Some(text::options::KEYS_WAY_OUT.to_owned()),
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

    /// Each means the same thing of what is nearest: Escape closes it, and Ctrl+Z takes
    /// back what was done there.
    const ONE_MEANING: [&[&str]; 2] = [
        &["view.back", "viewer.close", "duplicates.back"],
        &["edit.undo", "duplicates.undo"],
    ];

    #[test]
    fn every_action_has_a_key_that_starts_nothing_else_where_both_can_be_open() {
        let keymap = Keymap::default();
        for action in all() {
            assert!(!action.keys.is_empty(), "{} has no key", action.id);
            for key in keymap.of(action.id) {
                let others: Vec<_> = keymap
                    .keys
                    .iter()
                    .filter(|(other, it)| {
                        *other == key && it.id != action.id && it.scope.meets(action.scope)
                    })
                    .map(|it| it.1.id)
                    .filter(|other| {
                        let mut same = ONE_MEANING.iter();
                        !same.any(|it| it.contains(&action.id) && it.contains(other))
                    })
                    .collect();
                assert!(
                    others.is_empty(),
                    "{key} of {} starts {others:?}",
                    action.id
                );
            }
        }
    }

    #[test]
    fn what_is_repeated_is_there() {
        for id in REPEATED {
            assert!(super::super::named(id).is_some(), "{id} is no action");
        }
    }

    #[test]
    fn own_keys_stand_in_the_place_of_the_defaults() {
        let own = BTreeMap::from([
            (
                "view.memory".to_owned(),
                vec!["Ctrl+K".to_owned(), "Blub".to_owned()],
            ),
            ("search.focus".to_owned(), vec![]),
            ("no.such".to_owned(), vec!["K".to_owned()]),
        ]);
        let (keymap, problems) = Keymap::of_settings(&own);
        assert_eq!(keymap.shown("view.memory"), "Ctrl+K");
        assert_eq!(keymap.of("view.memory").count(), 1);
        assert_eq!(keymap.shown("search.focus"), "");
        assert_eq!(keymap.shown("library.import"), "Ctrl+I");
        let told: Vec<_> = problems.iter().map(|it| it.message.as_str()).collect();
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(
            told[0].contains("view.memory") && told[0].contains("“Blub”"),
            "{told:?}"
        );
        assert!(told[1].contains("“no.such”"), "{told:?}");
    }

    #[test]
    fn a_key_of_two_actions_is_told_with_the_one_that_has_it() {
        let told = |own: &[(&str, &str)]| -> Vec<String> {
            let own = own
                .iter()
                .map(|(id, key)| ((*id).to_owned(), vec![(*key).to_owned()]));
            let (_, problems) = Keymap::of_settings(&own.collect());
            problems.into_iter().map(|it| it.message).collect()
        };
        let name = |id| super::super::named(id).unwrap().title;
        let wanted = |key: &str, wins, loses| {
            let (wins, loses) = (name(wins), name(loses));
            format!("{key} is the key of “{wins}” and of “{loses}”, and does “{wins}”")
        };
        // The other one has it by default.
        let found = told(&[("view.memory", "Ctrl+F")]);
        let Keymap { keys } = Keymap::default();
        let order = |id| keys.iter().position(|it| it.1.id == id).unwrap();
        let (wins, loses) = match order("view.memory") < order("search.focus") {
            true => ("view.memory", "search.focus"),
            false => ("search.focus", "view.memory"),
        };
        assert_eq!(found, [wanted("Ctrl+F", wins, loses)]);
        // The nearer has it, whatever comes first in the list.
        let found = told(&[("view.memory", "F24"), ("viewer.next", "F24")]);
        assert_eq!(found, [wanted("F24", "viewer.next", "view.memory")]);
        assert_eq!(
            told(&[("viewer.next", "X")]),
            [""; 0],
            "never open at a time"
        );
        assert_eq!(told(&[("edit.undo", "Ctrl+Z")]), [""; 0], "one meaning");
    }

    #[test]
    fn a_key_is_taken_only_where_both_can_be_open() {
        let keymap = Keymap::default();
        let taken = |id, key: &str| keymap.other_with(id, key.parse().unwrap()).map(|it| it.id);
        assert_eq!(taken("view.memory", "Ctrl+F"), Some("search.focus"));
        assert_eq!(taken("view.memory", "F12"), None, "its own");
        assert_eq!(taken("viewer.next", "F7"), Some("duplicates.page"));
        assert_eq!(
            taken("viewer.next", "X"),
            None,
            "no post is open beside duplicates"
        );
        assert_eq!(taken("similar.find", "T"), Some("similar.strip"));
    }
}
