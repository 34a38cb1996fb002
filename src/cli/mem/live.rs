//! Asks a Kobako that is running.

use std::io::Write as _;

use anyhow::bail;

use super::{MemArgs, Output};
use crate::cli::printable;
use crate::cli::report_view::megabytes;
use crate::inspect::{self, Client};

pub(super) fn run(pid: u32, args: &MemArgs) -> anyhow::Result<()> {
    let mut output = Output::new(args);
    if !args.watch {
        return output.write(Client::report(pid)?);
    }
    let mut client = Client::watch(pid)?;
    while let Some(report) = client.next_report()? {
        output.write(report)?;
    }
    bail!("process {pid} has ended");
}

pub(super) fn list(json: bool) -> anyhow::Result<()> {
    let found = inspect::running()?;
    let mut stdout = std::io::stdout().lock();
    if json {
        serde_json::to_writer(&mut stdout, &found)?;
        writeln!(stdout)?;
        return Ok(());
    }
    if found.is_empty() {
        eprintln!("kobako: no Kobako of yours is running that can be asked");
        return Ok(());
    }
    writeln!(stdout, "{:>9}  {:>10}  library", "pid", "RSS")?;
    for hello in &found {
        let rss = format!("{} MB", megabytes(hello.rss_bytes as f64));
        let library = hello.library.display().to_string();
        writeln!(
            stdout,
            "{:>9}  {rss:>10}  {}",
            hello.pid,
            printable(&library)
        )?;
    }
    Ok(())
}
