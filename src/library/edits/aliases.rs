use super::{Edit, check_name};
use crate::library::error::EditError;
use crate::library::{LibraryError, tag, tag_alias, tag_implication};

impl Edit<'_> {
    pub(super) fn put_alias(&mut self, alias: &str, name: &str) -> Result<(), EditError> {
        check_name(alias)?;
        check_name(name)?;
        let conn = self.conn;
        if alias == name {
            let name = name.to_owned();
            return Err(LibraryError::SameTag { name }.into());
        }
        let target = tag_alias::canonical(conn, name)?;
        if target == alias {
            let (name, tag) = (name.to_owned(), target);
            return Err(LibraryError::NameIsAlias { name, tag }.into());
        }
        let before = tag_alias::target(conn, alias)?;
        if before.as_ref() == Some(&target) {
            return Ok(());
        }
        let into = tag::by_name(conn, &target)?;
        match (tag::by_name(conn, alias)?, into) {
            (Some(from), None) => return self.rename(from.id, alias, &target),
            (Some(from), Some(into)) => {
                tag::move_spellings(conn, from.id, into.id)?;
                tag::delete(conn, from.id)?;
                self.retagged.insert(from.id, Some(into.id));
            }
            (None, _) => {}
        }
        // What stood for the alias, and so far for nothing or for its tag.
        for other in tag_alias::of_name(conn, alias)? {
            if let Some(into) = into {
                self.log.put_alias(other, Some(into.id));
            }
        }
        tag_alias::redirect(conn, alias, &target)?;
        tag_alias::put(conn, alias, &target)?;
        tag_implication::rename(conn, alias, &target)?;
        let was_known = match &before {
            Some(before) => tag::by_name(conn, before)?.is_some(),
            None => false,
        };
        if into.is_some() || was_known {
            self.log.put_alias(alias.to_owned(), into.map(|it| it.id));
        }
        Ok(())
    }

    pub(super) fn remove_alias(&mut self, alias: &str) -> Result<(), EditError> {
        let Some(target) = tag_alias::target(self.conn, alias)? else {
            let name = alias.to_owned();
            return Err(LibraryError::NoSuchAlias { name }.into());
        };
        tag_alias::delete(self.conn, alias)?;
        if tag::by_name(self.conn, &target)?.is_some() {
            self.log.put_alias(alias.to_owned(), None);
        }
        Ok(())
    }

    pub(super) fn put_implication(&self, name: &str, implied: &str) -> Result<(), EditError> {
        check_name(name)?;
        check_name(implied)?;
        if name == implied {
            let name = name.to_owned();
            return Err(LibraryError::SameTag { name }.into());
        }
        let name = tag_alias::canonical(self.conn, name)?;
        let implied = tag_alias::canonical(self.conn, implied)?;
        // Two names of one tag imply nothing.
        if name != implied {
            tag_implication::insert(self.conn, &name, &implied)?;
        }
        Ok(())
    }

    pub(super) fn remove_implication(&self, name: &str, implied: &str) -> Result<(), EditError> {
        let name = tag_alias::canonical(self.conn, name)?;
        let implied = tag_alias::canonical(self.conn, implied)?;
        tag_implication::delete(self.conn, &name, &implied)?;
        Ok(())
    }
}
