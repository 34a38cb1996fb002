//! What the page about the program says: facts of the build and of this run, and
//! what is built in.

use std::path::Path;

use crate::app::{renderer, text};

pub const VERSION: &str = env!("CARGO_PKG_VERSION");
pub const LICENCE: &str = env!("CARGO_PKG_LICENSE");

/// Rust packages, `name version<tab>licence` a line; made by `scripts/make-licences`.
const PACKAGES: &str = include_str!("../../../assets/licences.tsv");

/// A part of the program that others wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    pub name: &'static str,
    pub licence: &'static str,
}

/// What is built in: first what is no Rust package, then those.
pub fn parts() -> Vec<Part> {
    let others = text::help::PARTS.into_iter();
    let others = others.map(|(name, licence)| Part { name, licence });
    let packages = PACKAGES.lines().filter_map(|line| {
        let (name, licence) = line.split_once('\t')?;
        Some(Part { name, licence })
    });
    others.chain(packages).collect()
}

/// A figure with its name, for people and for reports of bugs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    pub name: &'static str,
    pub value: String,
}

/// What a report of a bug needs. `scale` is pixels to a point.
pub fn facts(scale: f32, num_posts: u64) -> Vec<Fact> {
    let fact = |name, value: String| Fact { name, value };
    let of_env = |name: &str| std::env::var(name).unwrap_or_default();
    let desktop = [of_env("XDG_CURRENT_DESKTOP"), of_env("XDG_SESSION_TYPE")];
    let desktop = desktop.iter().filter(|it| !it.is_empty());
    let desktop: Vec<&str> = desktop.map(String::as_str).collect();
    let system = [std::env::consts::OS, std::env::consts::ARCH];
    vec![
        fact(text::help::VERSION, VERSION.to_owned()),
        fact(text::help::SYSTEM, system.join(" ")),
        fact(text::help::BUILD, build()),
        fact(
            text::help::DRAWN_BY,
            renderer::name().unwrap_or(text::help::UNKNOWN).to_owned(),
        ),
        fact(
            text::help::DESKTOP,
            match desktop.is_empty() {
                true => text::help::UNKNOWN.to_owned(),
                false => desktop.join(", "),
            },
        ),
        fact(text::help::SCALE, format!("{:.0} %", scale * 100.0)),
        fact(text::help::POSTS, text::count(num_posts)),
    ]
}

fn build() -> String {
    let profile = if cfg!(debug_assertions) {
        text::help::WITH_CHECKS
    } else {
        text::help::RELEASE
    };
    let processor = if cfg!(faiss_needs_v3) {
        text::help::NEEDS_AVX2
    } else {
        text::help::ANY_PROCESSOR
    };
    let rust = env!("CARGO_PKG_RUST_VERSION");
    text::help::build(profile, rust, processor)
}

/// All of it as text, for the clipboard.
pub fn report(facts: &[Fact], places: &[(&str, Option<&Path>)]) -> String {
    let mut said = String::new();
    for Fact { name, value } in facts {
        said.push_str(&format!("{name}: {value}\n"));
    }
    for (name, path) in places {
        if let Some(path) = path {
            said.push_str(&format!("{name}: {}\n", path.display()));
        }
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_of_the_versions_that_are_built_in() {
        let lock = include_str!("../../../Cargo.lock");
        let parts = parts();
        assert!(parts.len() > 300, "{}", parts.len());
        for part in &parts[text::help::PARTS.len()..] {
            assert!(!part.licence.is_empty(), "{}", part.name);
            let (name, version) = part.name.split_once(' ').unwrap();
            let entry = format!("name = \"{name}\"\nversion = \"{version}\"\n");
            assert!(
                lock.contains(&entry),
                "{} is old: run scripts/make-licences",
                part.name
            );
        }
        let manifest = include_str!("../../../Cargo.toml");
        let (_, dependencies) = manifest.split_once("\n[dependencies]\n").unwrap();
        let dependencies = dependencies.split("\n[").next().unwrap_or_default();
        for name in dependencies.lines().filter_map(|it| it.split_once(" = ")) {
            let package = format!("{} ", name.0.trim());
            let is_there = parts.iter().any(|it| it.name.starts_with(&package));
            let is_comment = package.starts_with('#') || package.contains(',');
            assert!(
                is_there || is_comment,
                "{package}is missing: run scripts/make-licences"
            );
        }
    }

    #[test]
    fn the_report_names_what_is_known() {
        let facts = facts(2.0, 13_511);
        let places = [("Library", Some(Path::new("/l"))), ("Settings", None)];
        let said = report(&facts, &places);
        assert!(said.starts_with(&format!("Version: {VERSION}\n")), "{said}");
        assert!(said.contains("Scale: 200 %\n") && said.contains("Posts: 13,511\n"));
        assert!(said.ends_with("Library: /l\n"), "{said}");
    }
}
