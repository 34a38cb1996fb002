//! What a row says of itself: how it was measured, how today's figure comes
//! about, and what can be done about it.

use crate::app::text;
use crate::memory::{Action, Cache, Cap, Method, Report, Row};

use super::tree::{Kind, Node, Source, Tree, row_at};
use super::verdict::action_name;

/// Of a sum; the rest is added up.
const MAX_TERMS: usize = 4;

/// What a button does.
#[derive(Clone, Debug, PartialEq)]
pub struct OfferView {
    pub action: Action,
    /// Action and what it frees.
    pub label: String,
    pub costs: String,
}

/// What can be set of a cache.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CacheView {
    pub cache: Cache,
    pub cap: Option<Cap>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    pub title: String,
    /// Megabytes and the share of RSS.
    pub figure: String,
    /// Method, with what an estimate may be off by.
    pub badge: String,
    pub badge_what: &'static str,
    pub what: String,
    /// Name and text.
    pub facts: Vec<(&'static str, String)>,
    pub offers: Vec<OfferView>,
    pub cache: Option<CacheView>,
}

impl Explanation {
    pub fn of(report: &Report, tree: &Tree, index: usize) -> Option<Self> {
        let node = tree.get(index)?;
        let mut explanation = match node.source {
            Source::Row(row) => of_row(report, row_at(&report.rows, row)?),
            Source::Kind(kind) => of_kind(tree, index, kind),
            Source::Unexplained => of_unexplained(report, node),
        };
        explanation.title = match node.parent.and_then(|it| tree.get(it)) {
            Some(parent) => format!("{} › {}", parent.name, node.name),
            None => node.name.clone(),
        };
        let of_row = match node.source {
            Source::Row(row) => row_at(&report.rows, row).map(|it| it.bytes),
            Source::Kind(_) | Source::Unexplained => None,
        };
        let share = 100.0 * node.share;
        explanation.figure = match of_row.and_then(|it| i64::try_from(it).ok()) {
            // One kind of its bytes.
            Some(whole) if whole != node.bytes => {
                text::memory_panel::figure_of(&node.figure, whole, share.into())
            }
            _ => text::memory_panel::figure(&node.figure, share.into()),
        };
        Some(explanation)
    }
}

fn of_row(report: &Report, row: &Row) -> Explanation {
    let mut facts = Vec::new();
    let formula = if row.formula.is_empty() {
        sum_formula(row)
    } else {
        Some(row.formula.clone())
    };
    facts.extend(formula.map(|it| (text::memory_panel::FORMULA, it)));
    if let Some(per_item) = row.bytes_per_item() {
        let text = text::memory_panel::for_each(&small_bytes(per_item), row.num_items);
        facts.push((text::memory_panel::BY_ITEM, text));
    }
    if row.kinds.total() > 0 {
        facts.push((text::memory_panel::OF_THESE, kinds_text(row)));
    }
    if row.is_reclaimable {
        let text = text::memory_panel::RECLAIMABLE_EXPLAINED;
        facts.push((text::memory_panel::RECLAIMABLE, text.to_owned()));
    }
    if row.is_driver {
        let text = text::memory_panel::DRIVER_EXPLAINED;
        facts.push((text::memory_panel::DRIVER, text.to_owned()));
    }
    if !row.without.is_empty() {
        facts.push((text::memory_panel::WITHOUT_IT, row.without.to_owned()));
    }
    let costs = row
        .offers
        .first()
        .map(|it| it.costs)
        .or_else(|| row.cache.map(Cache::costs));
    facts.extend(costs.map(|it| (text::memory_panel::TO_HAVE_IT_AGAIN, it.to_owned())));
    Explanation {
        title: String::new(),
        figure: String::new(),
        badge: badge(row),
        badge_what: method_what(row.method),
        what: row.what.to_string(),
        facts,
        offers: row.offers.iter().map(offer_view).collect(),
        cache: row.cache.map(|cache| cache_view(report, cache)),
    }
}

fn of_kind(tree: &Tree, index: usize, kind: Kind) -> Explanation {
    let terms = tree
        .children(Some(index))
        .filter_map(|it| tree.get(it))
        .map(|it| (it.name.as_str(), it.bytes));
    Explanation {
        title: String::new(),
        figure: String::new(),
        badge: Method::Kernel.name().to_owned(),
        badge_what: method_what(Method::Kernel),
        what: kind.what().to_owned(),
        facts: terms_text(terms)
            .map(|it| (text::memory_panel::FORMULA, it))
            .into_iter()
            .collect(),
        offers: Vec::new(),
        cache: None,
    }
}

fn of_unexplained(report: &Report, node: &Node) -> Explanation {
    let rows: u64 = report.rows.iter().map(|it| it.bytes).sum();
    let formula = text::memory_panel::unexplained_formula(
        i64::try_from(report.rss_bytes).unwrap_or(i64::MAX),
        i64::try_from(rows).unwrap_or(i64::MAX),
    );
    let what = if node.bytes < 0 {
        text::memory_panel::OVERCOUNTED_EXPLAINED
    } else {
        text::memory_panel::UNEXPLAINED_EXPLAINED
    };
    Explanation {
        title: String::new(),
        figure: String::new(),
        badge: "remainder".to_owned(),
        badge_what: text::memory_panel::UNEXPLAINED_FORMULA,
        what: what.to_owned(),
        facts: if node.parent.is_none() {
            vec![(text::memory_panel::FORMULA, formula)]
        } else {
            Vec::new()
        },
        offers: Vec::new(),
        cache: None,
    }
}

fn badge(row: &Row) -> String {
    let name = row.method.name();
    if row.bound_bytes > 0 {
        format!("{name} ± {}", text::bytes(row.bound_bytes))
    } else {
        name.to_owned()
    }
}

pub fn method_what(method: Method) -> &'static str {
    match method {
        Method::Kernel => text::memory_panel::METHOD_KERNEL,
        Method::Exact => text::memory_panel::METHOD_EXACT,
        Method::Estimate => text::memory_panel::METHOD_COMPUTED,
    }
}

/// What a row with parts is the sum of.
fn sum_formula(row: &Row) -> Option<String> {
    let signed = |bytes: u64| i64::try_from(bytes).unwrap_or(i64::MAX);
    let parts: i64 = row.children.iter().map(|it| signed(it.bytes)).sum();
    let rest = signed(row.bytes) - parts;
    let children = row
        .children
        .iter()
        .map(|it| (it.name.as_str(), signed(it.bytes)));
    let rest = (rest > 0).then_some((text::memory_panel::THE_REST, rest));
    if row.children.is_empty() {
        return None;
    }
    terms_text(children.chain(rest))
}

/// `names 2.93 + postings 7.59 MB`
fn terms_text<'a>(terms: impl Iterator<Item = (&'a str, i64)>) -> Option<String> {
    let terms: Vec<(&str, i64)> = terms.collect();
    let (shown, others) = terms.split_at(terms.len().min(MAX_TERMS));
    let mut texts: Vec<String> = shown
        .iter()
        .map(|(name, bytes)| format!("{name} {}", text::megabytes(*bytes)))
        .collect();
    if let [(name, bytes)] = others {
        texts.push(format!("{name} {}", text::megabytes(*bytes)));
    } else if !others.is_empty() {
        let bytes = others.iter().map(|it| it.1).sum();
        texts.push(text::memory_panel::others(others.len(), bytes));
    }
    (!texts.is_empty()).then(|| format!("{} MB", texts.join(" + ")))
}

fn kinds_text(row: &Row) -> String {
    let parts: Vec<String> = Kind::ALL
        .into_iter()
        .map(|kind| (kind, kind.of(&row.kinds)))
        .filter(|(_, bytes)| *bytes > 0)
        .map(|(kind, bytes)| format!("{} {}", text::bytes(bytes), kind.name().to_lowercase()))
        .collect();
    parts.join(", ")
}

/// Of a thing that may be smaller than a byte.
fn small_bytes(bytes: f64) -> String {
    if bytes < 100.0 {
        format!("{bytes:.1} B")
    } else {
        text::bytes(bytes.round() as u64)
    }
}

fn offer_view(offer: &crate::memory::Offer) -> OfferView {
    let frees = text::bytes(offer.frees_bytes);
    let label = text::memory_panel::frees(action_name(offer.action), &frees);
    OfferView {
        action: offer.action,
        label,
        costs: offer.costs.to_owned(),
    }
}

fn cache_view(report: &Report, cache: Cache) -> CacheView {
    let mut caps = report.budget.caps.iter();
    CacheView {
        cache,
        cap: caps.find(|it| it.cache == cache).copied(),
    }
}
