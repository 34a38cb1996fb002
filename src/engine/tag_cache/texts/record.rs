//! The texts of one post as bytes: fields one after the other, each with its
//! kind and length.

use crate::library::PostTexts;

use super::fold::push_folded;

pub(super) const PATH: u8 = 1;
pub(super) const TEXT: u8 = 2;
pub(super) const SOURCE: u8 = 3;

/// Folds and packs the texts of a post; empty where it has none.
pub(in super::super) fn pack(texts: &PostTexts) -> Vec<u8> {
    let PostTexts {
        paths,
        text,
        sources,
    } = texts;
    let mut out = Vec::new();
    let mut folded = Vec::new();
    let mut push = |kind: u8, bytes: &[u8]| {
        folded.clear();
        push_folded(&mut folded, bytes);
        out.push(kind);
        push_number(&mut out, folded.len() as u32);
        out.extend_from_slice(&folded);
    };
    paths.iter().for_each(|it| push(PATH, it));
    text.iter().for_each(|it| push(TEXT, it.as_bytes()));
    sources.iter().for_each(|it| push(SOURCE, it.as_bytes()));
    out
}

/// LEB128.
pub(super) fn push_number(out: &mut Vec<u8>, mut number: u32) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// The number at `at`, and where it ends.
pub(super) fn number(bytes: &[u8], mut at: usize) -> Option<(u32, usize)> {
    let mut number = 0_u32;
    for shift in (0..35).step_by(7) {
        let byte = *bytes.get(at)?;
        at += 1;
        number |= u32::from(byte & 0x7f).checked_shl(shift)?;
        if byte < 0x80 {
            return Some((number, at));
        }
    }
    None
}

/// A field: its kind, and its bytes.
pub(super) struct Fields<'a> {
    pub rest: &'a [u8],
}

impl<'a> Iterator for Fields<'a> {
    type Item = (u8, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let kind = *self.rest.first()?;
        let (len, start) = number(self.rest, 1)?;
        let field = self.rest.get(start..start + len as usize)?;
        self.rest = self.rest.get(start + len as usize..)?;
        Some((kind, field))
    }
}
