//! Carries out what is asked about tags, and follows what is at hand.

use eframe::egui;

use crate::app::KobakoApp;
use crate::app::command::Command;
use crate::app::grid::{Move, Reach};
use crate::app::viewer::Viewer;
use crate::message::{
    Completion, EditRequest, Generation, PostEdit, Request, TagEdit, TaggingEvent,
};
use crate::model::PostId;

use super::field_ui::field_id;
use super::{About, Tagger, TaggingCommand};

impl KobakoApp {
    pub(in crate::app) fn carry_out_tagging(
        &mut self,
        ctx: &egui::Context,
        command: TaggingCommand,
    ) {
        match command {
            TaggingCommand::Open => self.open_tagger(),
            TaggingCommand::Focus => {
                if let Some(tagger) = &mut self.tagger {
                    tagger.field.wants_focus = true;
                }
            }
            TaggingCommand::Close => {
                self.tagger = None;
                ctx.memory_mut(|memory| memory.surrender_focus(field_id()));
            }
            TaggingCommand::Apply => self.apply_tags(),
            TaggingCommand::Change(edit) => {
                let posts = self.tagger.as_ref().map(|it| it.posts.clone());
                self.change_tags(posts.unwrap_or_default(), edit);
            }
            TaggingCommand::ChangeAtHand(edit) => {
                let posts = self.posts_at_hand();
                self.change_tags(posts, edit);
            }
            TaggingCommand::Step(by) => self.step_tagging(by),
        }
    }

    pub(in crate::app) fn open_tagger(&mut self) {
        if let Some(tagger) = &mut self.tagger {
            return tagger.field.focus();
        }
        let posts = self.posts_at_hand();
        if posts.is_empty() {
            return;
        }
        // Its next picture would get what is typed for this one.
        self.presenting.slideshow = None;
        let mut tagger = Tagger::new(posts, self.tagging_is_about());
        tagger.field.wants_focus = true;
        self.tagger = Some(tagger);
        self.name_tagged();
    }

    /// Whether something can be typed for posts that are at hand.
    pub(in crate::app) fn can_open_tagger(&self) -> bool {
        self.presenting.compare.is_none() && self.is_post_at_hand()
    }

    /// Posts at hand whose tags can be changed.
    pub(in crate::app) fn num_taggable(&self) -> u64 {
        if self.library.read_only.is_some() || self.presenting.compare.is_some() {
            return 0;
        }
        match self.viewer {
            Some(_) => 1,
            None => self.front_grid().map_or(0, |it| it.0.num_selected()),
        }
    }

    fn change_tags(&mut self, posts: Vec<PostId>, tags: TagEdit) {
        if !posts.is_empty() && self.library.read_only.is_none() {
            let edit = PostEdit::Tag { posts, tags };
            self.follows_edit = true;
            self.link.send(Request::Edit(EditRequest::Do(edit)));
        }
    }

    fn apply_tags(&mut self) {
        let Some(tagger) = &mut self.tagger else {
            return;
        };
        if !tagger.reading.is_of(&tagger.field.text) {
            tagger.applies_next = true;
            return;
        }
        let Some(edit) = tagger.reading.edit() else {
            return;
        };
        let text = std::mem::take(&mut tagger.field.text);
        tagger.field.set(String::new(), &mut self.link);
        tagger.sent = Some(text);
        let posts = tagger.posts.clone();
        self.change_tags(posts, edit);
    }

    fn step_tagging(&mut self, by: isize) {
        let step = if by > 0 {
            (Command::NextPost, Move::Right)
        } else {
            (Command::PreviousPost, Move::Left)
        };
        if self.viewer.is_some() {
            if self.can(&step.0) {
                self.step(by);
            }
        } else if by > 0 && self.has_left_result() {
            // What followed it stands in its place.
            self.take_posts_at_hand();
        } else {
            self.in_grid(|grid, cells| grid.move_cursor(step.1, Reach::One, cells));
        }
    }

    /// The post that is tagged is no longer in what is searched, and another is selected.
    fn has_left_result(&self) -> bool {
        let posts = self.tagger.as_ref().map(|it| &it.posts);
        posts.is_some_and(|it| it.len() == 1 && *it != self.posts_at_hand())
    }

    /// Keeps to what is at hand, and asks for what is shown and not known.
    pub(in crate::app) fn follow_tagger(&mut self) {
        if self.tagger.is_none() {
            return;
        }
        self.follow_tagged();
        self.name_tagged();
        let is_busy = !self.import.jobs.is_empty() || self.edit_progress.is_some();
        let version = self.library_version;
        let Some(tagger) = &mut self.tagger else {
            return;
        };
        if tagger.tags.is_due || !(is_busy && tagger.tags.is_answered) {
            tagger.tags.follow(&tagger.posts, version, &mut self.link);
        }
        tagger.reading.follow(&tagger.field.text, &mut self.link);
    }

    /// Other posts are at hand: it is about them from now on, or closes where there
    /// are none.
    fn follow_tagged(&mut self) {
        let about = self.tagging_is_about();
        let Some(tagger) = &mut self.tagger else {
            return;
        };
        if tagger.about == about {
            return;
        }
        let num_answered = about.num_answered;
        let before = std::mem::replace(&mut tagger.about, about.clone());
        // The result followed the library, and with it what is selected.
        let is_refresh = before
            == About {
                version: before.version,
                num_answered: before.num_answered,
                ..about
            }
            && before.num_answered != num_answered;
        if is_refresh {
            return;
        }
        self.take_posts_at_hand();
    }

    fn take_posts_at_hand(&mut self) {
        let posts = self.posts_at_hand();
        if posts.is_empty() || !self.is_post_at_hand() {
            self.tagger = None;
        } else if let Some(tagger) = &mut self.tagger
            && tagger.posts != posts
        {
            tagger.posts = posts;
            tagger.name = None;
            tagger.applies_next = false;
            tagger.tags.forget();
        }
    }

    fn tagging_is_about(&self) -> About {
        About {
            view: self.view,
            open: self.viewer.as_ref().map(|it| it.post),
            version: self.front_grid().map_or(0, |it| it.0.selection_version()),
            query: self.search.query.clone(),
            num_answered: self.search.num_answered(),
        }
    }

    /// Says what the only post is called, once that is known.
    fn name_tagged(&mut self) {
        let open = self.viewer.as_ref();
        if let Some(tagger) = &mut self.tagger
            && tagger.name.is_none()
            && let Some(only) = tagger.only()
        {
            let name = open
                .filter(|it| it.post == only)
                .and_then(Viewer::file_name);
            tagger.name = name.or_else(|| self.textures.label(only).map(str::to_owned));
        }
    }

    pub(in crate::app) fn take_tagging(&mut self, event: TaggingEvent) {
        let Some(tagger) = &mut self.tagger else {
            return;
        };
        match event {
            TaggingEvent::Read { generation, words } => {
                tagger.reading.take(generation, words);
                if tagger.applies_next && tagger.reading.is_of(&tagger.field.text) {
                    tagger.applies_next = false;
                    self.apply_tags();
                }
            }
            TaggingEvent::Counted {
                generation,
                num_posts,
                tags,
            } => tagger.tags.take(generation, num_posts, tags),
        }
    }

    /// Takes completions; gives them back where the search bar asked.
    pub(in crate::app) fn tags_completed(
        &mut self,
        generation: Generation,
        replace: &std::ops::Range<usize>,
        items: Vec<Completion>,
    ) -> Option<Vec<Completion>> {
        match &mut self.tagger {
            Some(tagger) => {
                let field = &mut tagger.field;
                field.completed(generation, replace.clone(), items, &mut self.link)
            }
            None => Some(items),
        }
    }

    /// An edit ended; what was typed for one that failed comes back.
    pub(in crate::app) fn tags_edited(&mut self, has_failed: bool) {
        if let Some(tagger) = &mut self.tagger {
            tagger.tags.is_due = true;
        }
        if let Some(tagger) = &mut self.tagger
            && let Some(text) = tagger.sent.take()
            && has_failed
            && tagger.field.text.is_empty()
        {
            tagger.field.set(text, &mut self.link);
        }
    }

    /// Tags read otherwise after a change of the library.
    pub(in crate::app) fn tags_changed(&mut self) {
        if let Some(tagger) = &mut self.tagger {
            tagger.reading.forget();
        }
    }
}
