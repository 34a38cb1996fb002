//! The worker's side: reads questions, embeds pictures, answers.

use std::io::{BufReader, BufWriter, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::embedder::{self, Loaded};
use super::process;
use super::protocol::{self, Answer, Message, ProtocolError, Question};
use crate::memory::{self, Component, Permits};

/// Questions that may wait while one is answered.
const QUEUE: usize = 2;

/// Serves the application that started this process, over stdin and stdout,
/// until it closes the pipe. Then the process ends at once, whatever it does.
pub fn run() -> Result<(), ProtocolError> {
    process::end_with_parent();
    let output = BufWriter::new(process::take_stdout()?);
    serve(BufReader::new(std::io::stdin()), output, |code| {
        process::leave(code)
    })
}

/// Answers what comes from `input`. Once that ends, `leave` is called with an
/// exit code, on a thread of its own.
fn serve(
    mut input: impl Read + Send + 'static,
    mut output: impl Write,
    leave: impl FnOnce(i32) + Send + 'static,
) -> Result<(), ProtocolError> {
    protocol::write_hello(&mut output)?;
    let (sender, questions) = crossbeam_channel::bounded(QUEUE);
    memory::spawn("questions", Component::General, move || {
        let code = match read_all(&mut input, &sender) {
            ProtocolError::Closed => 0,
            err => {
                tracing::error!("the worker ends: {err}");
                1
            }
        };
        leave(code);
    })?;
    let mut state = State::default();
    for question in questions {
        let (answer, attachment) = state.answer(question);
        protocol::write(&mut output, &answer, &attachment)?;
    }
    Ok(())
}

/// Passes questions on until there are no more; says why there are none.
fn read_all(
    input: &mut impl Read,
    questions: &crossbeam_channel::Sender<Message<Question>>,
) -> ProtocolError {
    let read = protocol::read_hello(input);
    if let Err(err) = read {
        return err;
    }
    loop {
        match protocol::read(input) {
            Ok(question) => {
                if questions.send(question).is_err() {
                    return ProtocolError::Closed;
                }
            }
            Err(err) => return err,
        }
    }
}

/// What the worker has loaded.
#[derive(Default)]
struct State {
    model: Option<Loaded>,
    permits: Option<Permits>,
}

impl State {
    fn answer(&mut self, question: Message<Question>) -> (Answer, Vec<u8>) {
        let Message { body, attachment } = question;
        match body {
            Question::Load {
                model,
                picture_bytes,
            } => {
                let loaded = guarded(|| embedder::load(&model));
                // What reading and optimising it took is not needed any more.
                memory::flush_thread_cache();
                memory::purge_all();
                self.permits = Some(Permits::new(picture_bytes));
                match loaded {
                    Ok(loaded) => {
                        let dimensions = loaded.dimensions();
                        self.model = Some(loaded);
                        (Answer::Loaded { dimensions }, Vec::new())
                    }
                    Err(reason) => {
                        let reason = protocol::short_reason(reason);
                        (Answer::NotLoaded { reason }, Vec::new())
                    }
                }
            }
            Question::EmbedFile { number, path } => {
                let embedded = self.with_model(|model, permits| model.embed_file(&path, permits));
                embedded_answer(number, embedded)
            }
            Question::EmbedPixels {
                number,
                width,
                height,
            } => {
                let embedded =
                    self.with_model(|model, _| model.embed_pixels(attachment, (width, height)));
                embedded_answer(number, embedded)
            }
        }
    }

    fn with_model(
        &mut self,
        embed: impl FnOnce(&mut Loaded, &Permits) -> Result<Vec<f32>, String>,
    ) -> Result<Vec<f32>, String> {
        let (Some(model), Some(permits)) = (&mut self.model, &self.permits) else {
            return Err("no model is loaded".to_owned());
        };
        guarded(|| embed(model, permits))
    }
}

fn embedded_answer(number: u64, embedded: Result<Vec<f32>, String>) -> (Answer, Vec<u8>) {
    match embedded {
        Ok(values) => (Answer::Embedded { number }, protocol::write_values(&values)),
        Err(reason) => {
            let reason = protocol::short_reason(reason);
            (Answer::Refused { number, reason }, Vec::new())
        }
    }
}

/// A panic is the error of what was asked, not the worker's end.
fn guarded<T>(run: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|panic| {
        let said = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .unwrap_or("no message");
        Err(format!("an error in the program: {said}"))
    })
}
