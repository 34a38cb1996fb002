//! The figures above every view, as they are written.

use crate::app::text;
use crate::memory::Report;
use crate::message::MemoryNews;

use super::verdict::{Verdict, audit_text, verdict, verdict_text};

/// Of the self-audit, drawn as a line; older ones are in the advice.
const MAX_SHARES: usize = 60;
/// More of the budget than this is taken: a warning.
const TIGHT: f32 = 0.9;

/// A figure with its name.
#[derive(Clone, Debug, PartialEq)]
pub struct Tile {
    pub name: &'static str,
    pub figure: String,
    pub what: &'static str,
}

/// How much of the budget is taken.
#[derive(Clone, Debug, PartialEq)]
pub struct BudgetBar {
    /// 0 to 1, or more.
    pub share: f32,
    pub text: String,
}

impl BudgetBar {
    pub fn is_tight(&self) -> bool {
        self.share > TIGHT
    }

    pub fn is_over(&self) -> bool {
        self.share > 1.0
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Head {
    pub verdict: Verdict,
    pub verdict_text: String,
    pub tiles: Vec<Tile>,
    pub budget: Option<BudgetBar>,
    /// Why the budget can't be kept, and what was given up for it.
    pub warnings: Vec<String>,
    pub audit: String,
    /// The latest unexplained shares, 0 to 1.
    pub shares: Vec<f32>,
    /// The button that gives everything back.
    pub release: String,
}

impl Head {
    /// `before` is what stood there: a tile that was there once stays.
    pub fn of(news: &MemoryNews, before: Option<&Self>) -> Self {
        let MemoryNews { report, history } = news;
        let shares = &history.audit.shares;
        let skipped = shares.len().saturating_sub(MAX_SHARES);
        let expected = report.release_bytes;
        let release = super::verdict::action_name(crate::memory::Action::ReleaseAll);
        Self {
            verdict: verdict(report),
            verdict_text: verdict_text(report),
            tiles: tiles(report, before),
            budget: budget_bar(report),
            warnings: warnings(report),
            audit: audit_text(report, &history.audit),
            shares: shares.iter().skip(skipped).map(|it| it.1).collect(),
            release: if expected > 0 {
                format!("{release} · {}", text::bytes(expected))
            } else {
                release.to_owned()
            },
        }
    }
}

fn tiles(report: &Report, before: Option<&Head>) -> Vec<Tile> {
    let tile = |name, bytes, what| Tile {
        name,
        figure: text::bytes(bytes),
        what,
    };
    let mut tiles = vec![
        tile(
            text::memory_panel::RESIDENT,
            report.rss_bytes,
            text::memory_panel::RESIDENT_EXPLAINED,
        ),
        tile(
            text::memory_panel::WITHOUT_DRIVER,
            report.rss_without_driver_bytes(),
            text::memory_panel::WITHOUT_DRIVER_EXPLAINED,
        ),
        tile(
            text::memory_panel::PRIVATE,
            report.anonymous_bytes,
            text::memory_panel::PRIVATE_EXPLAINED,
        ),
        tile(
            text::memory_panel::PEAK,
            report.peak_rss_bytes,
            text::memory_panel::PEAK_EXPLAINED,
        ),
    ];
    let had_card = before.is_some_and(|it| {
        let mut tiles = it.tiles.iter();
        tiles.any(|tile| tile.name == text::memory_panel::GRAPHICS_CARD)
    });
    if report.gpu_texture_bytes > 0 || had_card {
        tiles.push(tile(
            text::memory_panel::GRAPHICS_CARD,
            report.gpu_texture_bytes,
            text::memory_panel::GRAPHICS_CARD_EXPLAINED,
        ));
    }
    // Comes and goes by itself: its place is always there.
    tiles.push(Tile {
        name: text::memory_panel::WORKER_PROCESS,
        figure: match report.worker {
            Some(worker) => text::bytes(worker.rss_bytes),
            None => text::memory_panel::NO_WORKER.to_owned(),
        },
        what: text::memory_panel::WORKER_EXPLAINED,
    });
    tiles
}

fn budget_bar(report: &Report) -> Option<BudgetBar> {
    let limit = report.budget.limit_bytes?;
    let used = report.budget.used_bytes;
    Some(BudgetBar {
        share: used as f32 / limit.max(1) as f32,
        text: text::memory_panel::budget(used, limit),
    })
}

fn warnings(report: &Report) -> Vec<String> {
    let budget = &report.budget;
    let mut warnings = Vec::new();
    if budget.shortfall_bytes > 0 {
        warnings.push(text::memory_panel::budget_too_small(budget.shortfall_bytes));
    }
    let degraded = budget.degraded.iter().rev().take(3);
    warnings.extend(degraded.map(|what| text::memory_panel::degraded(what)));
    warnings
}
