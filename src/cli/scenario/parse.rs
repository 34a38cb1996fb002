//! Reads scenarios. What can't be understood is told with its place and what
//! would be allowed there.

use std::time::Duration;

use crate::memory::{Action, Cache, Component};
use crate::message::SimilarMode;

use super::step::{Expect, Line, Metric, Operator, Size, Step, Value};

/// What `view` fits a picture into unless it is told otherwise.
const VIEW_SIZE: Size = (1280, 800);

/// A step that can't be understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}:{column}: {message}")]
pub(crate) struct ParseError {
    file: String,
    /// From 1, as are columns, which are counted in characters.
    line: usize,
    column: usize,
    message: String,
}

/// Values of an embedding, at most.
const MAX_DIMENSIONS: u32 = 16_384;

/// Repeats inside each other.
const MAX_DEPTH: usize = 8;

/// Reads a whole file; `file` is its name for errors.
///
/// No more than [`MAX_DEPTH`] repeats are inside each other.
pub(super) fn parse(file: &str, text: &str) -> Result<Vec<Line>, ParseError> {
    // Of each `repeat` that is open: its line, its text and how often.
    let mut open: Vec<(usize, String, u32)> = Vec::new();
    // One list more than there are open `repeat`s.
    let mut lists: Vec<Vec<Line>> = vec![Vec::new()];
    for (number, raw) in (1..).zip(text.lines()) {
        let mut words = Words::new(file, number, without_comment(raw));
        let Some((column, word)) = words.next() else {
            continue;
        };
        let text = words.line.trim().to_owned();
        let line = match word {
            "repeat" => {
                let num = words.number("how often: repeat 3 {")?;
                words.exactly("{")?;
                words.end()?;
                if open.len() == MAX_DEPTH {
                    return Err(words.error(
                        column,
                        &format!("no more than {MAX_DEPTH} repeats may be inside each other"),
                    ));
                }
                open.push((number, text, num));
                lists.push(Vec::new());
                continue;
            }
            "}" => {
                words.end()?;
                let Some((number, text, num)) = open.pop() else {
                    return Err(words.error(column, "there is no repeat that this } ends"));
                };
                let lines = lists.pop().unwrap_or_default();
                let step = Step::Repeat { num, lines };
                Line { number, text, step }
            }
            _ => Line {
                number,
                step: step(&mut words, column, word)?,
                text,
            },
        };
        if let Some(list) = lists.last_mut() {
            list.push(line);
        }
    }
    if let Some((line, ..)) = open.pop() {
        return Err(ParseError {
            file: file.to_owned(),
            line,
            column: 1,
            message: "this repeat has no end; end it by a line with }".to_owned(),
        });
    }
    Ok(lists.pop().unwrap_or_default())
}

/// `#` begins a comment at the start of a line and after a space, so that
/// queries may have it inside of words.
fn without_comment(line: &str) -> &str {
    let starts = line.match_indices('#').map(|(at, _)| at);
    let is_start = |at: &usize| *at == 0 || line[..*at].ends_with(char::is_whitespace);
    let end = starts.into_iter().find(is_start);
    end.map_or(line, |at| &line[..at])
}

fn step(words: &mut Words<'_>, column: usize, word: &str) -> Result<Step, ParseError> {
    let step = match word {
        "library" => Step::Library(words.rest("a path")?),
        "synth" => Step::Synth {
            posts: words.number("how many posts")?,
            tags: words.number("how many tags")?,
        },
        "demo" => Step::Demo,
        "open" => Step::Open,
        "close" => Step::Close,
        // Nothing finds everything.
        "query" => Step::Query(words.rest("").unwrap_or_default()),
        "complete" => Step::Complete(words.rest("the beginning of a tag")?),
        "import" => Step::Import(words.rest("a path")?),
        "import-start" => Step::ImportStart(words.rest("a path")?),
        "import-wait" => Step::ImportWait,
        "make-picture" => {
            let (column, path) = words.word("a path that ends in .png or .jpg")?;
            if !path.ends_with(".png") && !path.ends_with(".jpg") {
                return Err(words.error(column, "a picture's name ends in .png or .jpg"));
            }
            Step::MakePicture {
                path: path.to_owned(),
                size: words.size()?,
            }
        }
        "make-pictures" => Step::MakePictures {
            path: words.word("a path")?.1.to_owned(),
            num: words.number("how many pictures")?,
            size: words.size()?,
        },
        "scroll" => Step::Scroll(words.number("how many posts")?),
        "view" => view(words)?,
        "embeddings" => {
            let dimensions = words.number("how many values each has")?;
            if !(1..=MAX_DIMENSIONS).contains(&dimensions) {
                let message = format!("an embedding has 1 to {MAX_DIMENSIONS} values");
                return Err(words.error(column, &message));
            }
            Step::Embeddings { dimensions }
        }
        "index" => Step::Index,
        "similar" => {
            let modes = SimilarMode::ALL.map(SimilarMode::name).join(", ");
            let (column, name) = words.word(&format!("how: {modes}"))?;
            let mode = SimilarMode::ALL.into_iter().find(|it| it.name() == name);
            let mode = mode.ok_or_else(|| words.error(column, &format!("expected {modes}")))?;
            Step::Similar(mode)
        }
        "unload" => Step::Unload,
        "wait" => Step::Wait(words.time()?),
        "release" => release(words)?,
        "budget" => {
            let (column, word) = words.word("a size like 128MB, or none")?;
            Step::Budget(match word {
                "none" => None,
                _ => Some(
                    bytes(word)
                        .ok_or_else(|| words.error(column, "expected a size like 128MB, or none"))?
                        as u64,
                ),
            })
        }
        "report" => Step::Report,
        "mark" => {
            let (column, name) = words.word("a name")?;
            if !is_name(name) {
                let message = "a mark's name is letters, digits and _, a letter first";
                return Err(words.error(column, message));
            }
            Step::Mark(name.to_owned())
        }
        "expect" => Step::Expect(expect(words)?),
        _ => {
            let message = format!(
                "there is no step {word:?}; steps are library, synth, demo, open, close, query, \
                 complete, import, import-start, import-wait, make-picture, make-pictures, \
                 scroll, view, embeddings, index, similar, unload, wait, release, budget, report, mark, \
                 expect, repeat"
            );
            return Err(words.error(column, &message));
        }
    };
    words.end()?;
    Ok(step)
}

fn release(words: &mut Words<'_>) -> Result<Step, ParseError> {
    let column = words.at;
    let Ok(what) = words.rest("") else {
        return Ok(Step::Release(Action::ReleaseAll));
    };
    let mut components = Component::ALL.into_iter();
    let action = match Cache::named(&what) {
        Some(cache) => Some(Action::GiveBack(cache)),
        None => components.find(|it| it.name() == what).map(Action::Purge),
    };
    let caches = Cache::ALL.map(Cache::name).join(", ");
    let rows = Component::ALL.map(Component::name).join(", ");
    action.map(Step::Release).ok_or_else(|| {
        words.error(
            column,
            &format!("nothing is called {what:?}; caches are {caches}, rows are {rows}"),
        )
    })
}

fn view(words: &mut Words<'_>) -> Result<Step, ParseError> {
    let text = words.rest("a post's number, a query or a path")?;
    let last = text.rsplit_once(char::is_whitespace);
    Ok(
        match last.and_then(|(what, last)| Some((what, size_of(last)?))) {
            Some((what, size)) => Step::View {
                what: what.trim_end().to_owned(),
                size,
            },
            None => Step::View {
                what: text,
                size: VIEW_SIZE,
            },
        },
    )
}

fn expect(words: &mut Words<'_>) -> Result<Expect, ParseError> {
    let names = Metric::NAMED.map(|it| it.0).join(", ");
    let metrics = format!("what to look at: {names}, or row \"NAME\"");
    let (column, name) = words.word(&metrics)?;
    let metric = match Metric::NAMED.into_iter().find(|it| it.0 == name) {
        Some((_, metric)) => metric,
        None if name == "row" => Metric::Row(words.quoted()?),
        None => return Err(words.error(column, &format!("expected {metrics}"))),
    };
    let (column, name) = words.word("<=, >=, < or >")?;
    let operator = Operator::NAMED
        .into_iter()
        .find(|it| it.0 == name)
        .map(|it| it.1)
        .ok_or_else(|| words.error(column, "expected <=, >=, < or >"))?;
    let mut values = vec![words.value(&metric)?];
    while let Some((column, word)) = words.next() {
        if word != "or" {
            return Err(words.error(column, "expected or, or the end of the line"));
        }
        values.push(words.value(&metric)?);
    }
    Ok(Expect {
        metric,
        operator,
        values,
    })
}

/// A line, word by word.
struct Words<'a> {
    file: &'a str,
    number: usize,
    line: &'a str,
    /// Where the next word is looked for, in bytes.
    at: usize,
}

impl<'a> Words<'a> {
    fn new(file: &'a str, number: usize, line: &'a str) -> Self {
        Self {
            file,
            number,
            line,
            at: 0,
        }
    }

    /// At this byte of the line.
    fn error(&self, at: usize, message: &str) -> ParseError {
        let before = self.line.get(..at).unwrap_or(self.line);
        ParseError {
            file: self.file.to_owned(),
            line: self.number,
            column: before.chars().count() + 1,
            message: message.to_owned(),
        }
    }

    fn skip_space(&mut self) -> &'a str {
        let rest = self.line.get(self.at..).unwrap_or_default();
        let trimmed = rest.trim_start();
        self.at += rest.len() - trimmed.len();
        trimmed
    }

    /// The next word and its byte.
    fn next(&mut self) -> Option<(usize, &'a str)> {
        let rest = self.skip_space();
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let at = self.at;
        self.at += end;
        (end > 0).then(|| (at, &rest[..end]))
    }

    fn word(&mut self, expected: &str) -> Result<(usize, &'a str), ParseError> {
        let found = self.next();
        found.ok_or_else(|| self.error(self.at, &format!("expected {expected}")))
    }

    /// All that is left.
    fn rest(&mut self, expected: &str) -> Result<String, ParseError> {
        let rest = self.skip_space().trim_end();
        if rest.is_empty() {
            return Err(self.error(self.at, &format!("expected {expected}")));
        }
        self.at = self.line.len();
        Ok(rest.to_owned())
    }

    fn exactly(&mut self, wanted: &str) -> Result<(), ParseError> {
        let expected = format!("expected {wanted}");
        match self.word(wanted)? {
            (_, word) if word == wanted => Ok(()),
            (at, _) => Err(self.error(at, &expected)),
        }
    }

    fn end(&mut self) -> Result<(), ParseError> {
        match self.next() {
            Some((at, _)) => Err(self.error(at, "expected the end of the line")),
            None => Ok(()),
        }
    }

    /// From 1.
    fn number(&mut self, what: &str) -> Result<u32, ParseError> {
        let expected = format!("a whole number from 1: {what}");
        let (at, word) = self.word(&expected)?;
        let number = word.replace(['_', ','], "").parse().ok();
        let number = number.filter(|it| *it > 0);
        number.ok_or_else(|| self.error(at, &format!("expected {expected}")))
    }

    fn size(&mut self) -> Result<Size, ParseError> {
        let expected = "a size in pixels like 640x480, sides from 1 to 65535";
        let (at, word) = self.word(expected)?;
        size_of(word).ok_or_else(|| self.error(at, &format!("expected {expected}")))
    }

    fn time(&mut self) -> Result<Duration, ParseError> {
        let expected = "a time: 500ms, 10s or 5min";
        let (at, word) = self.word(expected)?;
        time_of(word).ok_or_else(|| self.error(at, &format!("expected {expected}")))
    }

    fn quoted(&mut self) -> Result<String, ParseError> {
        let expected = "a row's name in quotes: row \"tag cache\"";
        let rest = self.skip_space();
        let error = self.error(self.at, &format!("expected {expected}"));
        let inside = rest.strip_prefix('"').ok_or(error.clone())?;
        let end = inside.find('"').ok_or(error)?;
        self.at += end + 2;
        Ok(inside[..end].to_owned())
    }

    fn value(&mut self, metric: &Metric) -> Result<Value, ParseError> {
        let expected = match metric {
            Metric::Alarms => "a number, or a mark's name",
            _ => "a size like 40MB, a share like 3%, or a mark: start, start+5%, start-1MB",
        };
        let (at, word) = self.word(expected)?;
        let value = value_of(word).filter(|it| match metric {
            Metric::Alarms => matches!(it, Value::Plain(_) | Value::Mark { .. }),
            _ => !matches!(it, Value::Plain(_)),
        });
        value.ok_or_else(|| self.error(at, &format!("expected {expected}")))
    }
}

fn value_of(word: &str) -> Option<Value> {
    if let Some(bytes) = bytes(word) {
        return Some(Value::Bytes(bytes));
    }
    if let Some(share) = share(word) {
        return Some(Value::Share(share));
    }
    if let Some(number) = decimal(word) {
        return Some(Value::Plain(number));
    }
    let end = word.find(['+', '-']).unwrap_or(word.len());
    let (name, change) = word.split_at(end);
    if !is_name(name) {
        return None;
    }
    let name = name.to_owned();
    let (mut factor, mut more) = (1.0, 0.0);
    if let Some(sign) = change.chars().next() {
        let sign = if sign == '-' { -1.0 } else { 1.0 };
        let amount = &change[1..];
        match (share(amount), bytes(amount)) {
            (Some(share), _) => factor += sign * share,
            (None, Some(bytes)) => more = sign * bytes,
            (None, None) => return None,
        }
    }
    Some(Value::Mark {
        name,
        factor,
        bytes: more,
    })
}

fn is_name(word: &str) -> bool {
    let is_inside = |it: char| it.is_alphanumeric() || it == '_';
    word.starts_with(char::is_alphabetic) && word.chars().all(is_inside)
}

/// Digits, with a point perhaps: no sign, no exponent.
fn decimal(word: &str) -> Option<f64> {
    let is_number = word.chars().all(|it| it.is_ascii_digit() || it == '.');
    is_number.then(|| word.parse().ok()).flatten()
}

fn bytes(word: &str) -> Option<f64> {
    let units = [("KB", 10), ("MB", 20), ("GB", 30)];
    let (number, shift) = units
        .iter()
        .find_map(|(unit, shift)| Some((word.strip_suffix(unit)?, shift)))?;
    Some(decimal(number)? * f64::from(1u32 << shift))
}

fn share(word: &str) -> Option<f64> {
    Some(decimal(word.strip_suffix('%')?)? / 100.0)
}

fn time_of(word: &str) -> Option<Duration> {
    // Longer units first: `ms` ends in `s`.
    let units = [("ms", 0.001), ("min", 60.0), ("s", 1.0)];
    let (number, secs) = units
        .iter()
        .find_map(|(unit, secs)| Some((word.strip_suffix(unit)?, secs)))?;
    Duration::try_from_secs_f64(decimal(number)? * secs).ok()
}

fn size_of(word: &str) -> Option<Size> {
    let (width, height) = word.split_once('x')?;
    let side = |it: &str| it.parse::<u16>().ok().filter(|it| *it > 0).map(u32::from);
    Some((side(width)?, side(height)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(text: &str) -> Vec<Step> {
        let lines = parse("f", text).unwrap();
        lines.into_iter().map(|it| it.step).collect()
    }

    fn error(text: &str) -> String {
        parse("f", text).unwrap_err().to_string()
    }

    #[test]
    fn steps_are_read_with_their_arguments() {
        let text = "# a comment\n\n  synth 15_000 21,000 # more\nquery 1girl  c#  -hat\n\
                    view red hat 640x480\nview 12\nwait 1.5s\nbudget none\nbudget 128MB\n\
                    make-picture $tmp/a.png 20000x14000";
        assert_eq!(
            steps(text),
            [
                Step::Synth {
                    posts: 15_000,
                    tags: 21_000
                },
                Step::Query("1girl  c#  -hat".to_owned()),
                Step::View {
                    what: "red hat".to_owned(),
                    size: (640, 480)
                },
                Step::View {
                    what: "12".to_owned(),
                    size: VIEW_SIZE
                },
                Step::Wait(Duration::from_millis(1500)),
                Step::Budget(None),
                Step::Budget(Some(128 << 20)),
                Step::MakePicture {
                    path: "$tmp/a.png".to_owned(),
                    size: (20_000, 14_000)
                },
            ]
        );
    }

    #[test]
    fn expectations_are_read() {
        let text = "expect unexplained <= 3%\nexpect row \"tag cache\" < 3MB or 256KB\n\
                    expect anonymous <= start+5% or start-1MB\nexpect alarms <= 0";
        let mark = |factor: f64, bytes: f64| Value::Mark {
            name: "start".to_owned(),
            factor,
            bytes,
        };
        let expected = [
            (
                Metric::Unexplained,
                Operator::AtMost,
                vec![Value::Share(0.03)],
            ),
            (
                Metric::Row("tag cache".to_owned()),
                Operator::Below,
                vec![
                    Value::Bytes(3.0 * 1024.0 * 1024.0),
                    Value::Bytes(256.0 * 1024.0),
                ],
            ),
            (
                Metric::Anonymous,
                Operator::AtMost,
                vec![mark(1.05, 0.0), mark(1.0, -1024.0 * 1024.0)],
            ),
            (Metric::Alarms, Operator::AtMost, vec![Value::Plain(0.0)]),
        ]
        .map(|(metric, operator, values)| {
            Step::Expect(Expect {
                metric,
                operator,
                values,
            })
        });
        assert_eq!(steps(text), expected);
    }

    #[test]
    fn repeats_nest() {
        let lines = parse("f", "repeat 2 {\nopen\nrepeat 3 {\nclose\n}\n}\nopen").unwrap();
        assert_eq!(lines.len(), 2);
        let Step::Repeat { num: 2, lines } = &lines[0].step else {
            panic!("{lines:?}");
        };
        assert_eq!((lines[0].number, lines[1].number), (2, 3));
        assert!(matches!(&lines[1].step, Step::Repeat { num: 3, lines } if lines.len() == 1));
    }

    #[test]
    fn errors_name_the_place_and_what_is_allowed() {
        for (text, start, says) in [
            ("open\n  fly away", "f:2:3: ", "query"),
            ("synth 10", "f:1:9: ", "how many tags"),
            ("synth ten 3", "f:1:7: ", "whole number"),
            ("scroll 0", "f:1:8: ", "from 1"),
            ("embeddings 4294967295", "f:1:1: ", "values"),
            ("similar looks", "f:1:9: ", "semantic"),
            ("open now", "f:1:6: ", "end of the line"),
            ("wait 3h", "f:1:6: ", "500ms"),
            ("budget 12", "f:1:8: ", "128MB"),
            ("view", "f:1:5: ", "query"),
            ("expect size < 3MB", "f:1:8: ", "unexplained"),
            ("expect rss = 3MB", "f:1:12: ", "<="),
            ("expect rss <= 3", "f:1:15: ", "40MB"),
            ("expect alarms <= 3%", "f:1:18: ", "a number"),
            ("expect row tag < 3MB", "f:1:12: ", "quotes"),
            ("expect rss <= a+3", "f:1:15: ", "start+5%"),
            ("expect rss < 3MB 4MB", "f:1:18: ", "or"),
            ("}", "f:1:1: ", "no repeat"),
            ("open\nrepeat 2 {\nopen", "f:2:1: ", "no end"),
            ("repeat 2", "f:1:9: ", "{"),
            ("make-picture a.gif 3x3", "f:1:14: ", ".png"),
            ("make-picture é.png 0x3", "f:1:20: ", "640x480"),
            ("mark 5", "f:1:6: ", "letter"),
        ] {
            let said = error(text);
            assert!(
                said.starts_with(start) && said.contains(says),
                "{text}: {said}"
            );
        }
    }
}
