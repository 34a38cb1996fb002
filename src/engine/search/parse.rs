//! Text to [`Query`].
//!
//! Danbooru's language: `a b` (or `a and b`) is AND, `a or b`, `~a ~b`, `-a`,
//! parentheses, `*`, `name:value`, `artist:name`. Gelbooru's `{a ~ b}` is
//! `(a or b)` and its `sort:` is `order:`. Tags are typed as they are, even `:d`,
//! `>:)` and `fate/stay_night`; where a text could be read in several ways, a
//! tag that the library has wins, save over a metatag with a value that it takes.
//! `"…"` makes a tag of anything.

use std::ops::Range;

use super::ast::{Expr, Order, Query};
use super::normalize::normalize;
use super::terms;
use crate::message::SearchError;

/// Signs and parentheses within each other; the evaluator is recursive too.
const MAX_DEPTH: usize = 100;

/// Longer words are no tags; normalising them again and again would take long.
const MAX_TAG_BYTES: usize = 4096;

/// Mistakes that one suggestion puts right, each found only when the one before it is gone.
const MAX_CORRECTIONS: usize = 4;

/// What decides how a text is read.
pub trait Vocabulary {
    /// There is a tag of this name, or that it is another name of. Normalised.
    fn has_tag(&self, name: &str) -> bool;

    /// There is a finer category of this name. Normalised.
    fn has_category(&self, name: &str) -> bool {
        let _ = name;
        false
    }
}

impl<F: Fn(&str) -> bool> Vocabulary for F {
    fn has_tag(&self, name: &str) -> bool {
        self(name)
    }
}

/// A query and where its tags stand in the text.
#[derive(Clone, Debug, PartialEq)]
pub struct Parsed {
    pub query: Query,
    pub tags: Vec<TagSpan>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct TagSpan {
    /// As [`super::InCategory`] has it, where one was asked for.
    pub category: Option<String>,
    /// Normalised; a pattern if it was one.
    pub name: String,
    /// In bytes of the text, without sign.
    pub range: Range<usize>,
}

/// Parses `text`. `now` is in seconds since 1970, for `age:` and `date:today`.
///
/// What an error suggests is a query that can be parsed, that a person may have meant,
/// and never blank.
pub fn parse(text: &str, words: &dyn Vocabulary, now: i64) -> Result<Parsed, SearchError> {
    read(text, words, now).map_err(|err| SearchError {
        suggestion: working(err.suggestion, text, words, now),
        ..err
    })
}

/// Parses `text`; what an error suggests may have other mistakes.
fn read(text: &str, words: &dyn Vocabulary, now: i64) -> Result<Parsed, SearchError> {
    let attempt = |closes_eagerly| {
        let parser = Parser {
            text,
            words,
            now,
            closes_eagerly,
            at: 0,
            open: Vec::new(),
            depth: 0,
            order: None,
            limit: None,
            tags: Vec::new(),
        };
        parser.query()
    };
    // `(a ;)` can end in the tag `;)` or in `;` and a parenthesis: the first
    // reading that makes a whole query holds.
    attempt(false).or_else(|err| attempt(true).map_err(|_| err))
}

/// `suggestion` where it is a query; else what its own errors suggest, until that is one.
/// `typed` is what it is to be better than.
fn working(
    mut suggestion: Option<String>,
    typed: &str,
    words: &dyn Vocabulary,
    now: i64,
) -> Option<String> {
    for _ in 0..MAX_CORRECTIONS {
        let text = suggestion.filter(|it| !it.trim().is_empty())?;
        match read(&text, words, now) {
            Ok(parsed) => return makes_sense(&parsed, &text, typed, words).then_some(text),
            Err(err) => suggestion = err.suggestion,
        }
    }
    None
}

/// Whether a person may have meant `suggestion`: no sign stands before another that was
/// not typed so, and no tag is made of signs alone, but for those that there are.
fn makes_sense(parsed: &Parsed, suggestion: &str, typed: &str, words: &dyn Vocabulary) -> bool {
    let is_doubled = |word: &&str| {
        let bare = word.trim_start_matches(['-', '~']);
        word.len() > bare.len() + 1 && !words.has_tag(&normalize(word))
    };
    let mut doubled = suggestion.split_whitespace().filter(is_doubled);
    let is_typed = |word: &str| typed.split_whitespace().any(|it| it == word);
    doubled.all(is_typed)
        && parsed.tags.iter().all(|tag| {
            let is_word = tag.name.chars().any(char::is_alphanumeric);
            is_word || tag.category.is_some() || words.has_tag(&tag.name)
        })
}

/// What groups: parentheses, or Gelbooru's braces.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Bracket {
    Round,
    Curly,
}

impl Bracket {
    fn opened_by(text: &str) -> Option<Self> {
        match text.as_bytes().first() {
            Some(b'(') => Some(Self::Round),
            Some(b'{') => Some(Self::Curly),
            _ => None,
        }
    }

    pub fn closing(self) -> char {
        match self {
            Self::Round => ')',
            Self::Curly => '}',
        }
    }

    fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Round => ("this parenthesis is", "these parentheses are"),
            Self::Curly => ("this brace is", "these braces are"),
        }
    }
}

pub(super) struct Parser<'a> {
    pub text: &'a str,
    pub words: &'a dyn Vocabulary,
    pub now: i64,
    /// A parenthesis closes a group wherever one is open.
    closes_eagerly: bool,
    pub at: usize,
    /// The groups that are open.
    pub open: Vec<Bracket>,
    depth: usize,
    pub order: Option<Order>,
    pub limit: Option<u64>,
    pub tags: Vec<TagSpan>,
}

impl<'a> Parser<'a> {
    fn query(mut self) -> Result<Parsed, SearchError> {
        let expr = self.alternatives()?;
        // `~a ~b c` is deeper than it looks, and is written `(a or b) c` elsewhere.
        if expr.as_ref().is_some_and(|it| it.depth() > MAX_DEPTH) {
            return Err(self.too_deep(0));
        }
        Ok(Parsed {
            query: Query {
                expr,
                order: self.order,
                limit: self.limit,
            },
            tags: self.tags,
        })
    }

    pub fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn skip_space(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    /// Up to the next white space.
    pub fn word(&self) -> &'a str {
        let rest = self.rest();
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        rest.get(..end).unwrap_or_default()
    }

    /// There is such a tag.
    pub fn has_tag(&self, word: &str) -> bool {
        !self.closes_eagerly && word.len() <= MAX_TAG_BYTES && self.words.has_tag(&normalize(word))
    }

    /// There is such a tag, by itself or after the category that it is asked of.
    pub fn knows(&self, word: &str) -> bool {
        self.has_tag(word)
            || terms::split_category(word, self.words).is_some_and(|(_, it)| self.has_tag(it))
    }

    /// What follows, up to the end of the groups that it ends, is a tag.
    fn at_known(&self) -> bool {
        let word = self.word();
        let len = self.without_closing(word);
        self.knows(word.get(..len).unwrap_or_default())
    }

    pub fn error(
        &self,
        at: usize,
        message: impl Into<String>,
        suggestion: Option<String>,
    ) -> SearchError {
        let before = self.text.get(..at).unwrap_or_default();
        SearchError {
            column: before.chars().count() + 1,
            message: message.into(),
            suggestion: suggestion.filter(|it| it != self.text),
        }
    }

    /// The whole text with a part of it replaced, for a suggestion.
    pub fn replaced(&self, range: Range<usize>, with: &str) -> Option<String> {
        const SIGNS: [char; 2] = ['-', '~'];
        let before = self.text.get(..range.start)?;
        let is_signed = before.ends_with(SIGNS);
        let before = before.trim_end();
        let after = self.text.get(range.end..)?.trim_start();
        let mut out = if is_signed && with.is_empty() {
            before.trim_end_matches(SIGNS).trim_end().to_owned()
        } else {
            before.to_owned()
        };
        let mut joins = is_signed && !with.is_empty();
        for part in [with, after] {
            joins |= out.is_empty() || out.ends_with(['(', '{']) || part.starts_with([')', '}']);
            if !part.is_empty() && !joins {
                out.push(' ');
            }
            out.push_str(part);
            joins = false;
        }
        Some(out.trim().to_owned())
    }

    fn deeper(&mut self, at: usize) -> Result<(), SearchError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.too_deep(at));
        }
        Ok(())
    }

    fn too_deep(&self, at: usize) -> SearchError {
        let message = format!("signs and parentheses are more than {MAX_DEPTH} deep");
        self.error(at, message, None)
    }

    /// `or`, or the lone `~` within braces.
    fn separator(&self) -> Option<&'static str> {
        if self.at_keyword("or") {
            return Some("or");
        }
        let is_curly = self.open.last() == Some(&Bracket::Curly);
        (is_curly && self.at_keyword("~")).then_some("~")
    }

    fn at_keyword(&self, keyword: &str) -> bool {
        let (start, after) = match self.rest().split_at_checked(keyword.len()) {
            Some((start, after)) => (start, after.chars().next()),
            None => return false,
        };
        let closing = self.open.last().map(|it| it.closing());
        let ends = after.is_none_or(|it| it.is_whitespace() || Some(it) == closing);
        start.eq_ignore_ascii_case(keyword) && ends
    }

    /// What ends the group that is open.
    fn at_close(&self) -> bool {
        let closing = self.open.last().map(|it| it.closing());
        closing.is_some_and(|it| self.rest().starts_with(it)) && !self.knows(self.word())
    }

    fn alternatives(&mut self) -> Result<Option<Expr>, SearchError> {
        let mut branches = Vec::new();
        let mut separator_at: Option<(usize, &str)> = None;
        loop {
            let before = self.tally();
            let branch = self.conjunction()?;
            let is_blank = branch.is_none() && before == self.tally();
            branches.extend(branch);
            self.skip_space();
            if let Some(separator) = self.separator() {
                let at = self.at;
                self.at += separator.len();
                if is_blank {
                    return Err(self.error(
                        at,
                        format!("“{separator}” has nothing before it; write tag {separator} tag"),
                        self.replaced(at..self.at, ""),
                    ));
                }
                separator_at = Some((at, separator));
                continue;
            }
            if let (Some((at, separator)), true) = (separator_at, is_blank) {
                return Err(self.error(
                    at,
                    format!("“{separator}” has nothing after it; write tag {separator} tag"),
                    self.replaced(at..at + separator.len(), ""),
                ));
            }
            break;
        }
        Ok(match branches.len() {
            0 | 1 => branches.pop(),
            _ => Some(Expr::Or(branches)),
        })
    }

    /// Changes when an `order:` or `limit:` was read, which leave no expression.
    fn tally(&self) -> (Option<Order>, Option<u64>) {
        (self.order, self.limit)
    }

    fn conjunction(&mut self) -> Result<Option<Expr>, SearchError> {
        let mut required = Vec::new();
        let mut optional = Vec::new();
        loop {
            self.skip_space();
            if self.rest().is_empty() || self.separator().is_some() || self.at_close() {
                break;
            }
            // The same as nothing, between two terms.
            let is_first = required.is_empty() && optional.is_empty();
            if !is_first && self.at_keyword("and") && !self.at_known() {
                self.at += "and".len();
                continue;
            }
            let start = self.at;
            if self.rest().starts_with('~') && !self.at_known() {
                self.at += 1;
                self.operand(start, "~")?;
                optional.extend(self.factor()?);
            } else {
                required.extend(self.factor()?);
            }
        }
        if !optional.is_empty() {
            required.push(one_or(optional, Expr::Or));
        }
        Ok(match required.len() {
            0 => None,
            _ => Some(one_or(required, Expr::And)),
        })
    }

    /// Something must follow a sign at once.
    fn operand(&mut self, start: usize, sign: &str) -> Result<(), SearchError> {
        let next = self.rest().chars().next();
        if next.is_none_or(char::is_whitespace) || self.at_close() {
            let message = format!("nothing follows “{sign}”; write {sign}tag");
            let mut joined = self.text.get(..self.at).unwrap_or_default().to_owned();
            joined.push_str(self.rest().trim_start());
            let has_operand = !self.rest().trim_start().is_empty() && !self.at_close();
            let suggestion = if has_operand {
                Some(joined)
            } else {
                self.replaced(start..self.at, "")
            };
            return Err(self.error(start, message, suggestion));
        }
        Ok(())
    }

    fn factor(&mut self) -> Result<Option<Expr>, SearchError> {
        let start = self.at;
        let is_known = self.at_known();
        if self.rest().starts_with('-') && !is_known {
            self.at += 1;
            self.operand(start, "-")?;
            self.deeper(start)?;
            let order = self.order.take();
            let inner = self.factor()?;
            self.depth -= 1;
            // `-order:score` is the other way round.
            self.order = match (&inner, self.order) {
                (None, Some(new)) => Some(new.reversed()),
                (_, new) => new.or(order),
            };
            return Ok(inner.map(|it| Expr::Not(Box::new(it))));
        }
        match Bracket::opened_by(self.rest()) {
            Some(bracket) if !is_known => self.group(bracket),
            _ => self.term(),
        }
    }

    fn group(&mut self, bracket: Bracket) -> Result<Option<Expr>, SearchError> {
        let start = self.at;
        self.deeper(start)?;
        self.open.push(bracket);
        self.at += 1;
        let before = self.tally();
        let inner = self.alternatives()?;
        self.skip_space();
        let (this, these) = bracket.names();
        if !self.rest().starts_with(bracket.closing()) {
            let closed = format!("{}{}", self.text.trim_end(), bracket.closing());
            return Err(self.error(start, format!("{this} not closed"), Some(closed)));
        }
        self.at += 1;
        if inner.is_none() && before == self.tally() {
            let suggestion = self.replaced(start..self.at, "");
            return Err(self.error(start, format!("{these} empty"), suggestion));
        }
        self.open.pop();
        self.depth -= 1;
        Ok(inner)
    }

    /// How much of `word` is not the end of open groups.
    pub fn without_closing(&self, word: &str) -> usize {
        let kept = |k: usize| word.get(..word.len() - k).unwrap_or_default();
        // Closing the innermost comes first.
        let closes = |k: usize| {
            let ending = word.get(word.len() - k..).unwrap_or_default().chars();
            ending.eq(self.open.iter().rev().take(k).map(|it| it.closing()))
        };
        let num_trailing = word.len() - word.trim_end_matches([')', '}']).len();
        let most = num_trailing.min(self.open.len());
        let ways = || (0..=most).filter(|&k| closes(k));
        if let Some(k) = ways().find(|&k| self.knows(kept(k))) {
            return word.len() - k;
        }
        let excess = |it: &str| {
            let num = |bracket: char| it.matches(bracket).count();
            num(')') > num('(') || num('}') > num('{')
        };
        let balanced = ways().find(|&k| !excess(kept(k)));
        word.len() - balanced.or_else(|| ways().next_back()).unwrap_or(0)
    }
}

pub(super) fn one_or(mut exprs: Vec<Expr>, join: fn(Vec<Expr>) -> Expr) -> Expr {
    match (exprs.len(), exprs.pop()) {
        (1, Some(only)) => only,
        (_, last) => {
            exprs.extend(last);
            join(exprs)
        }
    }
}
