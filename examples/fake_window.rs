//! The window on the made-up engine of the tests, for looking at it:
//! `cargo run --release --example fake_window -- POSTS [QUERY [light]]`

#[path = "../tests/it/fake_engine.rs"]
#[allow(dead_code)]
mod fake_engine;

use kobako::app::{WindowOptions, run};
use kobako::message::{Event, channel};

fn main() -> Result<(), kobako::app::WindowError> {
    let mut args = std::env::args().skip(1);
    let num_posts = args.next().and_then(|it| it.parse().ok()).unwrap_or(13_511);
    let start_query = args.next();
    let theme = match args.next().as_deref() {
        Some("light") => kobako::app::ThemeChoice::Light,
        _ => kobako::app::ThemeChoice::Dark,
    };
    let options = WindowOptions {
        start_query,
        theme,
        ..WindowOptions::default()
    };
    run(options, move |wake| {
        let (window_side, engine_side) = channel();
        kobako::memory::spawn("engine", kobako::memory::Component::Engine, move || {
            let mut engine = fake_engine::FakeEngine::new(engine_side, num_posts);
            engine.tell(Event::Ready(engine.summary()));
            wake();
            while let Some(did_something) = engine.wait() {
                if did_something {
                    wake();
                }
            }
        })?;
        Ok(window_side)
    })
}
