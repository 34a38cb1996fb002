//! The worker's side: reads questions, embeds pictures, answers.

use std::io::{BufReader, BufWriter, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use super::ahead::Ahead;
use super::embedder::{self, Loaded};
use super::model::ModelSpec;
use super::process;
use super::protocol::{self, Answer, Message, ProtocolError, Question};
use crate::memory::{self, Component, Permits};

/// Questions that may wait while one is answered.
const QUEUE: usize = 2;

/// Serves the application that started this process, over stdin and stdout,
/// until it closes the pipe. Then the process ends at once, whatever it does.
pub fn run() -> Result<(), ProtocolError> {
    process::end_with_parent();
    process::name();
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
    let mut state = State::default();
    let ahead = state.ahead.clone();
    memory::spawn("questions", Component::General, move || {
        let code = match read_all(&mut input, &sender, &ahead) {
            ProtocolError::Closed => 0,
            err => {
                tracing::error!("the worker ends: {err}");
                1
            }
        };
        leave(code);
    })?;
    for question in questions {
        if let Some((answer, attachment)) = state.answer(question) {
            protocol::write(&mut output, &answer, &attachment)?;
        }
    }
    Ok(())
}

/// Passes questions on until there are no more; says why there are none.
fn read_all(
    input: &mut impl Read,
    questions: &crossbeam_channel::Sender<Message<Question>>,
    ahead: &Ahead,
) -> ProtocolError {
    let read = protocol::read_hello(input);
    if let Err(err) = read {
        return err;
    }
    loop {
        match protocol::read(input) {
            // Past those who wait for the model.
            Ok(Message {
                body: Question::Prepare { path },
                ..
            }) => ahead.want(path),
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
    ahead: Arc<Ahead>,
}

impl State {
    fn answer(&mut self, question: Message<Question>) -> Option<(Answer, Vec<u8>)> {
        let Message { body, attachment } = question;
        let answer = match body {
            Question::Load {
                model,
                picture_bytes,
            } => match self.load(model, picture_bytes) {
                Ok(dimensions) => (Answer::Loaded { dimensions }, Vec::new()),
                Err(reason) => {
                    let reason = protocol::short_reason(reason);
                    (Answer::NotLoaded { reason }, Vec::new())
                }
            },
            Question::EmbedFile { number, path } => embedded_answer(number, self.embed_file(&path)),
            Question::EmbedPixels {
                number,
                width,
                height,
            } => {
                let embedded =
                    self.with_model(|model, _| model.embed_pixels(attachment, (width, height)));
                embedded_answer(number, embedded)
            }
            Question::Prepare { path } => {
                self.ahead.want(path);
                return None;
            }
        };
        Some(answer)
    }

    /// Loads a model; returns how long its embeddings are.
    fn load(&mut self, model: ModelSpec, picture_bytes: u64) -> Result<u32, String> {
        let loaded = guarded(|| embedder::load(&model));
        // What reading and optimising it took is not needed any more.
        memory::flush_thread_cache();
        memory::purge_all();
        let loaded = loaded?;
        let dimensions = loaded.dimensions();
        let permits = Permits::new(picture_bytes);
        if self.model.is_none()
            && let Err(err) = self.ahead.start(model, permits.clone())
        {
            tracing::warn!(%err, "pictures are not read ahead");
        }
        self.permits = Some(permits);
        self.model = Some(loaded);
        Ok(dimensions)
    }

    fn embed_file(&mut self, path: &Path) -> Result<Vec<f32>, String> {
        let ahead = self.ahead.clone();
        self.with_model(|model, permits| match ahead.take(path) {
            Some(input) => model.embed(input?),
            None => model.embed_file(path, permits),
        })
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
