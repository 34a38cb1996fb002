//! Text to [`Query`].
//!
//! Danbooru's language: `a b` (or `a and b`) is AND, `a or b`, `~a ~b`, `-a`, parentheses,
//! `*`, `name:value`. Tags are typed as they are, even `:d`, `>:)` and
//! `fate/stay_night`; where a text could be read in several ways, a tag that
//! the library has wins. `"…"` makes a tag of anything.

use std::ops::Range;

use super::ast::{Expr, Meta, Order, Query};
use super::metatag;
use super::normalize::normalize;
use crate::engine::tag_cache::Glob;
use crate::message::SearchError;
use crate::model::FileFormat;

/// Signs and parentheses within each other; the evaluator is recursive too.
const MAX_DEPTH: usize = 100;

/// Mistakes that one suggestion puts right, each found only when the one before it is gone.
const MAX_CORRECTIONS: usize = 4;

/// A query and where its tags stand in the text.
#[derive(Clone, Debug, PartialEq)]
pub struct Parsed {
    pub query: Query,
    pub tags: Vec<TagSpan>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct TagSpan {
    /// Normalised; a pattern if it was one.
    pub name: String,
    /// In bytes of the text, without sign.
    pub range: Range<usize>,
}

/// Parses `text`. `is_tag` says whether the library has a tag; `now` is in
/// seconds since 1970, for `age:` and `date:today`.
///
/// What an error suggests is a query that can be parsed, and never blank.
pub fn parse(text: &str, is_tag: &dyn Fn(&str) -> bool, now: i64) -> Result<Parsed, SearchError> {
    read(text, is_tag, now).map_err(|err| SearchError {
        suggestion: working(err.suggestion, is_tag, now),
        ..err
    })
}

/// Parses `text`; what an error suggests may have other mistakes.
fn read(text: &str, is_tag: &dyn Fn(&str) -> bool, now: i64) -> Result<Parsed, SearchError> {
    let attempt = |closes_eagerly| {
        let parser = Parser {
            text,
            is_tag,
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
fn working(
    mut suggestion: Option<String>,
    is_tag: &dyn Fn(&str) -> bool,
    now: i64,
) -> Option<String> {
    for _ in 0..MAX_CORRECTIONS {
        let text = suggestion.filter(|it| !it.trim().is_empty())?;
        match read(&text, is_tag, now) {
            Ok(_) => return Some(text),
            Err(err) => suggestion = err.suggestion,
        }
    }
    None
}

struct Parser<'a> {
    text: &'a str,
    is_tag: &'a dyn Fn(&str) -> bool,
    now: i64,
    /// A parenthesis closes a group wherever one is open.
    closes_eagerly: bool,
    at: usize,
    /// Where the open groups begin.
    open: Vec<usize>,
    depth: usize,
    order: Option<Order>,
    limit: Option<u64>,
    tags: Vec<TagSpan>,
}

impl<'a> Parser<'a> {
    fn query(mut self) -> Result<Parsed, SearchError> {
        let expr = self.alternatives()?;
        Ok(Parsed {
            query: Query {
                expr,
                order: self.order,
                limit: self.limit,
            },
            tags: self.tags,
        })
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn skip_space(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    /// Up to the next white space.
    fn word(&self) -> &'a str {
        let rest = self.rest();
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        rest.get(..end).unwrap_or_default()
    }

    fn knows(&self, word: &str) -> bool {
        !self.closes_eagerly && (self.is_tag)(&normalize(word))
    }

    /// What follows, up to the end of the groups that it ends, is a tag.
    fn at_known(&self) -> bool {
        let word = self.word();
        let len = self.without_closing(word);
        self.knows(word.get(..len).unwrap_or_default())
    }

    fn error(
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
    fn replaced(&self, range: Range<usize>, with: &str) -> Option<String> {
        let before = self.text.get(..range.start)?.trim_end();
        let is_glued = before.ends_with(['-', '~', '(']);
        let after = self.text.get(range.end..)?.trim_start();
        let parts = if is_glued && with.is_empty() {
            [before.trim_end_matches(['-', '~']), "", after]
        } else {
            [before, with, after]
        };
        let mut out = String::new();
        for part in parts {
            let joins = out.is_empty() || out.ends_with(['-', '~', '(']) || part.starts_with(')');
            if !part.is_empty() && !joins {
                out.push(' ');
            }
            out.push_str(part);
        }
        Some(out.trim().to_owned())
    }

    fn deeper(&mut self, at: usize) -> Result<(), SearchError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            let message = format!("signs and parentheses are more than {MAX_DEPTH} deep");
            return Err(self.error(at, message, None));
        }
        Ok(())
    }

    fn at_or(&self) -> bool {
        self.at_keyword("or")
    }

    fn at_keyword(&self, keyword: &str) -> bool {
        let (start, after) = match self.rest().split_at_checked(keyword.len()) {
            Some((start, after)) => (start, after.chars().next()),
            None => return false,
        };
        let ends =
            after.is_none_or(|it| it.is_whitespace() || (it == ')' && !self.open.is_empty()));
        start.eq_ignore_ascii_case(keyword) && ends
    }

    /// `)` that ends the group that is open.
    fn at_close(&self) -> bool {
        !self.open.is_empty() && self.rest().starts_with(')') && !self.knows(self.word())
    }

    fn alternatives(&mut self) -> Result<Option<Expr>, SearchError> {
        let mut branches = Vec::new();
        let mut or_at: Option<usize> = None;
        loop {
            let from = self.at;
            let before = self.tally();
            let branch = self.conjunction()?;
            let is_blank = branch.is_none() && before == self.tally();
            branches.extend(branch);
            self.skip_space();
            if self.at_or() {
                let at = self.at;
                self.at += 2;
                if is_blank {
                    return Err(self.error(
                        at,
                        "“or” has nothing before it; write tag or tag",
                        self.replaced(at..at + 2, ""),
                    ));
                }
                or_at = Some(at);
                continue;
            }
            if let (Some(at), true) = (or_at, is_blank) {
                return Err(self.error(
                    at,
                    "“or” has nothing after it; write tag or tag",
                    self.replaced(at..at + 2, ""),
                ));
            }
            debug_assert!(from <= self.at);
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
            if self.rest().is_empty() || self.at_or() || self.at_close() {
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
        if self.rest().starts_with('(') && !is_known {
            return self.group();
        }
        self.term()
    }

    fn group(&mut self) -> Result<Option<Expr>, SearchError> {
        let start = self.at;
        self.deeper(start)?;
        self.open.push(start);
        self.at += 1;
        let before = self.tally();
        let inner = self.alternatives()?;
        self.skip_space();
        if !self.rest().starts_with(')') {
            return Err(self.error(
                start,
                "this parenthesis is not closed",
                Some(format!("{})", self.text.trim_end())),
            ));
        }
        self.at += 1;
        if inner.is_none() && before == self.tally() {
            let suggestion = self.replaced(start..self.at, "");
            return Err(self.error(start, "these parentheses are empty", suggestion));
        }
        self.open.pop();
        self.depth -= 1;
        Ok(inner)
    }

    /// How much of `word` is not the end of open groups.
    fn without_closing(&self, word: &str) -> usize {
        let num_trailing = word.len() - word.trim_end_matches(')').len();
        let most = num_trailing.min(self.open.len());
        let kept = |k: usize| word.get(..word.len() - k).unwrap_or_default();
        if let Some(k) = (0..=most).find(|&k| self.knows(kept(k))) {
            return word.len() - k;
        }
        let excess = |it: &str| {
            let opening = it.matches('(').count();
            it.matches(')').count() > opening
        };
        let k = (0..most).find(|&k| !excess(kept(k))).unwrap_or(most);
        word.len() - k
    }

    fn term(&mut self) -> Result<Option<Expr>, SearchError> {
        let start = self.at;
        let raw = self.word();
        let len = self.without_closing(raw);
        let word = raw.get(..len).unwrap_or_default();
        if self.knows(word) && !word.contains('*') {
            self.at += len;
            return Ok(Some(self.tag(word, start)));
        }
        if raw.starts_with('"') {
            let text = self.quoted()?;
            if text.trim().is_empty() {
                let suggestion = self.replaced(start..self.at, "");
                return Err(self.error(start, "these quotes are empty", suggestion));
            }
            return Ok(Some(self.tag(&text, start)));
        }
        if let Some((name, _)) = word.split_once(':')
            && let Some(&name) = metatag::METATAGS
                .iter()
                .find(|it| it.eq_ignore_ascii_case(name))
        {
            return self.metatag(name, len);
        }
        self.at += len;
        if let Some(extension) = word.strip_prefix('.')
            && let Some(format) = FileFormat::from_extension(extension)
        {
            return Ok(Some(Expr::Meta(Meta::Format(vec![Some(format)]))));
        }
        self.check_closing(word, start)?;
        Ok(Some(self.tag(word, start)))
    }

    /// `a)` without `(a`; a face such as `;)` is a tag even where no post has it.
    fn check_closing(&self, word: &str, start: usize) -> Result<(), SearchError> {
        let body = word.trim_end_matches(')');
        let is_word = body.chars().next_back().is_some_and(char::is_alphanumeric);
        let is_alone = body.is_empty() && !word.is_empty();
        let excess = word.matches(')').count() > word.matches('(').count();
        if excess && (is_word || is_alone) {
            let at = start + word.len() - 1;
            let suggestion = self.replaced(start..start + word.len(), body);
            return Err(self.error(at, "this parenthesis closes nothing", suggestion));
        }
        Ok(())
    }

    fn tag(&mut self, word: &str, start: usize) -> Expr {
        let name = normalize(word);
        self.tags.push(TagSpan {
            name: name.clone(),
            range: start..self.at,
        });
        if name.contains('*') {
            Expr::Wild(Glob::new(name))
        } else {
            Expr::Tag(name)
        }
    }

    /// From a quotation mark to the one that ends it; `\` takes the next as it is.
    fn quoted(&mut self) -> Result<String, SearchError> {
        let start = self.at;
        let mut out = String::new();
        let mut chars = self.rest().char_indices().skip(1);
        while let Some((offset, it)) = chars.next() {
            match it {
                '"' => {
                    self.at += offset + 1;
                    return Ok(out);
                }
                '\\' => out.extend(chars.next().map(|it| it.1)),
                _ => out.push(it),
            }
        }
        Err(self.error(
            start,
            "this quotation mark is not closed",
            Some(format!("{}\"", self.text.trim_end())),
        ))
    }

    /// `name:value`; `len` bytes of text where the value is not quoted.
    fn metatag(&mut self, name: &'static str, len: usize) -> Result<Option<Expr>, SearchError> {
        let start = self.at;
        let value_at = start + name.len() + 1;
        self.at = value_at;
        let value = if self.rest().starts_with('"') {
            self.quoted()?
        } else {
            self.at = start + len;
            self.text
                .get(value_at..self.at)
                .unwrap_or_default()
                .to_owned()
        };
        let range = start..self.at;
        if value.is_empty() {
            let (example, _) = metatag::example(name);
            let message = format!("“{name}:” needs a value, such as {name}:{example}");
            let suggestion = self.replaced(range, &format!("{name}:{example}"));
            return Err(self.error(start, message, suggestion));
        }
        match name {
            "order" => match Order::from_name(&value.to_ascii_lowercase()) {
                Some(order) => self.order = Some(order),
                None => return Err(self.bad_value(name, &value, value_at, range)),
            },
            "limit" => match value.parse() {
                Ok(limit) => self.limit = Some(limit),
                Err(_) => return Err(self.bad_value(name, &value, value_at, range)),
            },
            _ => {
                return match metatag::condition(name, &value, self.now) {
                    Some(meta) => Ok(Some(Expr::Meta(meta))),
                    None => Err(self.bad_value(name, &value, value_at, range)),
                };
            }
        }
        Ok(None)
    }

    fn bad_value(
        &self,
        name: &str,
        value: &str,
        value_at: usize,
        range: Range<usize>,
    ) -> SearchError {
        let (example, takes) = metatag::example(name);
        let last = value.rsplit(',').next().unwrap_or(value);
        let near = metatag::nearest_value(name, &last.to_ascii_lowercase()).unwrap_or(example);
        let suggestion = self.replaced(range, &format!("{name}:{near}"));
        let message = format!("“{name}:” takes {takes}, not “{value}”");
        self.error(value_at, message, suggestion)
    }
}

fn one_or(mut exprs: Vec<Expr>, join: fn(Vec<Expr>) -> Expr) -> Expr {
    match (exprs.len(), exprs.pop()) {
        (1, Some(only)) => only,
        (_, last) => {
            exprs.extend(last);
            join(exprs)
        }
    }
}
