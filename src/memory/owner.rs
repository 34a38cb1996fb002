//! Tells whose a mapping is.

use std::sync::Arc;

use super::Component;
use super::smaps::Mapping;

/// Where the bytes of a mapping are shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    /// Our executable: code, constants, statics.
    Program(&'static str),
    /// A shared library that is not the driver's.
    Library(Arc<str>),
    /// A library of the graphics driver.
    DriverLibrary(Arc<str>),
    /// Code that the driver compiled, and its data.
    DriverCode,
    /// Memory shared with the display server or the card.
    DriverBuffer(Arc<str>),
    Font(Arc<str>),
    /// A mapped file of a SQLite database.
    Database(Arc<str>),
    /// The file of a component's cache.
    Cache(Component, Arc<str>),
    OtherFile(Arc<str>),
    /// The main thread's stack.
    MainStack,
    /// The classic heap below `brk`.
    BrkHeap,
    Kernel(Arc<str>),
    /// Anonymous, of nobody that is known yet.
    Anonymous,
}

/// Beginnings of the names of libraries that are loaded for drawing only,
/// among them what LLVM, which compiles shaders, needs itself.
const DRIVER_LIBRARIES: [&str; 32] = [
    "libLLVM",
    "libgallium",
    "libGL",
    "libEGL",
    "libGLX",
    "libGLdispatch",
    "libOpenGL",
    "libglapi",
    "libgbm",
    "libdrm",
    "libvulkan",
    "libnvidia",
    "libcuda",
    "libz3.",
    "libedit",
    "libtinfo",
    "libbsd",
    "libmd.",
    "libxml2",
    "libicu",
    "libelf",
    "libsensors",
    "libpciaccess",
    "libxshmfence",
    "libSPIRV",
    "libclang",
    "libigdgmm",
    "libxcb-dri",
    "libxcb-glx",
    "libxcb-present",
    "libxcb-sync",
    "libX11-xcb",
];

/// Files of a library that SQLite may map.
const DATABASES: [&str; 3] = ["library.db", "thumbs.db", "similarity.db"];

/// Files of a library that a cache is mapped from, and whose it is.
const CACHES: [(&str, Component); 1] = [("tag_cache.snapshot", Component::TagCache)];

/// What the name of a mapping tells by itself. `program` is the path of our executable.
pub(super) fn by_name(mapping: &Mapping, program: &str) -> Owner {
    if mapping.is_anonymous() {
        return if mapping.is_executable() {
            // Only shader compilers make code at run time here.
            Owner::DriverCode
        } else {
            Owner::Anonymous
        };
    }
    let path = mapping.name.trim_end_matches(" (deleted)");
    match path {
        "[stack]" => return Owner::MainStack,
        "[heap]" => return Owner::BrkHeap,
        _ if path.starts_with('[') => return Owner::Kernel(path.into()),
        _ if path == program => return Owner::Program(program_part(mapping)),
        _ => {}
    }
    let file = path.rsplit('/').next().unwrap_or(path);
    let is_buffer = ["/dev/", "/memfd:", "/SYSV", "anon_inode:", "/i915", "/drm"]
        .iter()
        .any(|start| path.starts_with(start));
    if is_buffer {
        Owner::DriverBuffer(file.into())
    } else if is_library(file) {
        if file.ends_with("_dri.so")
            || path.contains("/dri/")
            || DRIVER_LIBRARIES.iter().any(|it| file.starts_with(it))
        {
            Owner::DriverLibrary(file.into())
        } else {
            Owner::Library(file.into())
        }
    } else if is_font(path) {
        Owner::Font(file.into())
    } else if DATABASES.contains(&file.trim_end_matches("-shm").trim_end_matches("-wal")) {
        Owner::Database(file.into())
    } else if let Some((_, component)) = CACHES.iter().find(|it| it.0 == file) {
        Owner::Cache(*component, file.into())
    } else {
        Owner::OtherFile(file.into())
    }
}

/// Anonymous memory right behind a library's or the program's data is its
/// zero-initialised statics.
pub(super) fn statics_behind(owner: &Owner) -> Option<Owner> {
    match owner {
        Owner::Program(_) => Some(Owner::Program("statics")),
        Owner::Library(_) | Owner::DriverLibrary(_) => Some(owner.clone()),
        _ => None,
    }
}

fn program_part(mapping: &Mapping) -> &'static str {
    if mapping.is_executable() {
        "code"
    } else if mapping.is_writable() {
        "statics"
    } else {
        "constants"
    }
}

fn is_library(file: &str) -> bool {
    file.ends_with(".so") || file.contains(".so.") || file.starts_with("ld-linux")
}

fn is_font(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    [".ttf", ".otf", ".ttc", ".otc", ".pfb", ".woff", ".woff2"]
        .iter()
        .any(|end| lower.ends_with(end))
        || lower.contains("/fontconfig/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mapping(name: &str, permissions: &[u8; 4]) -> Mapping {
        Mapping {
            name: name.to_owned(),
            permissions: *permissions,
            ..Mapping::default()
        }
    }

    #[test]
    fn names_tell_the_owner() {
        let cases = [
            ("/opt/kobako", b"r-xp", Owner::Program("code")),
            (
                "/opt/kobako (deleted)",
                b"r--p",
                Owner::Program("constants"),
            ),
            (
                "/usr/lib/libLLVM-15.so.1",
                b"r-xp",
                Owner::DriverLibrary("libLLVM-15.so.1".into()),
            ),
            (
                "/usr/lib/dri/swrast_dri.so",
                b"r--p",
                Owner::DriverLibrary("swrast_dri.so".into()),
            ),
            (
                "/usr/lib/libopenblas.so.0",
                b"r-xp",
                Owner::Library("libopenblas.so.0".into()),
            ),
            (
                "/usr/share/fonts/A.TTF",
                b"r--p",
                Owner::Font("A.TTF".into()),
            ),
            (
                "/home/u/library.db-shm",
                b"rw-s",
                Owner::Database("library.db-shm".into()),
            ),
            (
                // One that another took the place of.
                "/home/u/tag_cache.snapshot (deleted)",
                b"rw-p",
                Owner::Cache(Component::TagCache, "tag_cache.snapshot".into()),
            ),
            (
                "/SYSV00000000 (deleted)",
                b"rw-s",
                Owner::DriverBuffer("SYSV00000000".into()),
            ),
            ("", b"r-xp", Owner::DriverCode),
            ("", b"rw-p", Owner::Anonymous),
            ("[stack]", b"rw-p", Owner::MainStack),
        ];
        for (name, permissions, owner) in cases {
            assert_eq!(by_name(&mapping(name, permissions), "/opt/kobako"), owner);
        }
    }
}
