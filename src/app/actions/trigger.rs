//! A key, alone or with others held.

use std::fmt;
use std::str::FromStr;

use eframe::egui::{Event, Key, Modifiers};

use crate::app::text;

/// What starts an action: `Ctrl+Shift+P`, `F12`, `Left`, `/`.
///
/// A character that is no letter and no digit stands for what is typed, wherever
/// the keyboard's layout has it; all else for a key, with exactly these held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Trigger {
    Key { modifiers: Modifiers, key: Key },
    Typed(char),
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TriggerError {
    #[error("{}", text::actions::no_key(name))]
    NoKey { name: String },
    #[error("{}", text::actions::no_modifier(name))]
    NoModifier { name: String },
}

impl Trigger {
    /// Whether `event` is it.
    pub fn matches(&self, event: &Event) -> bool {
        match (self, event) {
            (
                Self::Key { modifiers, key },
                Event::Key {
                    key: pressed,
                    pressed: true,
                    modifiers: held,
                    ..
                },
            ) => key == pressed && held.matches_exact(*modifiers),
            (Self::Typed(typed), Event::Text(text)) => text.chars().eq([*typed]),
            _ => false,
        }
    }

    /// Whether a text field has no use for it.
    pub fn works_while_typing(&self) -> bool {
        match self {
            Self::Typed(_) => false,
            Self::Key { modifiers, key } => {
                let is_function = (Key::F1..=Key::F35).contains(key);
                let is_edit = matches!(
                    key,
                    Key::A
                        | Key::C
                        | Key::V
                        | Key::X
                        | Key::Y
                        | Key::Z
                        | Key::Home
                        | Key::End
                        | Key::Backspace
                        | Key::Delete
                        | Key::ArrowLeft
                        | Key::ArrowRight
                        | Key::ArrowUp
                        | Key::ArrowDown
                );
                is_function || ((modifiers.command || modifiers.alt) && !is_edit)
            }
        }
    }

    /// Whether a button, a slider or a list that has the focus has a use for it.
    pub fn moves_or_presses(&self) -> bool {
        match self {
            Self::Typed(typed) => *typed == ' ',
            Self::Key { modifiers, key } => {
                modifiers.is_none()
                    && matches!(
                        key,
                        Key::ArrowLeft
                            | Key::ArrowRight
                            | Key::ArrowUp
                            | Key::ArrowDown
                            | Key::PageUp
                            | Key::PageDown
                            | Key::Home
                            | Key::End
                            | Key::Enter
                            | Key::Space
                    )
            }
        }
    }
}

impl FromStr for Trigger {
    type Err = TriggerError;

    fn from_str(text: &str) -> Result<Self, TriggerError> {
        let mut rest = text.trim();
        let mut modifiers = Modifiers::NONE;
        // A plus may itself be the key.
        while let Some((held, after)) = rest.split_once('+')
            && !held.is_empty()
            && !after.is_empty()
        {
            modifiers |= match held.trim().to_ascii_lowercase().as_str() {
                "ctrl" | "cmd" | "command" => Modifiers::COMMAND,
                "alt" => Modifiers::ALT,
                "shift" => Modifiers::SHIFT,
                _ => {
                    let name = held.trim().to_owned();
                    return Err(TriggerError::NoModifier { name });
                }
            };
            rest = after.trim();
        }
        let mut letters = rest.chars();
        if modifiers.is_none()
            && let (Some(only), None) = (letters.next(), letters.next())
            && !only.is_alphanumeric()
        {
            return Ok(Self::Typed(only));
        }
        let key = match rest.to_ascii_lowercase().as_str() {
            "left" => Some(Key::ArrowLeft),
            "right" => Some(Key::ArrowRight),
            "up" => Some(Key::ArrowUp),
            "down" => Some(Key::ArrowDown),
            "esc" => Some(Key::Escape),
            "del" => Some(Key::Delete),
            _ => Key::from_name(rest).or_else(|| {
                Key::ALL
                    .iter()
                    .copied()
                    .find(|key| key.name().eq_ignore_ascii_case(rest))
            }),
        };
        let key = key.ok_or_else(|| TriggerError::NoKey {
            name: rest.to_owned(),
        })?;
        Ok(Self::Key { modifiers, key })
    }
}

impl fmt::Display for Trigger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (modifiers, key) = match self {
            Self::Typed(typed) => return write!(f, "{typed}"),
            Self::Key { modifiers, key } => (modifiers, key),
        };
        for (is_held, name) in [
            (modifiers.command || modifiers.ctrl, "Ctrl+"),
            (modifiers.alt, "Alt+"),
            (modifiers.shift, "Shift+"),
        ] {
            if is_held {
                f.write_str(name)?;
            }
        }
        f.write_str(match key {
            Key::ArrowLeft => "Left",
            Key::ArrowRight => "Right",
            Key::ArrowUp => "Up",
            Key::ArrowDown => "Down",
            Key::Escape => "Esc",
            Key::Delete => "Del",
            Key::PageUp => "PageUp",
            Key::PageDown => "PageDown",
            Key::Comma => ",",
            Key::Period => ".",
            Key::Minus => "-",
            Key::Equals => "=",
            Key::Semicolon => ";",
            Key::Slash => "/",
            other => other.name(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_read_as_it_is_written() {
        for text in [
            "Ctrl+Shift+P",
            "F12",
            "Left",
            "Alt+Left",
            "/",
            "+",
            "?",
            "Ctrl+Plus",
            "Ctrl+,",
            "Ctrl+-",
            "Alt+=",
            "Del",
            "Shift+Del",
            "1",
            "Esc",
            "PageDown",
        ] {
            let trigger: Trigger = text.parse().unwrap();
            assert_eq!(trigger.to_string(), text);
        }
        assert_eq!("ctrl + f".parse(), "Ctrl+F".parse::<Trigger>());
    }

    #[test]
    fn what_is_no_key_is_named() {
        let wrong = "Ctrl+Blub".parse::<Trigger>().unwrap_err();
        assert!(wrong.to_string().contains("“Blub”"), "{wrong}");
        let wrong = "Strg+F".parse::<Trigger>().unwrap_err();
        assert!(wrong.to_string().contains("“Strg”"), "{wrong}");
        assert!("".parse::<Trigger>().is_err());
    }

    #[test]
    fn a_text_field_keeps_what_it_needs() {
        let works = |text: &str| text.parse::<Trigger>().unwrap().works_while_typing();
        for text in ["F12", "Ctrl+P", "Ctrl+Shift+T", "Alt+P"] {
            assert!(works(text), "{text}");
        }
        for text in [
            "/",
            "F",
            "1",
            "Left",
            "Ctrl+A",
            "Ctrl+Z",
            "Del",
            "Ctrl+Left",
        ] {
            assert!(!works(text), "{text}");
        }
    }
}
