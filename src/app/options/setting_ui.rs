//! One setting: what it is called, its value, what it means and what it may be.

use std::ops::RangeInclusive;

use eframe::egui::{Align, Button, ComboBox, DragValue, Layout, Response, RichText, TextEdit, Ui};

use crate::app::command::Command;
use crate::app::{text, theme};
use crate::message::{Setting, SettingApplies, SettingEditor, SettingUnit, SettingValue};

use super::{Options, OptionsCommand};

pub fn setting_ui(
    ui: &mut Ui,
    options: &mut Options,
    setting: &Setting,
    commands: &mut Vec<Command>,
) {
    ui.add_space(theme::GAP);
    let title = text::options::setting_title(setting.name);
    ui.horizontal_wrapped(|ui| {
        ui.label(RichText::new(title).strong());
        let key = RichText::new(setting.name).monospace().small().weak();
        ui.label(key).on_hover_text(text::options::KEY_IN_FILE);
    });
    ui.horizontal(|ui| {
        let set = editor_ui(ui, options, setting, title);
        if let Some(value) = set {
            let name = setting.name;
            commands.push(Command::Options(OptionsCommand::Set { name, value }));
        }
        let is_default = setting.value == setting.default && !has_draft(options, setting);
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            let reset = ui.add_enabled(!is_default, Button::new(text::RESET));
            if reset
                .accessible_name(text::options::reset_setting(title))
                .clicked()
            {
                commands.push(Command::Options(OptionsCommand::Reset(setting.name)));
            }
        });
    });
    if let Some((name, reason)) = &options.refused
        && name == setting.name
    {
        ui.colored_label(theme::palette(ui.visuals()).error, reason);
    }
    ui.label(setting.what.trim_end_matches('.'));
    if let Some(cost) = setting.cost {
        ui.label(text::options::costs(cost));
    }
    ui.weak(facts(setting));
}

/// What the setting may be, what it is by default, and when it counts.
fn facts(setting: &Setting) -> String {
    let default = match (&setting.editor, &setting.default) {
        (SettingEditor::Choice(_), SettingValue::Text(choice)) => {
            text::options::choice_title(choice).to_owned()
        }
        (_, SettingValue::Number(0)) if text::options::zero_title(setting.name).is_some() => {
            text::options::zero_title(setting.name)
                .unwrap_or_default()
                .to_owned()
        }
        (_, SettingValue::Text(value) | SettingValue::Typed(value)) if value.is_empty() => {
            text::options::empty_title(setting.name).to_owned()
        }
        (_, default) => shown(default, setting.unit),
    };
    let mut facts = vec![text::options::default_is(&default)];
    if let SettingEditor::Number { least, most } = setting.editor {
        facts.push(text::options::from_to(
            &number(least, SettingUnit::None),
            &number(most, setting.unit),
        ));
    }
    facts.push(
        match setting.applies {
            SettingApplies::AtOnce => text::options::COUNTS_AT_ONCE,
            SettingApplies::AtNextStart => text::options::COUNTS_AT_NEXT_START,
            SettingApplies::AtNextIndex => text::options::COUNTS_AT_NEXT_INDEX,
        }
        .to_owned(),
    );
    facts.join(" · ")
}

fn shown(value: &SettingValue, unit: SettingUnit) -> String {
    match value {
        SettingValue::Number(value) => number(*value, unit),
        SettingValue::Switch(true) => text::ON.to_owned(),
        SettingValue::Switch(false) => text::OFF.to_owned(),
        SettingValue::Text(value) | SettingValue::Typed(value) => value.clone(),
    }
}

fn number(number: u64, unit: SettingUnit) -> String {
    format!("{}{}", text::count(number), suffix(unit))
}

fn suffix(unit: SettingUnit) -> &'static str {
    match unit {
        SettingUnit::None => "",
        SettingUnit::Megabytes => " MB",
        SettingUnit::Seconds => " s",
        SettingUnit::Pixels => " px",
        SettingUnit::Percent => " %",
        SettingUnit::Points => " pt",
    }
}

fn has_draft(options: &Options, setting: &Setting) -> bool {
    let draft = options.draft.as_ref();
    draft.is_some_and(|it| it.0 == setting.name)
}

/// The value as it can be changed; gives what was set.
fn editor_ui(
    ui: &mut Ui,
    options: &mut Options,
    setting: &Setting,
    title: &str,
) -> Option<SettingValue> {
    let value = match &options.draft {
        Some((name, draft)) if *name == setting.name => draft,
        _ => &setting.value,
    };
    match (&setting.editor, value) {
        (SettingEditor::Number { least, most }, SettingValue::Number(value)) => {
            let mut number = *value;
            let stepped = stepped_ui(ui, *value, *least..=*most, title, |ui| {
                let zero = text::options::zero_title(setting.name);
                let drag = DragValue::new(&mut number)
                    .range(*least..=*most)
                    .suffix(match zero {
                        Some(_) if *value == 0 => "",
                        _ => suffix(setting.unit),
                    })
                    .custom_formatter(move |number, _| match zero {
                        Some(zero) if number < 0.5 => zero.to_owned(),
                        _ => text::count(number as u64),
                    })
                    .custom_parser(move |typed| parsed(typed, zero))
                    .update_while_editing(false);
                ui.add(drag)
                    .on_hover_text(text::options::DRAG_HINT)
                    .accessible_name(title)
            });
            let (field, step) = stepped;
            if let Some(step) = step {
                return Some(SettingValue::Number(step));
            }
            // While it is dragged nothing is set, for each value would be written.
            if field.changed() {
                options.draft = Some((setting.name, SettingValue::Number(number)));
            }
            let is_done = field.drag_stopped() || (field.changed() && !field.dragged());
            is_done.then_some(SettingValue::Number(number))
        }
        (SettingEditor::Switch, SettingValue::Switch(value)) => {
            let mut is_on = *value;
            let said = if is_on { text::ON } else { text::OFF };
            let switch = ui.checkbox(&mut is_on, said).accessible_name(title);
            switch.changed().then_some(SettingValue::Switch(is_on))
        }
        (SettingEditor::Choice(choices), SettingValue::Text(value)) => {
            let mut chosen = None;
            let choice = ComboBox::from_id_salt(setting.name)
                .width(theme::FIELD_WIDTH.min(room_beside_reset(ui)))
                .selected_text(text::options::choice_title(value))
                .show_ui(ui, |ui| {
                    for choice in *choices {
                        let entry = ui
                            .selectable_label(choice == value, text::options::choice_title(choice));
                        if entry.clicked() {
                            chosen = Some(SettingValue::Text((*choice).to_owned()));
                        }
                    }
                });
            let said = format!("{title}: {}", text::options::choice_title(value));
            choice.response.accessible_name(said);
            chosen
        }
        (_, SettingValue::Text(value)) => {
            let typed = typed_ui(ui, options, setting, title, value.clone())?;
            Some(SettingValue::Text(typed))
        }
        (_, SettingValue::Typed(value)) => {
            let typed = typed_ui(ui, options, setting, title, value.clone())?;
            Some(SettingValue::Typed(typed))
        }
        (_, SettingValue::Number(_) | SettingValue::Switch(_)) => None,
    }
}

/// What `add_field` adds between two buttons, which give a value a step below and above.
fn stepped_ui(
    ui: &mut Ui,
    value: u64,
    range: RangeInclusive<u64>,
    title: &str,
    add_field: impl FnOnce(&mut Ui) -> Response,
) -> (Response, Option<u64>) {
    let (least, most) = range.into_inner();
    let step = step_of(value);
    let less = ui.add_enabled(value > least, Button::new("−"));
    let less = less.accessible_name(text::options::less(title));
    let field = add_field(ui);
    let more = ui.add_enabled(value < most, Button::new("+"));
    let more = more.accessible_name(text::options::more(title));
    let stepped = if less.clicked() {
        Some(
            value
                .saturating_sub(step_of(value.saturating_sub(1)))
                .max(least),
        )
    } else if more.clicked() {
        Some(value.saturating_add(step).min(most))
    } else {
        None
    };
    (field, stepped)
}

/// A number as people write it, with its unit and commas between thousands.
fn parsed(typed: &str, zero: Option<&str>) -> Option<f64> {
    if zero == Some(typed.trim()) {
        return Some(0.0);
    }
    let digits = typed
        .trim()
        .trim_end_matches(|it: char| !it.is_ascii_digit());
    digits.replace([',', ' '], "").parse().ok()
}

/// About a tenth, as people count: 1 below 20, 10 below 200, 100 below 2,000.
fn step_of(value: u64) -> u64 {
    10_u64.pow((value / 2).max(1).ilog10())
}

/// Of the button beside a field, and the gaps around it, points.
const RESET_WIDTH: f32 = 84.0;

fn room_beside_reset(ui: &Ui) -> f32 {
    (ui.available_width() - RESET_WIDTH).max(theme::SEARCH_LEAST_WIDTH)
}

/// A field; gives the text once it is done.
fn typed_ui(
    ui: &mut Ui,
    options: &mut Options,
    setting: &Setting,
    title: &str,
    mut typed: String,
) -> Option<String> {
    let hint = match &setting.editor {
        SettingEditor::Typed(hint) => hint.as_str(),
        _ => "",
    };
    let width = (theme::FIELD_WIDTH * 1.5).min(room_beside_reset(ui));
    let field = TextEdit::singleline(&mut typed)
        .hint_text(text::options::empty_title(setting.name))
        .desired_width(width);
    let field = ui.add(field).accessible_name(title);
    if field.changed() {
        let draft = match setting.value {
            SettingValue::Typed(_) => SettingValue::Typed(typed.clone()),
            _ => SettingValue::Text(typed.clone()),
        };
        options.draft = Some((setting.name, draft));
    }
    let is_done = field.lost_focus() && has_draft(options, setting);
    if !hint.is_empty() {
        field.on_hover_text(hint);
    }
    is_done.then_some(typed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_they_are_shown() {
        assert_eq!(parsed("16,384 MB", None), Some(16_384.0));
        assert_eq!(parsed("no limit", Some("no limit")), Some(0.0));
        assert_eq!(parsed(" 5s", None), Some(5.0));
        assert_eq!(parsed("much", None), None);
    }

    #[test]
    fn steps_are_about_a_tenth_and_never_nothing() {
        for (value, step) in [(0, 1), (1, 1), (19, 1), (20, 10), (199, 10), (200, 100)] {
            assert_eq!(step_of(value), step, "{value}");
        }
        assert!(step_of(u64::MAX) < u64::MAX);
    }
}
