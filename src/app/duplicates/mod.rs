//! Posts that may be the same picture: groups of them, two of a group compared,
//! and what is decided about them.
//!
//! ```text
//!  measure ── FindDuplicates ──▶ groups ──▶ review of one ──▶ decision ──▶ next group
//!                                              │ details and pictures, one after another
//!                                              └ difference, on a thread of its own
//! ```
//!
//! The engine decides what a decision does and how it is taken back; this page
//! remembers only which groups of its list are done.

mod actions;
mod decide_ui;
mod difference;
mod facts;
mod facts_ui;
mod list_ui;
mod logic;
mod look;
mod page_ui;
mod pictures_ui;
mod review;
mod review_ui;
mod ticks;

pub use actions::ACTIONS;
pub use facts_ui::facts_ui;
pub use look::Look;
pub use page_ui::duplicates_page_ui;
pub use pictures_ui::pictures_ui;
pub use review::Review;

use std::ops::Range;
use std::path::Path;

use eframe::egui;

use crate::message::{
    DuplicateGroup, DuplicateGroups, DuplicateMeasure, DuplicatePost, Generation, Pixels,
    PostDetails, Request,
};
use crate::model::PostId;

use super::link::Link;
use super::text;
use super::wanted::WantedThumbnails;
use look::Side;

/// Bits and cosine that the page begins with.
const FIRST_DISTANCE: u32 = 4;
const FIRST_COSINE: f32 = 0.95;

/// What can be done on the page.
#[derive(Clone, Debug, PartialEq)]
pub enum DuplicateCommand {
    /// Open the page, or close it.
    TogglePage,
    SetMeasure(DuplicateMeasure),
    Find,
    Stop,
    /// Answer no to what is asked, else stop looking for groups.
    Back,
    /// Look at the group of this index.
    Review(usize),
    /// Look at the group so many after this one.
    Step(isize),
    /// Back to the list, where there is no room for both.
    CloseReview,
    Look(Look),
    /// Show the other of the two, where they flicker.
    Flip,
    /// Put this member on this side.
    Place(Side, usize),
    /// Put the next member on the right side.
    NextMember,
    /// Tick a member, which is kept then, or let it go.
    Tick(PostId),
    TickSide(Side),
    /// Keep the one on this side: tags and sources of the one on the other go onto it.
    Keep(Side),
    /// Keep those that are ticked: the others' tags and sources go onto the best of them.
    KeepTicked,
    /// Move the others' files to the trash too, or not.
    TrashFiles(bool),
    ToggleTrash,
    /// Do what was asked about.
    Confirm,
    /// Do nothing of it.
    Cancel,
    NotDuplicates,
    /// This member is a duplicate of none of the others.
    SingleOut(PostId),
    SingleOutRight,
    Undo,
    /// Open a post large.
    Open(PostId),
}

/// A search for groups that is under way.
#[derive(Clone, Copy, Debug)]
struct Finding {
    generation: Generation,
    /// What is looked for, which may not be what is set any more.
    measure: DuplicateMeasure,
    /// 0 to 1.
    share: f32,
}

/// A merge that moves files, which is asked about first.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Confirmation {
    keep: PostId,
    others: Vec<PostId>,
}

/// A decision that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Sent {
    /// About the group of this index; `None` where the list is another one by now.
    Decision {
        group: Option<usize>,
        /// Nothing more is to be decided of these.
        done: Vec<PostId>,
    },
    Undo,
}

/// What was decided of a group of the list.
#[derive(Clone, Debug)]
struct Decided {
    group: usize,
    said: String,
    /// What the group was, where some of it are still to be decided.
    before: Option<Vec<DuplicatePost>>,
}

pub struct Duplicates {
    /// What the next search goes by.
    measure: DuplicateMeasure,
    /// The bits and the cosine that were chosen last.
    distance: u32,
    cosine: f32,
    finding: Option<Finding>,
    /// By this measure.
    groups: Option<(DuplicateMeasure, Box<DuplicateGroups>)>,
    failure: Option<String>,
    /// What was decided of groups of the list, in order.
    decided: Vec<Decided>,
    review: Option<Review>,
    trash_files: bool,
    confirmation: Option<Confirmation>,
    sent: Option<Sent>,
    outcome: Option<Result<String, String>>,
    /// What undo would take back.
    undo: Option<String>,
    wanted: WantedThumbnails,
    /// Groups of the list that are on screen.
    shown: Range<usize>,
    /// Thumbnails that a group of the list has room for.
    num_fitting: usize,
    /// The group of which the list shows all.
    unfolded: Option<usize>,
    /// The list scrolls to this group at the next frame.
    scroll_to: Option<usize>,
}

impl Default for Duplicates {
    fn default() -> Self {
        Self {
            measure: DuplicateMeasure::Distance(FIRST_DISTANCE),
            distance: FIRST_DISTANCE,
            cosine: FIRST_COSINE,
            finding: None,
            groups: None,
            failure: None,
            decided: Vec::new(),
            review: None,
            trash_files: false,
            confirmation: None,
            sent: None,
            outcome: None,
            undo: None,
            wanted: WantedThumbnails::default(),
            shown: 0..0,
            num_fitting: 0,
            unfolded: None,
            scroll_to: None,
        }
    }
}

impl Duplicates {
    pub fn is_wanted(&self, post: PostId) -> bool {
        self.wanted.contains(post)
    }

    pub fn ask_thumbnails_again(&mut self) {
        self.wanted.ask_again();
    }

    fn set_measure(&mut self, measure: DuplicateMeasure) {
        match measure {
            DuplicateMeasure::Distance(bits) => self.distance = bits,
            DuplicateMeasure::Cosine(cosine) => self.cosine = cosine,
        }
        self.measure = measure;
    }

    /// Looks for groups; what was found before stays until there are others.
    fn find(&mut self, link: &mut Link) {
        let generation = link.next_generation();
        self.finding = Some(Finding {
            generation,
            measure: self.measure,
            share: 0.0,
        });
        self.failure = None;
        link.send(Request::FindDuplicates {
            generation,
            measure: self.measure,
        });
    }

    fn stop(&mut self, link: &mut Link) {
        if self.finding.take().is_some() {
            link.send(Request::StopDuplicates);
        }
    }

    pub fn progressed(&mut self, generation: Generation, share: f32) {
        if let Some(finding) = &mut self.finding
            && finding.generation == generation
        {
            finding.share = share.clamp(0.0, 1.0);
        }
    }

    /// `true` where this is what was looked for.
    pub fn found(
        &mut self,
        generation: Generation,
        groups: Result<Box<DuplicateGroups>, String>,
    ) -> bool {
        let Some(finding) = self.finding.take_if(|it| it.generation == generation) else {
            return false;
        };
        // What is being carried out is about a group of the list before.
        if let Some(Sent::Decision { group, .. }) = &mut self.sent {
            *group = None;
        }
        self.review = None;
        self.confirmation = None;
        self.decided.clear();
        self.outcome = None;
        self.groups = None;
        match groups {
            Ok(groups) => {
                // Decisions of an earlier day can be taken back too.
                if self.sent.is_none() {
                    self.undo.clone_from(&groups.undo);
                }
                self.groups = Some((finding.measure, groups));
            }
            Err(reason) => self.failure = Some(reason),
        }
        true
    }

    /// The engine stopped: nothing will be answered.
    pub fn abandon(&mut self) {
        self.finding = None;
        self.sent = None;
    }

    pub fn take_details(
        &mut self,
        generation: Generation,
        details: &Result<Box<PostDetails>, String>,
    ) -> bool {
        let review = self.review.as_mut();
        review.is_some_and(|it| it.take_details(generation, details))
    }

    /// Gives the picture back where it was not asked for here.
    pub fn take_picture(
        &mut self,
        ctx: &egui::Context,
        generation: Generation,
        picture: Result<Pixels, String>,
    ) -> Option<Result<Pixels, String>> {
        match &mut self.review {
            Some(review) => review.take_picture(ctx, generation, picture),
            None => Some(picture),
        }
    }

    /// Something else is on screen.
    pub fn hide(&mut self) {
        if let Some(review) = &mut self.review {
            review.hide();
        }
    }

    pub fn refresh_details(&mut self) {
        if let Some(review) = &mut self.review {
            review.refresh_details();
        }
    }

    /// Bytes of the pictures that are compared.
    pub fn texture_bytes(&self) -> u64 {
        self.review.as_ref().map_or(0, Review::texture_bytes)
    }

    pub fn show_smaller(&mut self) {
        if let Some(review) = &mut self.review {
            review.show_smaller();
        }
    }

    pub fn limit_bytes(&mut self, max_bytes: u64) {
        if let Some(review) = &mut self.review {
            review.limit_bytes(max_bytes);
        }
    }

    fn group(&self, index: usize) -> Option<&DuplicateGroup> {
        self.groups.as_ref()?.1.groups.get(index)
    }

    fn num_groups(&self) -> usize {
        self.groups.as_ref().map_or(0, |it| it.1.groups.len())
    }

    fn decision_of(&self, group: usize) -> Option<&str> {
        let mut closed = self.closed().rev();
        closed
            .find(|it| it.group == group)
            .map(|it| it.said.as_str())
    }

    /// Decisions after which nothing of a group was left to be decided.
    fn closed(&self) -> impl DoubleEndedIterator<Item = &Decided> {
        self.decided.iter().filter(|it| it.before.is_none())
    }

    /// Takes the posts that are done out of a group; a group of less than two is
    /// decided, and stays as it was.
    fn close(&mut self, group: usize, done: &[PostId], said: String) {
        let mut before = None;
        if let Some((_, groups)) = &mut self.groups
            && let Some(posts) = groups.groups.get_mut(group).map(|it| &mut it.posts)
        {
            let rest: Vec<DuplicatePost> = posts
                .iter()
                .filter(|it| !done.contains(&it.post))
                .cloned()
                .collect();
            if rest.len() > 1 {
                let was = std::mem::replace(posts, rest);
                // How far they are was said of the first.
                if was.first().map(|it| it.post) != posts.first().map(|it| it.post) {
                    for post in posts {
                        post.distance = None;
                        post.cosine = None;
                    }
                }
                before = Some(was);
            }
        }
        self.decided.push(Decided {
            group,
            said,
            before,
        });
    }

    /// Forgets the last decision; returns its group, which is as it was.
    fn reopen(&mut self) -> Option<usize> {
        let Decided { group, before, .. } = self.decided.pop()?;
        if let Some(before) = before
            && let Some((_, groups)) = &mut self.groups
            && let Some(group) = groups.groups.get_mut(group)
        {
            group.posts = before;
        }
        Some(group)
    }

    /// The next group after `group` that nothing was decided of, from the start
    /// again after the last.
    fn next_open(&self, group: usize) -> Option<usize> {
        let num_groups = self.num_groups();
        (group + 1..num_groups)
            .chain(0..group)
            .find(|it| self.decision_of(*it).is_none())
    }

    /// Nothing was looked for yet.
    fn is_untouched(&self) -> bool {
        self.groups.is_none() && self.failure.is_none() && self.finding.is_none()
    }

    /// `12 groups of 31 posts in 0.4 s, 3 are decided`
    fn summary(&self) -> Option<String> {
        let (measure, groups) = self.groups.as_ref()?;
        let num_posts: usize = groups.groups.iter().map(|it| it.posts.len()).sum();
        let mut said = text::duplicates::found(
            groups.groups.len() as u64,
            num_posts as u64,
            &measure_text(*measure),
            &text::elapsed(groups.elapsed_us),
        );
        if groups.num_dismissed > 0 {
            said += &text::duplicates::left_out(groups.num_dismissed);
        }
        let num_closed = self.closed().count();
        if num_closed > 0 && num_closed >= groups.groups.len() {
            said += text::duplicates::ALL_DECIDED;
        } else if num_closed > 0 {
            said += &text::duplicates::decided(num_closed as u64);
        }
        Some(said)
    }
}

/// `at least 94 % alike`
fn measure_text(measure: DuplicateMeasure) -> String {
    match measure {
        DuplicateMeasure::Distance(0) => text::duplicates::WITH_EQUAL_HASHES.to_owned(),
        DuplicateMeasure::Distance(bits) => text::duplicates::at_most_bits(bits),
        DuplicateMeasure::Cosine(cosine) => text::duplicates::at_least_cosine(cosine),
    }
}

/// How like a post is to the first of its group: `94 % alike`.
fn apart_text(post: &DuplicatePost) -> Option<String> {
    let DuplicatePost {
        post: _,
        distance,
        cosine,
    } = post;
    match (distance, cosine) {
        (Some(0), _) => Some(text::duplicates::EQUAL_HASHES.to_owned()),
        (Some(bits), _) => Some(text::duplicates::bits(*bits)),
        (None, Some(cosine)) => Some(text::duplicates::cosine(*cosine)),
        (None, None) => None,
    }
}

/// What that likeness was made of.
fn apart_detail(post: &DuplicatePost) -> Option<String> {
    match (post.distance, post.cosine) {
        (Some(bits), _) => Some(text::duplicates::bits_differ(bits)),
        (None, Some(cosine)) => Some(text::duplicates::cosine_is(cosine)),
        (None, None) => None,
    }
}

/// `3 posts, at least 91 % alike`
fn group_text(group: &DuplicateGroup) -> String {
    let mut said = text::duplicates::num_posts(group.posts.len() as u64);
    let others = group.posts.get(1..).unwrap_or_default();
    let is_pair = others.len() == 1;
    if let Some(most) = others.iter().filter_map(|it| it.distance).max() {
        said += &match most {
            0 => text::duplicates::AND_EQUAL_HASHES.to_owned(),
            _ if is_pair => text::duplicates::bits_apart(most),
            _ => text::duplicates::up_to_bits_apart(most),
        };
    } else if let Some(least) = others
        .iter()
        .filter_map(|it| it.cosine)
        .min_by(f32::total_cmp)
    {
        said += &if is_pair {
            text::duplicates::and_cosine(least)
        } else {
            text::duplicates::and_cosine_from(least)
        };
    }
    said
}

/// The name of a file, for a sentence.
fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(
        || path.display().to_string(),
        |it| it.to_string_lossy().into_owned(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::channel;

    fn post(post: u32, distance: Option<u32>) -> DuplicatePost {
        DuplicatePost {
            post: PostId(post),
            distance,
            cosine: None,
        }
    }

    fn groups(generation: Generation, num_groups: u32) -> Box<DuplicateGroups> {
        Box::new(DuplicateGroups {
            generation,
            groups: (0..num_groups)
                .map(|it| DuplicateGroup {
                    posts: vec![post(2 * it, None), post(2 * it + 1, Some(it))],
                })
                .collect(),
            ..DuplicateGroups::default()
        })
    }

    #[test]
    fn only_the_last_search_is_listened_to() {
        let (window, engine) = channel();
        let mut link = Link::new(window);
        let mut duplicates = Duplicates::default();
        duplicates.find(&mut link);
        let first = duplicates.finding.unwrap().generation;
        duplicates.find(&mut link);
        let second = duplicates.finding.unwrap().generation;
        duplicates.progressed(first, 0.5);
        assert!(duplicates.finding.unwrap().share <= 0.0);
        assert!(!duplicates.found(first, Ok(groups(first, 3))));
        assert!(duplicates.found(second, Ok(groups(second, 2))));
        assert_eq!(duplicates.num_groups(), 2);
        duplicates.stop(&mut link);
        assert_eq!(engine.requests.len(), 2, "nothing is left to be stopped");
    }

    #[test]
    fn what_is_decided_is_passed_over() {
        let mut duplicates = Duplicates {
            groups: Some((
                DuplicateMeasure::Distance(4),
                groups(Generation::default(), 4),
            )),
            ..Duplicates::default()
        };
        duplicates.close(1, &[PostId(2)], "kept".to_owned());
        assert_eq!(duplicates.next_open(0), Some(2));
        assert_eq!(duplicates.next_open(3), Some(0));
        duplicates.close(0, &[PostId(0)], "kept".to_owned());
        duplicates.close(2, &[PostId(4), PostId(5)], "other".to_owned());
        assert_eq!(duplicates.next_open(3), None);
    }

    #[test]
    fn a_group_is_open_until_one_is_left_and_each_step_can_be_taken_back() {
        let mut found = groups(Generation::default(), 1);
        found.groups[0]
            .posts
            .extend([post(7, Some(3)), post(8, Some(4))]);
        let mut duplicates = Duplicates {
            groups: Some((DuplicateMeasure::Distance(4), found)),
            ..Duplicates::default()
        };
        let ids = |duplicates: &Duplicates| -> Vec<u32> {
            let group = duplicates.group(0).unwrap();
            group.posts.iter().map(|it| it.post.0).collect()
        };
        duplicates.close(0, &[PostId(7)], "one".to_owned());
        assert_eq!(ids(&duplicates), [0, 1, 8]);
        assert_eq!(duplicates.decision_of(0), None);
        assert_eq!(duplicates.group(0).unwrap().posts[2].distance, Some(4));
        duplicates.close(0, &[PostId(0)], "two".to_owned());
        assert_eq!(ids(&duplicates), [1, 8]);
        let nearest = duplicates.group(0).unwrap().posts[1].distance;
        assert_eq!(nearest, None, "it was said of the one that went");
        duplicates.close(0, &[PostId(8)], "three".to_owned());
        assert_eq!(duplicates.decision_of(0), Some("three"));
        assert_eq!(duplicates.reopen(), Some(0));
        assert_eq!(duplicates.decision_of(0), None);
        duplicates.reopen();
        duplicates.reopen();
        assert_eq!(ids(&duplicates), [0, 1, 7, 8]);
        assert_eq!(duplicates.reopen(), None);
    }

    #[test]
    fn a_group_says_how_far_apart_it_is() {
        let mut group = DuplicateGroup {
            posts: vec![post(1, None), post(2, Some(2)), post(3, Some(6))],
        };
        assert_eq!(group_text(&group), "3 posts, at least 91 % alike");
        for post in &mut group.posts {
            post.distance = None;
            post.cosine = Some(0.98765);
        }
        assert_eq!(group_text(&group), "3 posts, at least 98.8 % alike");
        group.posts.pop();
        assert_eq!(group_text(&group), "2 posts, 98.8 % alike");
    }
}
