//! One term of a query: a tag, a pattern, a metatag, a tag of a category.

use std::ops::Range;

use super::ast::{Expr, InCategory, Meta, Order};
use super::metatag::{self, Metatag};
use super::normalize::normalize;
use super::parse::{Parser, TagSpan, Vocabulary};
use crate::engine::tag_cache::Glob;
use crate::message::SearchError;
use crate::model::{Category, FileFormat};

/// `artist:name` as the canonical name of the category, and what follows.
pub(super) fn split_category<'a>(
    word: &'a str,
    words: &dyn Vocabulary,
) -> Option<(String, &'a str)> {
    let (category, rest) = word.split_once(':')?;
    if let Some(category) = metatag::category(category) {
        return Some((Category::name(category).to_owned(), rest));
    }
    let name = normalize(category);
    words.has_category(&name).then_some((name, rest))
}

impl Parser<'_> {
    pub(super) fn term(&mut self) -> Result<Option<Expr>, SearchError> {
        let start = self.at;
        let raw = self.word();
        let len = self.without_closing(raw);
        let word = raw.get(..len).unwrap_or_default();
        // A metatag is one even where a tag is named like it: else a single post
        // with such a tag would take it from the language. Quotes ask for the tag.
        let metatag = word.split_once(':').and_then(|it| metatag::find(it.0));
        let asked = metatag.map(|it| self.metatag(it, len));
        if let Some(Ok(expr)) = asked {
            return Ok(expr);
        }
        if self.has_tag(word) && !word.contains('*') {
            self.at = start + len;
            return Ok(Some(self.tag(None, word, start)));
        }
        if let Some(err) = asked {
            return err;
        }
        if raw.starts_with('"') {
            let text = self.quoted()?;
            if normalize(&text).is_empty() {
                let suggestion = self.replaced(start..self.at, "");
                return Err(self.error(start, "these quotes are empty", suggestion));
            }
            return Ok(Some(self.tag(None, &text, start)));
        }
        if let Some((name, _)) = word.split_once(':')
            && let Some((category, _)) = split_category(word, self.words)
        {
            return self.in_category(category, name.len(), len).map(Some);
        }
        self.at += len;
        if let Some(extension) = word.strip_prefix('.')
            && let Some(format) = FileFormat::from_extension(extension)
        {
            return Ok(Some(Expr::Meta(Meta::Format(vec![Some(format)]))));
        }
        self.check_closing(word, start)?;
        Ok(Some(self.tag(None, word, start)))
    }

    /// `a)` without `(a`; a face such as `;)` is a tag even where no post has it.
    fn check_closing(&self, word: &str, start: usize) -> Result<(), SearchError> {
        let Some(closing) = word
            .chars()
            .next_back()
            .filter(|it| matches!(it, ')' | '}'))
        else {
            return Ok(());
        };
        let (opening, this) = match closing {
            ')' => ('(', "this parenthesis"),
            _ => ('{', "this brace"),
        };
        let body = word.trim_end_matches(closing);
        let is_word = body.chars().next_back().is_some_and(char::is_alphanumeric);
        let excess = word.matches(closing).count() > word.matches(opening).count();
        if excess && (is_word || body.is_empty()) {
            let at = start + word.len() - 1;
            let suggestion = self.replaced(start..start + word.len(), body);
            return Err(self.error(at, format!("{this} closes nothing"), suggestion));
        }
        Ok(())
    }

    fn tag(&mut self, category: Option<String>, word: &str, start: usize) -> Expr {
        let name = normalize(word);
        self.tags.push(TagSpan {
            category: category.clone(),
            name: name.clone(),
            range: start..self.at,
        });
        match category {
            Some(category) => Expr::InCategory(InCategory { category, name }),
            None if name.contains('*') => Expr::Wild(Glob::new(name)),
            None => Expr::Tag(name),
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
        // A mark after a backslash would be part of the text.
        let whole = self.text.trim_end().trim_end_matches('\\');
        Err(self.error(
            start,
            "this quotation mark is not closed",
            Some(format!("{whole}\"")),
        ))
    }

    /// What follows `name:`, and whether it was in quotes; `len` bytes of text,
    /// with the name, where it is not.
    fn value(&mut self, name_len: usize, len: usize) -> Result<(String, bool), SearchError> {
        let start = self.at;
        self.at = start + name_len + 1;
        if self.rest().starts_with('"') {
            return Ok((self.quoted()?, true));
        }
        let value_at = self.at;
        self.at = start + len;
        let value = self.text.get(value_at..self.at).unwrap_or_default();
        Ok((value.to_owned(), false))
    }

    fn in_category(
        &mut self,
        category: String,
        name_len: usize,
        len: usize,
    ) -> Result<Expr, SearchError> {
        let start = self.at;
        let (value, is_quoted) = self.value(name_len, len)?;
        if normalize(&value).is_empty() {
            let message = format!("“{category}:” needs a tag, such as {category}:*");
            let suggestion = self.replaced(start..self.at, &format!("{category}:*"));
            return Err(self.error(start, message, suggestion));
        }
        if !is_quoted {
            self.check_closing(&value, start + name_len + 1)?;
        }
        Ok(self.tag(Some(category), &value, start))
    }

    fn metatag(&mut self, metatag: &Metatag, len: usize) -> Result<Option<Expr>, SearchError> {
        let Metatag { name, example, .. } = *metatag;
        let start = self.at;
        let value_at = start + name.len() + 1;
        let (value, is_quoted) = self.value(name.len(), len)?;
        let range = start..self.at;
        if value.is_empty() {
            let message = format!("“{name}:” needs a value, such as {name}:{example}");
            let suggestion = self.replaced(range, &format!("{name}:{example}"));
            return Err(self.error(start, message, suggestion));
        }
        let lower = value.to_ascii_lowercase();
        let order = match name {
            "order" => Order::from_name(&lower),
            "sort" => Order::from_sort(&lower),
            "limit" => match value.parse() {
                Ok(limit) => {
                    self.limit = Some(limit);
                    return Ok(None);
                }
                Err(_) => None,
            },
            _ => {
                let condition = metatag::condition(name, &value, is_quoted, self.now);
                return match condition {
                    Some(expr) => Ok(Some(expr)),
                    None => Err(self.bad_value(metatag, &value, value_at, range)),
                };
            }
        };
        match order {
            Some(order) => self.order = Some(order),
            None => return Err(self.bad_value(metatag, &value, value_at, range)),
        }
        Ok(None)
    }

    fn bad_value(
        &self,
        metatag: &Metatag,
        value: &str,
        value_at: usize,
        range: Range<usize>,
    ) -> SearchError {
        let Metatag {
            name,
            example,
            takes,
            about: _,
        } = *metatag;
        let last = value.rsplit(',').next().unwrap_or(value);
        // Too many to name all of them, and none that is meant where none is near.
        if matches!(name, "order" | "sort") {
            let near = metatag::nearest_value(name, &last.to_ascii_lowercase());
            let instead = near.map_or_else(String::new, |near| format!("{name}:{near}"));
            let suggestion = self.replaced(range, &instead);
            let message = format!(
                "There is no order “{value}”; newest, score, filesize, filename and random are some"
            );
            return self.error(value_at, message, suggestion);
        }
        let near = metatag::nearest_value(name, &last.to_ascii_lowercase()).unwrap_or(example);
        let suggestion = self.replaced(range, &format!("{name}:{near}"));
        let message = format!("“{name}:” takes {takes}; not “{value}”");
        self.error(value_at, message, suggestion)
    }
}
