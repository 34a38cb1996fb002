use std::path::{Path, PathBuf};

use super::connection::Connection;
use super::{
    Changes, JournalRead, JournalState, KeptPost, KnownFile, LastDecision, LibraryError,
    PictureThere, PoolQuery, PostColumns, PostRecord, PostTexts, RecentSearch, TagRow,
    deleted_post, duplicate, excluded_folder, failure, file, folder, former_post, journal,
    leaving_post, path_bytes, pool, post, post_tags, root, saved_search, search_history, source,
    tag, texts,
};
use crate::message::FailedFile;
use crate::model::{FileStamp, Md5, PostId, SavedSearch, SourcePost, TagId};

/// Reads; belongs to one thread.
///
/// Each method sees one state of the library, as the last commit left it. A
/// callback may call the reader again.
#[derive(Debug)]
pub struct Reader {
    conn: Connection,
}

impl Reader {
    pub(super) fn new(conn: Connection) -> Self {
        Self { conn }
    }

    pub(super) fn conn(&self) -> &Connection {
        &self.conn
    }

    pub fn num_posts(&self) -> Result<u64, LibraryError> {
        self.conn.run("counting posts", post::count)
    }

    /// In order of id.
    pub fn for_each_tag(&self, f: &mut dyn FnMut(TagRow<'_>)) -> Result<(), LibraryError> {
        self.conn
            .run("reading all tags", |conn| tag::for_each(conn, f))
    }

    /// In order of id.
    pub fn for_each_post(&self, f: &mut dyn FnMut(&PostColumns)) -> Result<(), LibraryError> {
        self.conn
            .run("reading all posts", |conn| post::for_each(conn, f))
    }

    /// Perceptual hash and colour hash of each post with a picture, in order of id.
    pub fn for_each_hash(&self, f: &mut dyn FnMut(PostId, u64, u64)) -> Result<(), LibraryError> {
        self.conn.run("reading picture hashes", |conn| {
            post::for_each_hash(conn, f)
        })
    }

    /// Like [`Self::for_each_hash`], of posts that have a file that is there.
    pub fn for_each_hash_there(
        &self,
        f: &mut dyn FnMut(PostId, u64, u64),
    ) -> Result<(), LibraryError> {
        self.conn.run("reading picture hashes", |conn| {
            post::for_each_hash_there(conn, f)
        })
    }

    /// `None` where there is no such post, or no file of it.
    pub fn picture_there(&self, post: PostId) -> Result<Option<PictureThere>, LibraryError> {
        self.conn
            .run("reading a post", |conn| post::picture_there(conn, post))
    }

    /// Pairs of posts that the user decided not to be shown as duplicates, the
    /// smaller id first.
    pub fn decided_pairs(&self) -> Result<Vec<(PostId, PostId)>, LibraryError> {
        self.conn
            .run("reading decisions about duplicates", duplicate::pairs)
    }

    /// The last decision about duplicates that was not taken back.
    pub fn last_decision(&self) -> Result<Option<LastDecision>, LibraryError> {
        let last = self.conn.run(
            "reading decisions about duplicates",
            duplicate::record::last,
        )?;
        last.transpose()
            .map_err(|_| LibraryError::UnreadableDecision)
    }

    /// Posts of which [`Writer::note_leaving`] was told and nothing since.
    ///
    /// [`Writer::note_leaving`]: super::Writer::note_leaving
    pub fn leaving_posts(&self) -> Result<Vec<PostId>, LibraryError> {
        self.conn
            .run("reading posts on their way to the trash", leaving_post::all)
    }

    /// Posts that were taken out and can come back, in the order in which they went.
    pub fn former_posts(&self) -> Result<Vec<KeptPost>, LibraryError> {
        self.conn
            .run("reading what was taken out", former_post::all)
    }

    /// Whether there may be any [`Self::former_posts`].
    pub fn has_former_posts(&self) -> Result<bool, LibraryError> {
        self.conn
            .run("reading what was taken out", former_post::is_any)
    }

    /// The files of a post as imports saw them; those that are not missing come first.
    pub fn files_of(&self, post: PostId) -> Result<Vec<KnownFile>, LibraryError> {
        let files = self.conn.run("reading the files of a post", |conn| {
            file::of_post(conn, post)
        })?;
        Ok(files.into_iter().map(|it| it.known).collect())
    }

    /// In order of post, then tag.
    pub fn for_each_post_tag(&self, f: &mut dyn FnMut(PostId, TagId)) -> Result<(), LibraryError> {
        self.conn.run("reading the tags of all posts", |conn| {
            post_tags::for_each(conn, f)
        })
    }

    /// Other names with the tags that they stand for, in order; those of tags
    /// that are not there are left out.
    pub fn for_each_alias(&self, f: &mut dyn FnMut(&str, TagId)) -> Result<(), LibraryError> {
        self.conn
            .run("reading all aliases", |conn| tag::for_each_alias(conn, f))
    }

    /// What is searched by text, in order of post; those without any are left out.
    pub fn for_each_texts(
        &self,
        f: &mut dyn FnMut(PostId, &PostTexts),
    ) -> Result<(), LibraryError> {
        self.in_one_state("reading the texts of all posts", |conn| {
            texts::for_each(conn, f)
        })
    }

    /// `None` where there is no such post.
    pub fn post(&self, id: PostId) -> Result<Option<PostRecord>, LibraryError> {
        self.in_one_state("reading a post", |conn| {
            let Some(row) = post::by_id(conn, id)? else {
                return Ok(None);
            };
            let files = file::of_post(conn, id)?;
            let modified_ns = files.first().map_or(0, |it| it.known.stamp.modified_ns);
            let record = PostRecord {
                color_hash: row.color_hash,
                columns: row.into_columns(id),
                // 0 where the system has no such time, or what is there is not known.
                modified_at: (modified_ns != 0).then(|| modified_ns.div_euclid(1_000_000_000)),
                files: files
                    .into_iter()
                    .map(|it| (it.known.path, it.known.is_missing))
                    .collect(),
                tags: post_tags::named(conn, id)?,
                sources: source::of_post(conn, id)?,
                source_posts: source::source_posts_of_post(conn, id)?,
                text: post::text(conn, id)?,
            };
            Ok(Some(record))
        })
    }

    /// Lets `read` see one state of the library in all that it reads, whatever
    /// is committed meanwhile. Not for long: the write-ahead log grows with it.
    pub fn consistently<T, E: From<LibraryError>>(
        &self,
        read: impl FnOnce(&Self) -> Result<T, E>,
    ) -> Result<T, E> {
        let begun = self.conn.run("beginning to read", |conn| {
            // Inside a read that called this one, that one's state is seen.
            let begins = conn.is_autocommit();
            if begins {
                conn.execute_batch("BEGIN")?;
            }
            Ok(begins)
        })?;
        let _end = begun.then(|| EndOfRead { conn: &self.conn });
        read(self)
    }

    fn in_one_state<T>(
        &self,
        doing: &'static str,
        read: impl FnOnce(&rusqlite::Connection) -> rusqlite::Result<T>,
    ) -> Result<T, LibraryError> {
        self.consistently(|reader| reader.conn.run(doing, read))
    }

    /// Random; of this library alone, and the same for as long as it lives.
    pub fn identity(&self) -> Result<[u8; 16], LibraryError> {
        self.conn
            .run("reading the library's identity", journal::identity)
    }

    /// The last commit; zeros where nothing was ever committed.
    pub fn journal_state(&self) -> Result<JournalState, LibraryError> {
        self.in_one_state("reading the journal", journal::state)
    }

    /// Of a commit that the journal still knows.
    pub fn journal_token(&self, number: u64) -> Result<Option<u64>, LibraryError> {
        self.conn
            .run("reading the journal", |conn| journal::token(conn, number))
    }

    /// What each commit after `number` changed, oldest first. Where it is
    /// unreadable, `f` was called for those before the first that can't be read.
    pub fn for_each_change_after(
        &self,
        number: u64,
        f: &mut dyn FnMut(Changes),
    ) -> Result<JournalRead, LibraryError> {
        self.in_one_state("reading the journal", |conn| {
            journal::for_each_after(conn, number, f)
        })
    }

    /// Bytes of the journal's changes after `number`.
    pub fn journal_bytes_after(&self, number: u64) -> Result<u64, LibraryError> {
        self.conn.run("measuring the journal", |conn| {
            journal::bytes_after(conn, number)
        })
    }

    /// In the user's order.
    pub fn saved_searches(&self) -> Result<Vec<SavedSearch>, LibraryError> {
        self.conn.run("reading saved searches", saved_search::all)
    }

    /// The latest first.
    pub fn recent_searches(&self, limit: usize) -> Result<Vec<RecentSearch>, LibraryError> {
        self.conn.run("reading the history of searches", |conn| {
            search_history::latest(conn, limit)
        })
    }

    /// Pictures that the user took out and that no import brings back, in order.
    pub fn deleted_pictures(&self) -> Result<Vec<Md5>, LibraryError> {
        self.conn.run("reading deleted pictures", deleted_post::all)
    }

    /// The best path of a post: one that is not missing, if any.
    pub fn post_path(&self, id: PostId) -> Result<Option<PathBuf>, LibraryError> {
        let files = self.conn.run("reading the files of a post", |conn| {
            file::of_post(conn, id)
        })?;
        Ok(files.into_iter().next().map(|it| it.known.path))
    }

    /// At most `limit` posts above `after` that have a file which is not missing,
    /// in order. A page at a time, since a long read lets the log grow.
    pub fn posts_with_file_after(
        &self,
        after: PostId,
        limit: u32,
    ) -> Result<Vec<PostId>, LibraryError> {
        self.conn.run("reading which posts have files", |conn| {
            file::posts_after(conn, after, limit)
        })
    }

    pub fn post_md5(&self, id: PostId) -> Result<Option<Md5>, LibraryError> {
        self.conn
            .run("reading a post", |conn| post::md5_by_id(conn, id))
    }

    pub fn post_by_md5(&self, md5: Md5) -> Result<Option<PostId>, LibraryError> {
        self.conn
            .run("looking up an md5", |conn| post::id_by_md5(conn, md5))
    }

    /// From a site's post id to the md5 of what it is here; several where it is
    /// an album. By index, nothing in memory.
    pub fn md5_by_source(&self, source: &SourcePost) -> Result<Vec<Md5>, LibraryError> {
        self.conn.run("looking up a source", |conn| {
            source::md5_by_source(conn, source)
        })
    }

    /// The posts of all pools that match, in the pools' order; a post of two
    /// pools comes twice.
    pub fn posts_in_pool(&self, query: &PoolQuery) -> Result<Vec<PostId>, LibraryError> {
        self.in_one_state("reading pools", |conn| pool::posts(conn, query))
    }

    /// Paths of the folders that were imported, as bytes.
    pub fn roots(&self) -> Result<Vec<Vec<u8>>, LibraryError> {
        self.conn.run("reading imported folders", root::all)
    }

    /// Posts with a file in `folder` or below it, each once for each such file;
    /// `None` where `is_cancelled`, which is asked now and then, said so.
    pub fn posts_below(
        &self,
        folder: &Path,
        is_cancelled: &dyn Fn() -> bool,
    ) -> Result<Option<Vec<PostId>>, LibraryError> {
        let folder = path_bytes::to_bytes(folder)?;
        self.conn.run("reading the posts of a folder", |conn| {
            file::posts_below(conn, &folder, is_cancelled)
        })
    }

    /// The folders that were imported, in order.
    pub fn root_folders(&self) -> Result<Vec<PathBuf>, LibraryError> {
        let roots = self.roots()?;
        Ok(roots.iter().map(|it| path_bytes::from_bytes(it)).collect())
    }

    /// Every folder that has files, with how many, in no order.
    pub fn for_each_folder(&self, f: &mut dyn FnMut(&Path, u64)) -> Result<(), LibraryError> {
        self.conn
            .run("counting files by folder", |conn| folder::for_each(conn, f))
    }

    /// Of each post with more than one file, the folders of its files: one for each.
    pub fn for_each_shared_post(&self, f: &mut dyn FnMut(&[PathBuf])) -> Result<(), LibraryError> {
        self.conn.run("reading posts of several files", |conn| {
            folder::for_each_shared(conn, f)
        })
    }

    /// Folders that imports leave out, in order.
    pub fn excluded_folders(&self) -> Result<Vec<PathBuf>, LibraryError> {
        let folders = self
            .conn
            .run("reading excluded folders", excluded_folder::all)?;
        Ok(folders
            .iter()
            .map(|it| path_bytes::from_bytes(it))
            .collect())
    }

    /// How sources wrote a tag, where that is not its name.
    pub fn tag_spellings(&self, tag: TagId) -> Result<Vec<String>, LibraryError> {
        self.conn
            .run("reading a tag", |conn| tag::spellings(conn, tag))
    }

    /// Files known below `root` (or `root` itself), in order of path.
    pub fn for_each_known_file(
        &self,
        root: &Path,
        f: &mut dyn FnMut(KnownFile),
    ) -> Result<(), LibraryError> {
        // As it is stored: without what `Path` takes no notice of, like `/` at the end.
        let root: PathBuf = root.components().collect();
        let folder = path_bytes::to_bytes(&root)?;
        let itself = path_bytes::split(&root).ok();
        self.conn.run("reading known files", |conn| {
            file::for_each_below(conn, &folder, itself.as_ref(), f)
        })
    }

    /// A folder and all below it, in order of path, with how many files lie directly in
    /// each.
    pub fn folders_below(&self, folder: &Path) -> Result<Vec<(PathBuf, u64)>, LibraryError> {
        // As it is stored, as above.
        let folder: PathBuf = folder.components().collect();
        let folder = path_bytes::to_bytes(&folder)?;
        self.conn
            .run("reading folders", |conn| folder::below(conn, &folder))
    }

    /// Of the files directly in a folder, the `limit` that come after the file `after`,
    /// in order of name.
    pub fn files_in(
        &self,
        folder: &Path,
        after: Option<&Path>,
        limit: u32,
    ) -> Result<Vec<KnownFile>, LibraryError> {
        let folder = path_bytes::to_bytes(folder)?;
        let after = match after {
            Some(after) => path_bytes::split(after)?.name,
            None => Vec::new(),
        };
        let rows = self.conn.run("reading the files of a folder", |conn| {
            file::in_folder(conn, &folder, &after, limit)
        })?;
        Ok(rows.into_iter().map(|it| it.known).collect())
    }

    /// The file of exactly this path, if an earlier import saw it.
    pub fn known_file(&self, path: &Path) -> Result<Option<KnownFile>, LibraryError> {
        let path = path_bytes::split(path)?;
        let row = self
            .conn
            .run("reading a known file", |conn| file::by_path(conn, &path))?;
        Ok(row.map(|row| row.known))
    }

    /// Whether there are any of [`Self::failures`].
    pub fn has_failures(&self) -> Result<bool, LibraryError> {
        self.conn.run("reading failures", failure::is_any)
    }

    /// In order of path.
    pub fn failures(&self) -> Result<Vec<FailedFile>, LibraryError> {
        self.conn.run("reading failures", failure::all)
    }

    /// The failure of this very version of the file, if it was tried before.
    pub fn failure_of(
        &self,
        path: &Path,
        stamp: FileStamp,
    ) -> Result<Option<FailedFile>, LibraryError> {
        let bytes = path_bytes::to_bytes(path)?;
        let reason = self.conn.run("reading failures", |conn| {
            failure::reason(conn, &bytes, stamp)
        })?;
        Ok(reason.map(|reason| FailedFile {
            path: path.to_owned(),
            reason,
        }))
    }

    /// Gives its page cache back; returns bytes.
    pub fn shrink(&self) -> u64 {
        self.conn.shrink()
    }
}

/// Ends a read of several statements. Never rolls back: a read that goes on
/// would fail by that.
struct EndOfRead<'c> {
    conn: &'c Connection,
}

impl Drop for EndOfRead<'_> {
    fn drop(&mut self) {
        let ended = self
            .conn
            .run("ending a read", |conn| conn.execute_batch("COMMIT"));
        if let Err(err) = ended {
            tracing::warn!(%err, "a read did not end as it should");
        }
    }
}
