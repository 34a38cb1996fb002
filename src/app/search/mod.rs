//! The search bar: what stands in it, its completions, and the search that runs.

mod colors;
mod filter_ui;
mod kept;
mod list_ui;
mod message_ui;
mod query_edit;
mod results;
mod rows_ui;
mod saved_ui;
mod ui;

pub use filter_ui::{chip_label, chip_ui};
pub use list_ui::{list_ui, next_selected};
pub use message_ui::search_messages_ui;
pub use query_edit::{with_order, with_tag, without_tag};
pub use results::{Results, Taken};
pub use rows_ui::completion_ui;
pub use saved_ui::{naming_ui, saved_menu_ui, saved_submenu_ui, star_ui};
pub use ui::search_bar_ui;

use std::ops::Range;
use std::time::{Duration, Instant};

use crate::message::{
    Completion, FilterState, Generation, LibrarySummary, PlaceRequest, Request, SearchError,
    SearchSummary, new_seed,
};

use crate::model::SavedSearch;

use super::link::Link;
use colors::QueryColors;
use kept::{Item, KeptSearches};

/// Completions asked for at once.
const NUM_COMPLETIONS: usize = 12;

/// Between two searches that only follow changes of the library.
const REFRESH_INTERVAL: Duration = Duration::from_millis(1000);

/// The list below the search bar.
#[derive(Debug)]
pub struct CompletionList {
    /// The bytes of the text that an item replaces.
    replace: Range<usize>,
    items: Vec<Item>,
    selected: Option<usize>,
    /// The text changed since; it stays on screen until its successor comes.
    is_stale: bool,
}

impl CompletionList {
    /// Tab takes a completion; from a list of whole searches it goes on, unless
    /// one is highlighted.
    fn takes_tab(&self) -> bool {
        self.is_stale
            || self.selected.is_some()
            || matches!(self.items.first(), Some(Item::Completion(_)))
    }
}

/// A search that has been asked and not answered.
#[derive(Debug)]
struct Running {
    generation: Generation,
    query: String,
    seed: u64,
    /// Follows a change of the library; the person asked nothing.
    is_refresh: bool,
    /// It came in the place of a refresh, which is due again if this one fails.
    is_in_place_of_refresh: bool,
}

#[derive(Debug, Default)]
pub struct SearchState {
    pub text: String,
    pub kept: KeptSearches,
    pub colors: QueryColors,
    completions: Option<CompletionList>,
    /// Of the last completions asked for.
    asked: Generation,
    /// Tab was pressed before the completions had come.
    accepts_next: bool,
    running: Option<Running>,
    /// What the result on screen answers.
    pub query: String,
    pub error: Option<SearchError>,
    pub summary: SearchSummary,
    /// Of `order:random`; kept for refreshes, so that they shuffle nothing anew.
    seed: u64,
    /// The result on screen has not come to its end.
    is_partial: bool,
    is_refresh_due: bool,
    /// A person, or the end of an import, asked for the refresh.
    is_refresh_wanted: bool,
    /// Of the library, as it was told last and as it was at the last search.
    num_posts: u64,
    num_posts_searched: u64,
    is_without_tags: bool,
    last_search: Option<Instant>,
    /// What every search is narrowed by.
    pub filter: FilterState,
    /// It is put aside.
    pub is_filter_off: bool,
    /// The engine knows that.
    is_told_off: bool,
    num_answered: u64,
    wants_focus: bool,
    /// It wanted the focus in the frame before, and could not get it.
    was_refused: bool,
    /// Where the cursor goes at the next frame, in characters.
    move_cursor_to: Option<usize>,
}

/// In a query that asks for ratings, favourites, or when a post was changed.
const MARKS: [&str; 8] = [
    "rating", "fav", "is:", "order", "sort", "has:", "change", "status",
];

impl SearchState {
    /// Asks the engine to run `query`.
    pub fn run(&mut self, query: String, link: &mut Link) {
        self.run_as(query, new_seed(), link);
    }

    /// Like [`Self::run`], with the seed that it had before.
    pub fn run_as(&mut self, query: String, seed: u64, link: &mut Link) {
        self.start(query, seed, false, link);
        self.close_completions(link);
        self.error = None;
    }

    /// Shows an answer that was kept, in the place of asking.
    pub fn show_answered(
        &mut self,
        query: String,
        seed: u64,
        summary: SearchSummary,
        link: &mut Link,
    ) {
        self.close_completions(link);
        // What is still on its way is of another search.
        self.running = None;
        self.text.clone_from(&query);
        self.query = query;
        self.seed = seed;
        self.summary = summary;
        self.error = None;
        self.is_partial = false;
        self.is_refresh_due = false;
        self.is_refresh_wanted = false;
        self.num_posts_searched = self.num_posts;
        self.tell_filter(link);
    }

    /// Tells the engine whether the default filter is put aside, if that changed.
    fn tell_filter(&mut self, link: &mut Link) {
        if self.is_filter_off != self.is_told_off {
            self.is_told_off = self.is_filter_off;
            let request = PlaceRequest::UseFilter(!self.is_filter_off);
            link.send(Request::Places(request));
        }
    }

    /// How many searches were answered.
    pub fn num_answered(&self) -> u64 {
        self.num_answered
    }

    /// Of the search that was asked last.
    pub fn seed(&self) -> u64 {
        self.running.as_ref().map_or(self.seed, |it| it.seed)
    }

    /// What is on screen is whole, and answers what was asked.
    pub fn is_at_rest(&self) -> bool {
        self.running.is_none() && !self.is_partial && self.error.is_none()
    }

    fn start(&mut self, query: String, seed: u64, is_refresh: bool, link: &mut Link) {
        self.tell_filter(link);
        let generation = link.next_generation();
        link.send(Request::Search {
            generation,
            query: query.clone(),
            seed,
        });
        let replaced = self.running.take();
        self.running = Some(Running {
            generation,
            query,
            seed,
            is_refresh,
            is_in_place_of_refresh: self.is_refresh_due
                || replaced.is_some_and(|it| it.is_refresh || it.is_in_place_of_refresh),
        });
        self.is_refresh_due = false;
        self.is_refresh_wanted = false;
        self.num_posts_searched = self.num_posts;
        self.last_search = Some(Instant::now());
    }

    /// Whether searches are narrowed.
    pub fn is_filtered(&self) -> bool {
        !self.is_filter_off && !self.filter.query.is_empty()
    }

    pub fn is_running(&self) -> bool {
        self.running.as_ref().is_some_and(|it| !it.is_refresh)
    }

    /// The query that was asked last, answered or not.
    pub fn current_query(&self) -> &str {
        match &self.running {
            Some(running) => &running.query,
            None => &self.query,
        }
    }

    /// The library as the searches to come will find it.
    pub fn library_is(&mut self, library: &LibrarySummary) {
        self.num_posts = library.num_posts;
        self.is_without_tags = library.num_posts > 0 && library.num_tags == 0;
    }

    /// Whether ratings or favourites have a part in what is found, or in its order.
    pub fn asks_marks(&self) -> bool {
        let asks = |query: &str| {
            let query = query.to_lowercase();
            MARKS.iter().any(|it| query.contains(it))
        };
        asks(&self.query) || (self.is_filtered() && asks(&self.filter.query))
    }

    /// There are posts and none of them has a tag: other words find something.
    pub fn is_without_tags(&self) -> bool {
        self.is_without_tags
    }

    /// The library changed: the query is asked again when it next has time.
    pub fn library_changed(&mut self) {
        self.colors.forget();
        self.is_refresh_due = true;
    }

    /// Asks again even where what is on screen would move.
    pub fn want_refresh(&mut self) {
        self.is_refresh_due = true;
        self.is_refresh_wanted = true;
    }

    /// The same at once: a person has just changed what may be on screen.
    pub fn follow_edit(&mut self) {
        self.want_refresh();
        self.last_search = None;
    }

    /// How many posts came since the last search, where the result does not
    /// follow by itself.
    pub fn num_new(&self) -> Option<u64> {
        (self.is_refresh_due && !self.is_refresh_wanted)
            .then(|| self.num_posts.saturating_sub(self.num_posts_searched))
    }

    pub fn is_refresh_due(&self) -> bool {
        self.is_refresh_due || self.running.is_some()
    }

    /// Asks again if that is due, and wanted where `moves` says that pictures would
    /// move under the pointer; returns how long to wait where it is too early.
    pub fn refresh(&mut self, moves: bool, link: &mut Link) -> Option<Duration> {
        if !self.is_refresh_due || self.running.is_some() || (moves && !self.is_refresh_wanted) {
            return None;
        }
        let waited = self
            .last_search
            .map_or(REFRESH_INTERVAL, |last| last.elapsed());
        if waited < REFRESH_INTERVAL {
            return Some(REFRESH_INTERVAL - waited);
        }
        self.start(self.query.clone(), self.seed, true, link);
        None
    }

    /// `None` where the answer is stale; else whether it is a refresh.
    pub fn answered(
        &mut self,
        generation: Generation,
        is_last: bool,
        summary: SearchSummary,
    ) -> Option<bool> {
        let running = self.running.as_ref()?;
        if running.generation != generation {
            return None;
        }
        let is_refresh = running.is_refresh;
        if is_refresh {
            self.is_partial &= !is_last;
        } else {
            self.query.clone_from(&running.query);
            self.seed = running.seed;
            self.is_partial = !is_last;
            self.error = None;
        }
        self.summary = summary;
        if is_last {
            self.running = None;
            self.num_answered += 1;
        }
        Some(is_refresh)
    }

    pub fn failed(&mut self, generation: Generation, error: SearchError) {
        let Some(running) = self.running.take_if(|it| it.generation == generation) else {
            return;
        };
        if !running.is_refresh {
            // What is wrong is mended where it was typed.
            if self.text.trim() == running.query {
                self.wants_focus = true;
                self.move_cursor_to = Some(error.column);
            }
            self.error = Some(error);
            self.is_refresh_due |= running.is_in_place_of_refresh;
            // This search ended the one whose result is on screen.
            if self.is_partial {
                self.is_refresh_due = true;
                self.last_search = None;
            }
        }
    }

    /// The engine stopped: nothing will be answered.
    pub fn abandon(&mut self) {
        self.running = None;
        self.is_refresh_due = false;
        self.completions = None;
    }

    /// The text was edited; `cursor` in characters.
    pub fn edited(&mut self, cursor: usize, link: &mut Link) {
        self.error = None;
        if self.is_blank() {
            self.offer_kept(link);
            return;
        }
        if let Some(list) = &mut self.completions {
            list.is_stale = true;
            list.selected = None;
        }
        self.accepts_next = false;
        let cursor = byte_of_char(&self.text, cursor);
        self.asked = link.next_generation();
        link.send(Request::Complete {
            generation: self.asked,
            text: self.text.clone(),
            cursor,
            limit: NUM_COMPLETIONS,
        });
    }

    pub fn completed(
        &mut self,
        generation: Generation,
        replace: Range<usize>,
        items: Vec<Completion>,
        link: &mut Link,
    ) {
        if generation != self.asked {
            return;
        }
        let mut list = CompletionList {
            replace,
            items: Vec::new(),
            selected: None,
            is_stale: false,
        };
        if self.text.get(list.replace.clone()).is_some() {
            list.items.extend(items.into_iter().map(Item::Completion));
        }
        let mut kept = self.kept.matching(&self.text);
        // A tag alone is in the list already.
        kept.retain(|it| {
            let Item::Recent(query) = it else { return true };
            let is_it = |tag: &Item| matches!(tag, Item::Completion(tag) if tag.text == *query);
            !list.items.iter().any(is_it)
        });
        list.items.append(&mut kept);
        let takes_tab = list.takes_tab();
        self.completions = (!list.items.is_empty()).then_some(list);
        if std::mem::take(&mut self.accepts_next) && takes_tab {
            self.accept(0, link);
        }
    }

    fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }

    /// Lists what was searched before, in the place of completions.
    fn offer_kept(&mut self, link: &mut Link) {
        self.close_completions(link);
        let items = self.kept.offered();
        self.completions = (!items.is_empty()).then_some(CompletionList {
            replace: 0..0,
            items,
            selected: None,
            is_stale: false,
        });
    }

    /// The library's lists, after they changed.
    pub fn take_kept(&mut self, saved: Vec<SavedSearch>, recent: Vec<String>, link: &mut Link) {
        self.kept.take(saved, recent);
        if self.is_blank() && self.completions.is_some() {
            self.offer_kept(link);
        }
    }

    /// Puts the query on screen into the history.
    pub fn remember(&self, link: &mut Link) {
        let query = self.query.trim();
        if !query.is_empty() {
            link.send(Request::RememberSearch {
                query: query.to_owned(),
            });
        }
    }

    /// Hides the list, and drops the answer that may still be on its way.
    fn close_completions(&mut self, link: &mut Link) {
        self.completions = None;
        self.accepts_next = false;
        self.asked = link.next_generation();
    }

    /// Moves the highlighted completion, around the end to none and on.
    fn move_selection(&mut self, forward: bool) {
        let Some(list) = &mut self.completions else {
            return;
        };
        list.selected = next_selected(list.selected, list.items.len(), forward);
    }

    /// Takes an item by Enter or click: the query to run, where it is a whole one.
    fn choose(&mut self, index: usize, link: &mut Link) -> Option<String> {
        let list = self.completions.as_ref()?;
        let query = list.items.get(index).and_then(Item::query);
        if let Some(query) = query.map(str::to_owned) {
            self.close_completions(link);
            return Some(query);
        }
        self.accept(index, link);
        None
    }

    /// Puts a completion into the text, with a space after it; a whole query in
    /// the place of the text.
    fn accept(&mut self, index: usize, link: &mut Link) {
        if self.completions.as_ref().is_some_and(|it| it.is_stale) {
            self.accepts_next = true;
            return;
        }
        let Some(list) = self.completions.take() else {
            return;
        };
        self.asked = link.next_generation();
        let item = match list.items.get(index) {
            Some(Item::Completion(item)) => item,
            Some(item) => {
                item.query().unwrap_or_default().clone_into(&mut self.text);
                self.focus();
                return;
            }
            None => return,
        };
        if self.text.get(list.replace.clone()).is_none() {
            return;
        }
        // `rating:` wants a value next, so nothing may stand between.
        let is_whole = !item.text.ends_with(':');
        let rest = &self.text[list.replace.end..];
        let mut insert = item.text.clone();
        if is_whole && !rest.starts_with(' ') {
            insert.push(' ');
        }
        let mut cursor = list.replace.start + insert.len();
        self.text.replace_range(list.replace, &insert);
        if is_whole && self.text[cursor..].starts_with(' ') {
            cursor += 1;
        }
        let cursor = self.text[..cursor].chars().count();
        self.move_cursor_to = Some(cursor);
        self.wants_focus = true;
        if !is_whole {
            self.edited(cursor, link);
        }
    }

    /// It gets the focus with the next frame: what is typed is for it.
    pub fn wants_focus(&self) -> bool {
        self.wants_focus
    }

    /// Ready for another tag to be typed.
    pub fn focus_for_more(&mut self) {
        if !self.is_blank() && !self.text.ends_with(' ') {
            self.text.push(' ');
        }
        self.focus();
    }

    pub fn focus(&mut self) {
        self.wants_focus = true;
        self.move_cursor_to = Some(self.text.chars().count());
    }
}

/// The byte at which character `index` starts; the end where there are fewer.
fn byte_of_char(text: &str, index: usize) -> usize {
    text.char_indices()
        .nth(index)
        .map_or(text.len(), |(byte, _)| byte)
}

#[cfg(test)]
mod tests;
