//! Posts that are taken out of the library so that they can come back as they were.
//!
//! A post is rows of several tables. They are taken down as they are before they are
//! deleted, and written again under the same id, which no other post ever gets.

use std::path::PathBuf;

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use super::Edit;
use crate::library::error::EditError;
use crate::library::former_post::{self, Cell, FormerPost};
use crate::library::post_parent::{self, ParentRow};
use crate::library::post_tags::{self, Origin};
use crate::library::{TrashFile, batch, deleted_post, hand_marks, path_bytes, post, tag};
use crate::model::PostId;

/// Where rows of a post are, the post itself first. The names go into statements.
const TABLES: [Table; 9] = [
    Table::new("post", "id = ?1"),
    Table::new("post_text", "post_id = ?1"),
    Table::new("post_tag", "post_id = ?1"),
    Table::new("post_source", "post_id = ?1"),
    Table::new("source_post", "post_id = ?1"),
    Table::new("file", "post_id = ?1"),
    Table::new("post_parent", "post_id = ?1"),
    Table::new("pool_post", "post_id = ?1"),
    Table::new("duplicate_pair", "post_id = ?1 OR other_id = ?1"),
];

#[derive(Clone, Copy, Debug)]
struct Table {
    name: &'static str,
    /// Rows of the post ?1.
    of_post: &'static str,
}

impl Table {
    const fn new(name: &'static str, of_post: &'static str) -> Self {
        Self { name, of_post }
    }

    fn rows(&self, conn: &Connection, id: PostId) -> rusqlite::Result<Vec<Vec<Cell>>> {
        let Self { name, of_post } = self;
        let mut select = conn.prepare_cached(&format!("SELECT * FROM {name} WHERE {of_post}"))?;
        let num_columns = select.column_count();
        select
            .query_map([id.0], |row| {
                let cells = (0..num_columns).map(|at| row.get::<_, Value>(at).map(Cell::from));
                cells.collect()
            })?
            .collect()
    }

    /// What is there by now, or names what is gone, is left out.
    fn insert(&self, conn: &Connection, row: &[Cell]) -> rusqlite::Result<bool> {
        let holders = vec!["?"; row.len()].join(", ");
        let insert = format!("INSERT OR IGNORE INTO {} VALUES ({holders})", self.name);
        match conn
            .prepare_cached(&insert)?
            .execute(params_from_iter(row.iter()))
        {
            Ok(num) => Ok(num > 0),
            // A pool, a tag's site or another post that is gone.
            Err(err) if is_foreign_key(&err) => Ok(false),
            Err(err) => Err(err),
        }
    }
}

fn is_foreign_key(err: &rusqlite::Error) -> bool {
    matches!(err, rusqlite::Error::SqliteFailure(err, _)
        if err.extended_code == rusqlite::ffi::SQLITE_CONSTRAINT_FOREIGNKEY)
}

impl Edit<'_> {
    /// Takes posts out, whose files are in the trash where `files` has them; those that
    /// are gone already are passed over.
    pub(super) fn remove_posts(
        &mut self,
        posts: &[PostId],
        is_barred: bool,
        files: &[(PostId, Vec<TrashFile>)],
    ) -> Result<Vec<FormerPost>, EditError> {
        let mut removed = Vec::new();
        for &id in posts {
            if post::by_id(self.conn, id)?.is_none() {
                continue;
            }
            let rows = TABLES
                .iter()
                .map(|table| table.rows(self.conn, id))
                .collect::<rusqlite::Result<_>>()?;
            let children = self.remove_post(id, is_barred)?;
            let post = FormerPost { id, rows, children };
            let files = files.iter().find(|it| it.0 == id);
            former_post::insert(self.conn, &post, files.map_or(&[], |it| &it.1))?;
            removed.push(post);
        }
        Ok(removed)
    }

    /// Puts posts back. Not those whose picture came back by itself meanwhile, as
    /// another post; what else changed since (a tag that is gone) stays so.
    /// Returns those that are back.
    pub(super) fn restore_posts(
        &mut self,
        removed: &[&FormerPost],
    ) -> Result<Vec<PostId>, EditError> {
        let mut back = Vec::new();
        // The posts themselves first: other rows name them.
        let (of_posts, others) = (TABLES.first(), TABLES.iter().skip(1));
        for &post in removed {
            let rows = post.rows.first().into_iter().flatten();
            for (table, row) in of_posts.into_iter().zip(rows) {
                if table.insert(self.conn, row)? {
                    back.push(post);
                }
            }
        }
        for FormerPost { id, rows, .. } in &back {
            for (table, rows) in others.clone().zip(rows.iter().skip(1)) {
                for row in rows {
                    table.insert(self.conn, row)?;
                }
            }
            self.came_back(*id)?;
        }
        for FormerPost { id, children, .. } in &back {
            for &child in children {
                if let Some(row) = post_parent::get(self.conn, child)?
                    && row.parent.is_none()
                {
                    let parent = Some(*id);
                    post_parent::put(self.conn, child, ParentRow { parent, ..row })?;
                    self.log.post(child);
                }
            }
        }
        for post in removed {
            former_post::delete(self.conn, post.id)?;
        }
        Ok(back.iter().map(|it| it.id).collect())
    }

    /// Its rows are written: what follows from them, and what became of its tags.
    fn came_back(&mut self, id: PostId) -> Result<(), EditError> {
        if let Some(md5) = self.row(id)?.md5 {
            deleted_post::delete(self.conn, md5)?;
            // It comes with what the user set by hand.
            hand_marks::forget(self.conn, md5)?;
        }
        self.log.post(id).is_new = true;
        for (tag, origin) in post_tags::of_post(self.conn, id)? {
            // Tags are no foreign keys.
            if tag::by_id(self.conn, tag)?.is_none() {
                post_tags::delete(self.conn, id, [tag])?;
            } else if origin != Origin::RemovedByUser {
                self.log.post(id).add_tag(tag);
            }
        }
        post::recount_tags(self.conn, id)?;
        Ok(())
    }

    /// Files that are not there, or are again.
    pub(super) fn mark_files(
        &mut self,
        paths: &[PathBuf],
        is_missing: bool,
    ) -> Result<(), EditError> {
        for path in paths {
            let path = path_bytes::split(path)?;
            batch::mark_missing(self.conn, &mut self.log, &path, is_missing)?;
        }
        Ok(())
    }
}
