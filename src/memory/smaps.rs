//! Reads `/proc/PID/smaps`: every mapping with what of it is resident.

use std::ops::Range;
use std::path::Path;

use super::Kinds;

/// One mapping. Sizes in bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mapping {
    pub range: Range<usize>,
    /// Like `rw-p`.
    pub permissions: [u8; 4],
    pub inode: u64,
    /// A path, `[stack]`, or empty for anonymous memory.
    pub name: String,
    pub rss: u64,
    pub kinds: Kinds,
    /// Of `rss`, what no file is behind.
    pub anonymous: u64,
}

impl Mapping {
    pub fn is_anonymous(&self) -> bool {
        self.name.is_empty() || self.name.starts_with("[anon:")
    }

    pub fn is_executable(&self) -> bool {
        self.permissions[2] == b'x'
    }

    pub fn is_writable(&self) -> bool {
        self.permissions[1] == b'w'
    }

    pub fn is_inaccessible(&self) -> bool {
        self.permissions[..3] == *b"---"
    }
}

/// Reads the mappings of a process; of this one by `self`.
pub fn read(pid: &str) -> std::io::Result<Vec<Mapping>> {
    let text = std::fs::read(Path::new("/proc").join(pid).join("smaps"))?;
    Ok(parse(&text))
}

/// Parses smaps; what it does not know it skips.
pub fn parse(text: &[u8]) -> Vec<Mapping> {
    let mut mappings: Vec<Mapping> = Vec::with_capacity(256);
    for line in text.split(|&byte| byte == b'\n') {
        if let Some(mapping) = header(line) {
            mappings.push(mapping);
        } else if let Some(mapping) = mappings.last_mut() {
            detail(mapping, line);
        }
    }
    mappings
}

/// Like `7f1c-7f1d rw-p 00000000 08:01 123   /path with spaces`.
fn header(line: &[u8]) -> Option<Mapping> {
    // Details start with a capital letter, headers with a hexadecimal digit in lower case.
    if !line.first()?.is_ascii_digit() && !line.first()?.is_ascii_lowercase() {
        return None;
    }
    let line = String::from_utf8_lossy(line);
    let mut rest: &str = &line;
    let mut field = || {
        let trimmed = rest.trim_start_matches(' ');
        let (field, after) = trimmed.split_once(' ').unwrap_or((trimmed, ""));
        rest = after;
        field
    };
    let (start, end) = field().split_once('-')?;
    let range = usize::from_str_radix(start, 16).ok()?..usize::from_str_radix(end, 16).ok()?;
    let permissions = field().as_bytes().try_into().ok()?;
    let _offset = field();
    let _device = field();
    let inode = field().parse().ok()?;
    Some(Mapping {
        range,
        permissions,
        inode,
        name: rest.trim_start_matches(' ').to_owned(),
        ..Mapping::default()
    })
}

fn detail(mapping: &mut Mapping, line: &[u8]) {
    let Some(colon) = line.iter().position(|&byte| byte == b':') else {
        return;
    };
    let (key, value) = line.split_at(colon);
    let target = match key {
        b"Rss" => &mut mapping.rss,
        b"Private_Clean" => &mut mapping.kinds.private_clean,
        b"Private_Dirty" => &mut mapping.kinds.private_dirty,
        b"Shared_Clean" | b"Shared_Dirty" => &mut mapping.kinds.shared,
        b"Anonymous" => &mut mapping.anonymous,
        _ => return,
    };
    let kilobytes = value
        .iter()
        .filter(|byte| byte.is_ascii_digit())
        .fold(0u64, |number, byte| {
            number.saturating_mul(10) + u64::from(byte - b'0')
        });
    *target += kilobytes * 1024;
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &[u8] =
        b"55d0c0000000-55d0c0100000 r-xp 00001000 08:01 1234                       /opt/my app/kobako (deleted)
Size:               1024 kB
KernelPageSize:        4 kB
Rss:                 512 kB
Pss:                 300 kB
Shared_Clean:        100 kB
Shared_Dirty:          8 kB
Private_Clean:       400 kB
Private_Dirty:         4 kB
VmFlags: rd ex mr mw me
7f0000000000-7f0000001000 rw-p 00000000 00:00 0
Rss:                   4 kB
Private_Dirty:         4 kB
ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]
Rss:                   0 kB
";

    #[test]
    fn reads_headers_and_details() {
        let mappings = parse(TEXT);
        assert_eq!(mappings.len(), 3);
        assert_eq!(mappings[0].name, "/opt/my app/kobako (deleted)");
        assert_eq!(mappings[0].range, 0x55d0_c000_0000..0x55d0_c010_0000);
        assert_eq!(mappings[0].rss, 512 << 10);
        assert_eq!(mappings[0].kinds.shared, 108 << 10);
        assert_eq!(mappings[0].kinds.private_clean, 400 << 10);
        assert!(mappings[0].is_executable());
        assert!(mappings[1].is_anonymous() && mappings[1].is_writable());
        assert_eq!(mappings[1].kinds.private_dirty, 4 << 10);
        assert_eq!(mappings[2].name, "[vsyscall]");
    }

    #[test]
    fn nonsense_is_skipped() {
        assert!(parse(b"Rss: 3 kB\nxyz\n\n-\n").is_empty());
        assert!(parse(&[0xff; 64]).is_empty());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_process_has_a_stack_and_code() {
        let mappings = read("self").unwrap();
        assert!(mappings.iter().any(|it| it.name == "[stack]" && it.rss > 0));
        assert!(mappings.iter().any(|it| it.is_executable() && it.rss > 0));
    }
}
