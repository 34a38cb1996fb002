//! From the names of drafts to tags, which are made where they are new.

use std::collections::HashMap;

use rusqlite::Connection;

use super::change_log::ChangeLog;
use super::tag::KnownTag;
use super::{TagChange, tag, tag_alias};
use crate::model::{Category, TagDraft, TagId};

/// Remembers what it looked up: a batch names the same tags again and again.
#[derive(Debug)]
pub(super) struct TagNames<'c> {
    conn: &'c Connection,
    /// There are none in most libraries, which need not be asked each time.
    has_aliases: bool,
    by_name: HashMap<String, Named>,
    tags: HashMap<TagId, KnownTag>,
}

#[derive(Clone, Copy, Debug)]
struct Named {
    id: TagId,
    is_alias: bool,
}

impl<'c> TagNames<'c> {
    pub fn new(conn: &'c Connection) -> rusqlite::Result<Self> {
        Ok(Self {
            conn,
            has_aliases: tag_alias::is_any(conn)?,
            by_name: HashMap::new(),
            tags: HashMap::new(),
        })
    }

    /// The tag that a draft names, itself or by an alias. A category that says
    /// more than "general" is kept once known, and so is a finer one, so that
    /// two sources which disagree don't change it to and fro.
    pub fn get_or_make(
        &mut self,
        draft: &TagDraft,
        log: &mut ChangeLog,
    ) -> rusqlite::Result<TagId> {
        let said = draft.category.unwrap_or_default();
        let named = match self.by_name.get(&draft.name) {
            Some(named) => *named,
            None => self.look_up(&draft.name, said, log)?,
        };
        if said != Category::General || draft.extended_category.is_some() {
            self.put_category(named.id, said, draft.extended_category.as_deref(), log)?;
        }
        if let Some(spelling) = &draft.spelling
            && (*spelling != draft.name || named.is_alias)
        {
            tag::add_spelling(self.conn, named.id, spelling)?;
        }
        Ok(named.id)
    }

    fn look_up(
        &mut self,
        name: &str,
        said: Category,
        log: &mut ChangeLog,
    ) -> rusqlite::Result<Named> {
        let conn = self.conn;
        let mut is_alias = false;
        let tag = match tag::by_name(conn, name)? {
            Some(known) => known,
            None => match self.alias_target(name)? {
                None => self.make(name, said, log)?,
                Some(target) => {
                    is_alias = true;
                    match tag::by_name(conn, &target)? {
                        Some(known) => known,
                        None => self.make(&target, said, log)?,
                    }
                }
            },
        };
        if is_alias {
            tag::add_spelling(conn, tag.id, name)?;
        }
        let named = Named {
            id: tag.id,
            is_alias,
        };
        self.tags.entry(tag.id).or_insert(tag);
        self.by_name.insert(name.to_owned(), named);
        Ok(named)
    }

    fn alias_target(&self, name: &str) -> rusqlite::Result<Option<String>> {
        if self.has_aliases {
            tag_alias::target(self.conn, name)
        } else {
            Ok(None)
        }
    }

    fn make(
        &self,
        name: &str,
        category: Category,
        log: &mut ChangeLog,
    ) -> rusqlite::Result<KnownTag> {
        let id = tag::insert(self.conn, name, category)?;
        log.put_tag(TagChange {
            id,
            name: name.to_owned(),
            category,
            extended_category: None,
        });
        if self.has_aliases {
            for alias in tag_alias::of_name(self.conn, name)? {
                log.put_alias(alias, Some(id));
            }
        }
        Ok(KnownTag {
            id,
            category,
            has_extended_category: false,
        })
    }

    fn put_category(
        &mut self,
        id: TagId,
        said: Category,
        extended: Option<&str>,
        log: &mut ChangeLog,
    ) -> rusqlite::Result<()> {
        let Some(known) = self.tags.get_mut(&id) else {
            return Ok(());
        };
        let mut has_news = false;
        if known.category == Category::General && said != Category::General {
            tag::set_category(self.conn, id, said)?;
            known.category = said;
            has_news = true;
        }
        if let Some(extended) = extended
            && !known.has_extended_category
            && !extended.is_empty()
        {
            tag::set_extended_category(self.conn, id, extended)?;
            known.has_extended_category = true;
            has_news = true;
        }
        if has_news && let Some(tag) = tag::by_id(self.conn, id)? {
            log.put_tag(tag);
        }
        Ok(())
    }
}
