//! A screen without hardware: an Xvfb of one's own, its keyboard, its pixels.

use std::collections::HashSet;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Pixels, both ways.
pub const WIDTH: u32 = 1280;
pub const HEIGHT: u32 = 800;

/// An X server on a display that was free; ends when dropped.
pub struct Screen {
    server: Child,
    display: String,
    /// Where the server keeps its frame buffer as a file.
    folder: tempfile::TempDir,
}

impl Screen {
    /// `None`, having said so, where Xvfb or xdotool is not installed.
    pub fn start() -> Option<Self> {
        for tool in ["Xvfb", "xdotool"] {
            let probe = Command::new(tool).arg("-version").output();
            if probe.is_err_and(|it| it.kind() == std::io::ErrorKind::NotFound) {
                eprintln!("skipped: {tool} is not installed; scripts/setup installs it");
                return None;
            }
        }
        let folder = tempfile::tempdir().unwrap();
        let mut server = Command::new("Xvfb")
            // A server that starts over whenever its last client (an xdotool) leaves
            // refuses whoever comes just then.
            .args(["-displayfd", "1", "-nolisten", "tcp", "-noreset"])
            .args(["-screen", "0"])
            .arg(format!("{WIDTH}x{HEIGHT}x24"))
            .arg("-fbdir")
            .arg(folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // The server writes the number of its display once it takes clients.
        let mut number = String::new();
        let mut output = BufReader::new(server.stdout.take().unwrap());
        output.read_line(&mut number).unwrap();
        assert!(!number.trim().is_empty(), "Xvfb did not start");
        Some(Self {
            server,
            display: format!(":{}", number.trim()),
            folder,
        })
    }

    /// Makes `command` open its windows here, drawn in software, and nowhere else.
    pub fn hold(&self, command: &mut Command) {
        command
            .env("DISPLAY", &self.display)
            .env("LIBGL_ALWAYS_SOFTWARE", "1")
            .env_remove("WAYLAND_DISPLAY")
            .env_remove("DBUS_SESSION_BUS_ADDRESS");
    }

    /// Runs xdotool; what it printed, or `None` where it failed.
    pub fn xdotool(&self, arguments: &[&str]) -> Option<String> {
        let output = Command::new("xdotool")
            .args(arguments)
            .env("DISPLAY", &self.display)
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).ok()?;
        output.status.success().then(|| text.trim().to_owned())
    }

    /// The first visible window that has a name.
    pub fn window(&self) -> Option<String> {
        let found = self.xdotool(&["search", "--onlyvisible", "--name", "."])?;
        found.lines().next().map(str::to_owned)
    }

    pub fn press(&self, key: &str) {
        self.xdotool(&["key", "--delay", "50", key])
            .expect("xdotool could not press a key");
    }

    pub fn write(&self, text: &str) {
        self.xdotool(&["type", "--delay", "50", text])
            .expect("xdotool could not type");
    }

    /// What the screen shows now.
    pub fn shot(&self) -> Shot {
        let dump = fs::read(self.folder.path().join("Xvfb_screen0")).unwrap();
        Shot::from_xwd(&dump)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // It may have ended by itself; either way it is gone after this.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// A picture of the whole screen.
pub struct Shot {
    rgb: image::RgbImage,
}

impl Shot {
    /// Reads the X window dump that Xvfb keeps: big-endian words, a colour map
    /// of 12 bytes an entry, then rows of 32-bit BGRX pixels.
    fn from_xwd(dump: &[u8]) -> Self {
        let word = |index: usize| {
            let bytes = dump[index * 4..index * 4 + 4].try_into().unwrap();
            u32::from_be_bytes(bytes) as usize
        };
        let (header, width, height) = (word(0), word(4), word(5));
        let (bits_per_pixel, bytes_per_line, num_colors) = (word(11), word(12), word(19));
        assert_eq!(bits_per_pixel, 32, "an unexpected frame buffer");
        let rows = &dump[header + num_colors * 12..];
        let rgb = image::RgbImage::from_fn(width as u32, height as u32, |x, y| {
            let at = y as usize * bytes_per_line + x as usize * 4;
            image::Rgb([rows[at + 2], rows[at + 1], rows[at]])
        });
        Self { rgb }
    }

    /// Different colours; a blank screen has one, text some dozens, pictures thousands.
    pub fn num_colors(&self) -> usize {
        self.rgb.pixels().collect::<HashSet<_>>().len()
    }

    /// The part of the screen that is not as in `other`, 0 to 1.
    pub fn difference(&self, other: &Self) -> f64 {
        let pairs = self.rgb.pixels().zip(other.rgb.pixels());
        let num_different = pairs.filter(|(a, b)| a != b).count();
        num_different as f64 / f64::from(self.rgb.width() * self.rgb.height())
    }

    /// Keeps it beside the build, for a person to look at.
    pub fn save(&self, name: &str) -> PathBuf {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.png"));
        self.rgb.save(&path).unwrap();
        path
    }
}

/// Asks `find` ten times a second until it finds something; panics with `what` at the limit.
pub fn wait_for<T>(what: &str, limit: Duration, mut find: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = find() {
            return found;
        }
        assert!(
            start.elapsed() < limit,
            "waited {} s in vain for {what}",
            limit.as_secs()
        );
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn a_new_screen_is_blank_and_has_no_window() {
    let Some(screen) = Screen::start() else {
        return;
    };
    let shot = screen.shot();
    assert_eq!(shot.rgb.dimensions(), (WIDTH, HEIGHT));
    assert!(shot.num_colors() <= 2, "{} colours", shot.num_colors());
    assert_eq!(shot.difference(&screen.shot()), 0.0);
    assert_eq!(screen.window(), None);
}
