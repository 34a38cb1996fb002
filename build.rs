//! Tells the program which instructions FAISS was compiled for.

/// Where `.cargo/config.toml` or the user's environment says how C++ is compiled.
const FLAGS: &str = "CXXFLAGS_x86_64_unknown_linux_gnu";

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed={FLAGS}");
    println!("cargo:rustc-check-cfg=cfg(faiss_needs_v3)");

    let flags = std::env::var(FLAGS).unwrap_or_default();
    let is_x86_64_linux = std::env::var("TARGET").as_deref() == Ok("x86_64-unknown-linux-gnu");
    if is_x86_64_linux && (flags.contains("x86-64-v3") || flags.contains("x86-64-v4")) {
        println!("cargo:rustc-cfg=faiss_needs_v3");
    }
}
