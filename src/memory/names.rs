//! Which owner each name leads to, remembered between walks.

use std::collections::HashMap;

use super::owner::{self, Owner};
use super::smaps::Mapping;

/// Names beyond this many are forgotten: some programs map files of ever new names.
const MAX_NAMES: usize = 2048;

/// Number of an owner in [`Names::owners`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct OwnerId(u32);

impl OwnerId {
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

#[derive(Debug)]
pub(super) struct Names {
    /// Path of our executable.
    program: String,
    /// Each once.
    owners: Vec<Owner>,
    ids: HashMap<Box<str>, OwnerId>,
    /// The name that was asked for last: a file's mappings follow each other.
    last: (String, OwnerId),
}

impl Default for Names {
    fn default() -> Self {
        let program = std::fs::read_link("/proc/self/exe")
            .map(|path| path.to_string_lossy().into_owned())
            .unwrap_or_default();
        Self {
            program: program.trim_end_matches(" (deleted)").to_owned(),
            owners: Vec::new(),
            ids: HashMap::new(),
            last: (String::new(), OwnerId(0)),
        }
    }
}

impl Names {
    /// Whose a mapping is by its name; `None` where it is anonymous, of nobody
    /// that is known by that.
    pub fn owner(&mut self, mapping: &Mapping) -> Option<OwnerId> {
        if mapping.is_anonymous() {
            return match owner::by_name(mapping, &self.program) {
                Owner::Anonymous => None,
                owner => Some(self.id(owner)),
            };
        }
        if mapping.name == self.last.0 {
            return Some(self.last.1);
        }
        let id = match self.ids.get(mapping.name.as_str()) {
            Some(id) => *id,
            None => {
                let owner = owner::by_name(mapping, &self.program);
                if matches!(owner, Owner::Program(_)) {
                    // Its parts have one name, and are told apart by what may be
                    // done with them.
                    return Some(self.id(owner));
                }
                let id = self.id(owner);
                self.ids.insert(mapping.name.as_str().into(), id);
                id
            }
        };
        self.last.0.clone_from(&mapping.name);
        self.last.1 = id;
        Some(id)
    }

    /// See [`owner::statics_behind`].
    pub fn statics_behind(&mut self, owner: OwnerId) -> Option<OwnerId> {
        let statics = owner::statics_behind(self.owners.get(owner.index())?)?;
        Some(self.id(statics))
    }

    /// By [`OwnerId`].
    pub fn owners(&self) -> &[Owner] {
        &self.owners
    }

    pub fn len(&self) -> usize {
        self.owners.len()
    }

    /// Forgets all where there are too many; between walks only.
    pub fn trim(&mut self) {
        if self.ids.len() > MAX_NAMES {
            let program = std::mem::take(&mut self.program);
            *self = Self {
                program,
                owners: Vec::new(),
                ids: HashMap::new(),
                last: (String::new(), OwnerId(0)),
            };
        }
    }

    fn id(&mut self, owner: Owner) -> OwnerId {
        let known = self.owners.iter().position(|it| *it == owner);
        let at = known.unwrap_or_else(|| {
            self.owners.push(owner);
            self.owners.len() - 1
        });
        OwnerId(at as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_leads_to_the_same_owner_again() {
        let mut names = Names::default();
        let mapping = |name: &str, permissions: &[u8; 4]| Mapping {
            name: name.to_owned(),
            permissions: *permissions,
            ..Mapping::default()
        };
        let library = mapping("/usr/lib/libm.so.6", b"r-xp");
        let first = names.owner(&library).unwrap();
        let other = names
            .owner(&mapping("/usr/lib/libc.so.6", b"r-xp"))
            .unwrap();
        assert_ne!(first, other);
        assert_eq!(names.owner(&library), Some(first));
        assert_eq!(names.statics_behind(first), Some(first));
        assert_eq!(names.owner(&mapping("", b"rw-p")), None);
        let compiled = names.owner(&mapping("", b"r-xp")).unwrap();
        assert_eq!(names.owners()[compiled.index()], Owner::DriverCode);
        // Parts of the program have one name and differ all the same.
        let program = names.program.clone();
        let code = names.owner(&mapping(&program, b"r-xp")).unwrap();
        let statics = names.owner(&mapping(&program, b"rw-p")).unwrap();
        assert_ne!(code, statics);
        assert_eq!(names.statics_behind(code), Some(statics));
    }

    #[test]
    fn ever_new_names_are_forgotten() {
        let mut names = Names::default();
        for number in 0..3 * MAX_NAMES {
            names.owner(&Mapping {
                name: format!("/tmp/{number}"),
                ..Mapping::default()
            });
            names.trim();
        }
        assert!(names.owners.len() <= MAX_NAMES + 1);
    }
}
