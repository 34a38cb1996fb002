//! Settings as the window sees and changes them, by the same rules as the file.

use toml::de::DeTable;

use super::Settings;
use super::keys::{KEYS, Key};
use super::kinds::Kind;
use crate::message::{Setting, SettingValue};

impl Settings {
    /// Everything that can be set, in the order of the file. Keys are left out:
    /// they are changed where the commands are listed.
    pub fn list(&self) -> Vec<Setting> {
        let (mut values, mut defaults) = (self.clone(), Self::default());
        KEYS.iter()
            .filter(|key| !matches!(key.kind, Kind::Keys(_)))
            .map(|key| Setting {
                name: key.name,
                what: key.what,
                group: key.group,
                unit: key.unit,
                editor: key.kind.editor(),
                value: key.kind.shown(&mut values),
                default: key.kind.shown(&mut defaults),
                applies: key.applies,
                cost: key.cost,
            })
            .collect()
    }

    /// Sets one by its name; an error says why not, and what can be set.
    pub fn set(&mut self, name: &str, value: &SettingValue) -> Result<(), String> {
        let key = key_named(name)?;
        let text = match value {
            SettingValue::Number(number) => number.to_string(),
            SettingValue::Switch(is_on) => is_on.to_string(),
            SettingValue::Text(text) => toml_edit::Value::from(text.as_str()).to_string(),
            SettingValue::Typed(typed) => key.kind.toml_of(typed),
        };
        let line = format!("{name} = {text}\n");
        let refused = |settings: &mut Self| key.kind.refusal(settings);
        let Ok(table) = DeTable::parse(&line) else {
            return Err(refused(self));
        };
        let table = table.into_inner();
        let mut lines = table.iter();
        match (lines.next(), lines.next()) {
            (Some((_, value)), None) if key.kind.read(self, value.get_ref()) => Ok(()),
            _ => Err(refused(self)),
        }
    }

    /// Sets one as it is by default.
    pub fn reset(&mut self, name: &str) -> Result<(), String> {
        let key = key_named(name)?;
        let value = key.kind.shown(&mut Self::default());
        self.set(key.name, &value)
    }
}

fn key_named(name: &str) -> Result<&'static Key, String> {
    KEYS.iter()
        .find(|it| it.name == name)
        .ok_or_else(|| format!("There is no setting “{name}”"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_obeys_the_rules_of_the_file() {
        let mut settings = Settings::default();
        let text = |it: &str| SettingValue::Text(it.to_owned());
        let toml = |it: &str| SettingValue::Typed(it.to_owned());
        for (name, value) in [
            ("ui_scale", SettingValue::Number(200)),
            ("theme", text("dark")),
            ("semantic_similarity", SettingValue::Switch(false)),
            ("similarity_idle_secs", toml("30")),
            ("pinned", toml("[\"sqlite\"]")),
            ("give_back_order", toml("picture, \"thumbnails\"")),
            ("model_mean", toml("0.5, 1,2")),
            ("model_std", toml("127.5")),
            ("model_path", text("a \"b\"\n\\c")),
        ] {
            assert_eq!(settings.set(name, &value), Ok(()), "{name}");
        }
        assert_eq!((settings.ui_scale, &*settings.theme), (200, "dark"));
        assert_eq!(settings.model.mean, [0.5, 1.0, 2.0]);
        assert_eq!(settings.model.std, [127.5]);
        let shown = |settings: &Settings, name: &str| {
            let list = settings.list();
            let found = list.iter().find(|it| it.name == name);
            found.map(|it| it.value.clone())
        };
        assert_eq!(shown(&settings, "model_mean"), Some(toml("0.5, 1.0, 2.0")));
        let order = shown(&settings, "give_back_order");
        assert_eq!(order, Some(toml("picture, thumbnails")));
        assert_eq!(shown(&settings, "similarity_idle_secs"), Some(toml("30")));
        assert_eq!(shown(&Settings::default(), "pinned"), Some(toml("")));
        assert_eq!(settings.model.path, "a \"b\"\n\\c");
        for (name, value, way_out) in [
            ("ui_scale", SettingValue::Number(99), "100 to 300"),
            ("theme", text("pink"), "high_contrast"),
            ("theme", SettingValue::Switch(true), "\"dark\" is used"),
            ("similarity_idle_secs", toml("1\npinned = []"), "never"),
            ("pinned", toml("[\"cats\"]"), "thumbnails"),
            ("pinned", toml("["), "thumbnails"),
            ("colour", text("pink"), "no setting “colour”"),
        ] {
            let refused = settings.set(name, &value).unwrap_err();
            assert!(refused.contains(way_out), "{name}: {refused}");
        }
        assert_eq!(settings.pinned.len(), 1);
        assert_eq!(settings.reset("pinned"), Ok(()));
        assert_eq!(settings.pinned, []);
    }

    #[test]
    fn each_value_that_is_shown_can_be_set_again() {
        let mut settings = Settings::default();
        for setting in Settings::default().list() {
            assert_eq!(setting.value, setting.default, "{}", setting.name);
            assert_eq!(settings.set(setting.name, &setting.value), Ok(()));
        }
        assert_eq!(settings, Settings::default());
    }
}
