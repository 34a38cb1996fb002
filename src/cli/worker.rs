//! `kobako worker`: what the application starts to embed pictures. Not for
//! people: it speaks a protocol over stdin and stdout.

use std::io::IsTerminal as _;

use anyhow::bail;

use crate::engine::worker;

pub(super) fn run() -> anyhow::Result<()> {
    if std::io::stdin().is_terminal() {
        bail!("Kobako starts its worker itself, when it is needed; there is nothing to type here");
    }
    Ok(worker::run()?)
}
