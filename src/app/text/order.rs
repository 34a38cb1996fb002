//! The order in which the words of a name stand on the screen.
//!
//! egui shapes Hebrew, Arabic and their like from right to left word by word,
//! but puts the words of a line, and what stands between them, from left to
//! right. So a name is given to it with its words in the order in which they
//! are seen: that of the [Unicode bidirectional
//! algorithm](https://www.unicode.org/reports/tr9/). What is meant for a
//! screen reader, the clipboard or a search stays as it is.
//!
//! Of one line: where such a text breaks into several, the first line has what
//! is read last.

use std::borrow::Cow;

use unicode_bidi::{BidiClass, BidiInfo, Level, bidi_class};

/// No script that runs from right to left, and no mark that could turn the
/// direction, comes before this one.
const FIRST_RIGHT_TO_LEFT: char = '\u{590}';

/// `name` as it is to be painted, with nothing in it that breaks the line.
pub fn on_screen(name: &str) -> Cow<'_, str> {
    let name = in_one_line(name);
    if name.chars().all(|it| it < FIRST_RIGHT_TO_LEFT) {
        return name;
    }
    // What follows the name of a file says what it is: it stays at the end.
    match name.rsplit_once('.') {
        Some((stem, extension)) if is_extension(extension) && !stem.is_empty() => {
            Cow::Owned(format!("{}.{extension}", in_visual_order(stem)))
        }
        _ => Cow::Owned(in_visual_order(&name)),
    }
}

/// `path` as it is to be painted: folder by folder from left to right, the
/// name of each in its own direction.
pub fn path_on_screen(path: &str) -> Cow<'_, str> {
    if path.chars().all(|it| it < FIRST_RIGHT_TO_LEFT) {
        return in_one_line(path);
    }
    let folders: Vec<_> = path.split('/').map(on_screen).collect();
    Cow::Owned(folders.join("/"))
}

/// Line breaks and other controls are written as in Rust: `\n`.
fn in_one_line(name: &str) -> Cow<'_, str> {
    if !name.contains(char::is_control) {
        return Cow::Borrowed(name);
    }
    let mut line = String::with_capacity(name.len() + 8);
    for char in name.chars() {
        if char.is_control() {
            line.extend(char.escape_default());
        } else {
            line.push(char);
        }
    }
    Cow::Owned(line)
}

fn is_extension(text: &str) -> bool {
    (1..=5).contains(&text.len()) && text.bytes().all(|it| it.is_ascii_alphanumeric())
}

/// Rule L2 of the algorithm, by words: a word of a script that runs from right
/// to left stays as it is, for egui turns it round.
fn in_visual_order(text: &str) -> String {
    let bidi = BidiInfo::new(text, None);
    let mut ordered = String::with_capacity(text.len());
    for paragraph in &bidi.paragraphs {
        let (levels, runs) = bidi.visual_runs(paragraph, paragraph.range.clone());
        for run in runs {
            let level = levels.get(run.start).copied().unwrap_or(Level::ltr());
            let Some(run) = text.get(run) else { continue };
            if level.is_rtl() {
                push_reversed(run, &mut ordered);
            } else {
                ordered.push_str(run);
            }
        }
    }
    ordered
}

fn push_reversed(run: &str, ordered: &mut String) {
    // The words, and the signs between them, as ranges of bytes.
    let mut pieces: Vec<(usize, usize)> = Vec::new();
    let mut is_in_word = false;
    for (at, char) in run.char_indices() {
        let is_of_word = match bidi_class(char) {
            BidiClass::R | BidiClass::AL => true,
            // A mark belongs to what it stands on.
            BidiClass::NSM | BidiClass::BN => is_in_word,
            _ => false,
        };
        let end = at + char.len_utf8();
        match pieces.last_mut() {
            Some(piece) if is_of_word && is_in_word => piece.1 = end,
            _ => pieces.push((at, end)),
        }
        is_in_word = is_of_word;
    }
    for &(start, end) in pieces.iter().rev() {
        ordered.extend(
            run.get(start..end)
                .into_iter()
                .flat_map(str::chars)
                .map(mirrored),
        );
    }
}

/// Rule L4: a bracket opens towards what it holds.
fn mirrored(char: char) -> char {
    match char {
        '(' => ')',
        ')' => '(',
        '[' => ']',
        ']' => '[',
        '{' => '}',
        '}' => '{',
        '<' => '>',
        '>' => '<',
        '«' => '»',
        '»' => '«',
        '‹' => '›',
        '›' => '‹',
        _ => char,
    }
}

#[cfg(test)]
mod tests {
    use super::{on_screen, path_on_screen};

    #[test]
    fn what_runs_from_left_to_right_stays_as_it_is() {
        for name in [
            "",
            "a cat (1).png",
            "日本語 の名前.jpg",
            "Ünïcode—name",
            "🦀 crab.gif",
        ] {
            assert_eq!(on_screen(name), name);
        }
    }

    #[test]
    fn words_that_run_from_right_to_left_follow_one_another_from_the_right() {
        assert_eq!(on_screen("שלום עולם"), "עולם שלום");
        assert_eq!(on_screen("قطة سوداء كبيرة"), "كبيرة سوداء قطة");
        assert_eq!(on_screen("שלום_עולם"), "עולם_שלום");
    }

    #[test]
    fn figures_and_foreign_words_keep_their_own_direction() {
        assert_eq!(on_screen("תמונה 123 חדשה"), "חדשה 123 תמונה");
        assert_eq!(on_screen("חתול black cat לבן"), "לבן black cat חתול");
        assert_eq!(on_screen("cat חתול לבן end"), "cat לבן חתול end");
    }

    #[test]
    fn brackets_open_towards_what_they_hold() {
        assert_eq!(on_screen("חתול (לבן)"), "(לבן) חתול");
    }

    #[test]
    fn an_extension_stays_at_the_end() {
        assert_eq!(on_screen("שלום עולם.jpg"), "עולם שלום.jpg");
        assert_eq!(on_screen(".שלום עולם"), "עולם שלום.");
    }

    #[test]
    fn folders_follow_one_another_from_the_left() {
        assert_eq!(
            path_on_screen("/home/me/תמונות שלי/ים המלח/א ב.png"),
            "/home/me/שלי תמונות/המלח ים/ב א.png"
        );
    }

    #[test]
    fn marks_stay_with_their_letters() {
        assert_eq!(on_screen("שָׁלוֹם עוֹלָם"), "עוֹלָם שָׁלוֹם");
    }

    #[test]
    fn controls_are_written_out() {
        assert_eq!(on_screen("two\nlines\u{7f}.png"), r"two\nlines\u{7f}.png");
        assert_eq!(path_on_screen("/a\tb/\u{85}c"), r"/a\tb/\u{85}c");
    }
}
