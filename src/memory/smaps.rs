//! Reads `/proc/PID/smaps`: every mapping with what of it is resident.

use std::io::Read as _;
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

/// Calls `each` with every mapping of a process (of this one by `self`), in
/// order of address. `buffer` is read into, and made as large as that takes.
pub fn for_each(
    pid: &str,
    buffer: &mut Vec<u8>,
    each: impl FnMut(&Mapping),
) -> std::io::Result<()> {
    let mut file = std::fs::File::open(Path::new("/proc").join(pid).join("smaps"))?;
    let mut parser = Parser::new(each);
    buffer.resize(BUFFER_BYTES, 0);
    // Of a line that the end of the buffer cut.
    let mut num_left = 0;
    loop {
        let num_read = match file.read(buffer.get_mut(num_left..).unwrap_or_default()) {
            Ok(0) => break,
            Ok(num_read) => num_read,
            Err(err) if err.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(err) => return Err(err),
        };
        let num_filled = num_left + num_read;
        let lines = buffer.get(..num_filled).unwrap_or_default();
        let num_used = parser.feed(lines);
        num_left = num_filled - num_used;
        buffer.copy_within(num_used..num_filled, 0);
        if num_left == buffer.len() {
            buffer.resize(2 * num_left, 0);
        }
    }
    parser.feed_line(buffer.get(..num_left).unwrap_or_default());
    parser.finish();
    Ok(())
}

/// Parses smaps; what it does not know it skips.
pub fn parse(text: &[u8]) -> Vec<Mapping> {
    let mut mappings = Vec::new();
    let mut parser = Parser::new(|mapping: &Mapping| mappings.push(mapping.clone()));
    let num_used = parser.feed(text);
    parser.feed_line(&text[num_used..]);
    parser.finish();
    mappings
}

/// The kernel gives no more than a page at a time.
const BUFFER_BYTES: usize = 16 << 10;

/// Hands mappings on as their lines come, in one that is used again and again.
struct Parser<F> {
    mapping: Mapping,
    is_any: bool,
    each: F,
}

impl<F: FnMut(&Mapping)> Parser<F> {
    fn new(each: F) -> Self {
        Self {
            mapping: Mapping::default(),
            is_any: false,
            each,
        }
    }

    /// Takes the whole lines of `text`; returns how many bytes they are.
    fn feed(&mut self, text: &[u8]) -> usize {
        let mut start = 0;
        for end in memchr::memchr_iter(b'\n', text) {
            self.feed_line(&text[start..end]);
            start = end + 1;
        }
        start
    }

    fn feed_line(&mut self, line: &[u8]) {
        match line.first() {
            // Details start with a capital letter, headers with a hexadecimal
            // digit in lower case.
            Some(b'A'..=b'Z') if self.is_any => detail(&mut self.mapping, line),
            Some(b'0'..=b'9' | b'a'..=b'f') => {
                self.finish();
                self.is_any = header(&mut self.mapping, line).is_some();
            }
            _ => {}
        }
    }

    /// Hands on the last one.
    fn finish(&mut self) {
        if std::mem::take(&mut self.is_any) {
            (self.each)(&self.mapping);
        }
    }
}

/// Like `7f1c-7f1d rw-p 00000000 08:01 123   /path with spaces`.
fn header(mapping: &mut Mapping, line: &[u8]) -> Option<()> {
    let mut rest = line;
    let mut field = || {
        let start = rest.iter().position(|&it| it != b' ').unwrap_or(rest.len());
        let trimmed = rest.get(start..).unwrap_or_default();
        let end = memchr::memchr(b' ', trimmed).unwrap_or(trimmed.len());
        let (field, after) = trimmed.split_at(end);
        rest = after;
        field
    };
    let (start, after) = hexadecimal(field());
    let (end, after) = hexadecimal(after.strip_prefix(b"-")?);
    if !after.is_empty() {
        return None;
    }
    let permissions = field().try_into().ok()?;
    let _offset = field();
    let _device = field();
    let inode = field();
    if inode.is_empty() || !inode.iter().all(u8::is_ascii_digit) {
        return None;
    }
    mapping.range = start..end;
    mapping.permissions = permissions;
    mapping.inode = decimal(inode);
    mapping.rss = 0;
    mapping.kinds = Kinds::default();
    mapping.anonymous = 0;
    mapping.name.clear();
    let name = rest.trim_ascii_start();
    match std::str::from_utf8(name) {
        Ok(name) => mapping.name.push_str(name),
        Err(_) => mapping.name.push_str(&String::from_utf8_lossy(name)),
    }
    Some(())
}

fn detail(mapping: &mut Mapping, line: &[u8]) {
    // Most lines are of no use: their first letters tell.
    let target = match line {
        [b'R', b's', b's', b':', ..] => &mut mapping.rss,
        [b'A', b'n', b'o', b'n', b'y', b'm', ..] => &mut mapping.anonymous,
        [b'P', b'r', b'i', ..] if line.starts_with(b"Private_Clean:") => {
            &mut mapping.kinds.private_clean
        }
        [b'P', b'r', b'i', ..] if line.starts_with(b"Private_Dirty:") => {
            &mut mapping.kinds.private_dirty
        }
        [b'S', b'h', b'a', ..]
            if line.starts_with(b"Shared_Clean:") || line.starts_with(b"Shared_Dirty:") =>
        {
            &mut mapping.kinds.shared
        }
        _ => return,
    };
    *target += decimal(line).saturating_mul(1024);
}

/// The number that begins the text, and what follows it.
fn hexadecimal(text: &[u8]) -> (usize, &[u8]) {
    let mut number = 0usize;
    let mut rest = text;
    while let [digit, after @ ..] = rest
        && let Some(digit) = char::from(*digit).to_digit(16)
    {
        number = number << 4 | digit as usize;
        rest = after;
    }
    (number, rest)
}

/// The digits of the text as one number.
fn decimal(text: &[u8]) -> u64 {
    text.iter()
        .filter(|byte| byte.is_ascii_digit())
        .fold(0u64, |number, byte| {
            number.saturating_mul(10) + u64::from(byte - b'0')
        })
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
        let mut buffer = Vec::new();
        let (mut has_stack, mut has_code) = (false, false);
        for_each("self", &mut buffer, |it| {
            has_stack |= it.name == "[stack]" && it.rss > 0;
            has_code |= it.is_executable() && it.rss > 0;
        })
        .unwrap();
        assert!(has_stack && has_code);
    }

    #[test]
    fn lines_that_are_cut_anywhere_come_whole() {
        let whole = parse(TEXT);
        for num_bytes in [1, 7, 64, 200] {
            let mut mappings = Vec::new();
            let mut parser = Parser::new(|mapping: &Mapping| mappings.push(mapping.clone()));
            let mut waiting = Vec::new();
            for piece in TEXT.chunks(num_bytes) {
                waiting.extend_from_slice(piece);
                let num_used = parser.feed(&waiting);
                waiting.drain(..num_used);
            }
            parser.finish();
            assert_eq!(mappings, whole);
        }
    }
}
