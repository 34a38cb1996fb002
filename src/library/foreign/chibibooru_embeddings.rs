//! ChibiBooru's `similarity.db`: an embedding by image of `booru.db`, as single
//! floats of little endian in a row, of any length.

use std::ops::ControlFlow;
use std::path::Path;

use rusqlite::types::ValueRef;

use super::database::integer;
use super::{Database, ForeignError};

/// Bytes of a value.
const VALUE_BYTES: usize = 4;

/// An open one.
#[derive(Debug)]
pub struct ChibiEmbeddings {
    database: Database,
}

impl ChibiEmbeddings {
    /// An error where it is no such database.
    pub fn open(path: &Path) -> Result<Self, ForeignError> {
        let database = Database::open(path)?;
        database.require_tables(&["embeddings"])?;
        Ok(Self { database })
    }

    /// Image and values, in order of image, until `f` breaks off; none where it
    /// is no row of floats.
    pub fn for_each(
        &self,
        f: &mut dyn FnMut(i64, &[f32]) -> ControlFlow<()>,
    ) -> Result<(), ForeignError> {
        self.database.read(|conn| {
            let mut values = Vec::new();
            let mut all = conn.prepare(include_str!("chibibooru/embeddings.sql"))?;
            let mut rows = all.query([])?;
            while let Some(row) = rows.next()? {
                let Some(image) = integer(row, 0)? else {
                    continue;
                };
                values.clear();
                if let ValueRef::Blob(bytes) = row.get_ref(1)?
                    && bytes.len().is_multiple_of(VALUE_BYTES)
                {
                    let floats = bytes.as_chunks::<VALUE_BYTES>().0;
                    values.extend(floats.iter().map(|it| f32::from_le_bytes(*it)));
                }
                if f(image, &values).is_break() {
                    break;
                }
            }
            Ok(())
        })
    }
}
