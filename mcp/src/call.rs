//! One call to run a command: judged, asked about, judged again, run.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use gatekeeper::Decision;
use rmcp::RoleServer;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, ElicitRequest, ErrorData, InputRequest, InputRequests,
    InputRequiredResult, ProtocolVersion,
};
use rmcp::service::RequestContext;
use server::{Stop, short};
use tokio::sync::OwnedSemaphorePermit;
use tokio_util::sync::CancellationToken;

use crate::answer::{QUESTION, of_responses};
use crate::arguments::{RunArguments, read};
use crate::attempt::{Answered, Attempt, Reached};
use crate::elicitation::{ask, can_ask};
use crate::progress::Progress;
use crate::room::Room;
use crate::told::{Told, wrong};

/// How often a client that wants to know is told how far a command is.
const TELLING: Duration = Duration::from_secs(1);

/// One call to run a command.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) room: Arc<Room>,
    pub(crate) context: RequestContext<RoleServer>,
    /// Held as long as any thread is busy with it.
    pub(crate) permit: Arc<OwnedSemaphorePermit>,
    /// The end of everything.
    pub(crate) end: CancellationToken,
}

/// Orders a stop when nobody waits any more.
struct Stopped(Stop);

impl Drop for Stopped {
    fn drop(&mut self) {
        self.0.order();
    }
}

impl Call {
    /// Answers it.
    ///
    /// # Errors
    /// Where a thread of ours has failed.
    pub(crate) async fn answer(self, params: CallToolRequestParams) -> Result<CallToolResponse, ErrorData> {
        let arguments: RunArguments = match read(params.arguments) {
            Ok(arguments) => arguments,
            Err(why) => return Ok(wrong(why).into()),
        };
        let version = self.context.protocol_version();
        let is_since = |since: ProtocolVersion| version.as_ref().is_some_and(|version| *version >= since);
        let is_stateless = is_since(ProtocolVersion::V_2026_07_28);
        let mut progress = Progress::of(&self.context);
        let answered = match params.request_state {
            Some(state) => match self.room.states.redeem(&state, arguments.digest()) {
                Ok(judged) => Some(Answered {
                    said: of_responses(params.input_responses),
                    judged,
                }),
                Err(why) => return Ok(refused(&why.to_string())),
            },
            None => None,
        };
        let (elicitation, judged) = match self.attempt(&arguments, answered, &mut progress).await? {
            Ok(Reached::End(told)) => return Ok(told.into_result().into()),
            Ok(Reached::Question(elicitation, judged)) => (elicitation, judged),
            Err(why) => return Ok(wrong(why).into()),
        };
        // Nobody is shown a question that is withdrawn at once.
        if self.context.ct.is_cancelled() || self.end.is_cancelled() {
            return Ok(refused("the call was cancelled"));
        }
        if !can_ask(self.context.client_capabilities().as_ref()) {
            let why =
                "it needs a yes, and this client has not declared that it can ask a person (`elicitation`)";
            let why = format!("{why}\n{}", elicitation.reasons);
            return Ok(Told::refused(Some(Decision::Prompt), why).into_result().into());
        }
        let has_titles = is_since(ProtocolVersion::V_2025_11_25);
        let failed = |why: &dyn std::fmt::Display| ErrorData::internal_error(why.to_string(), None);
        let question = elicitation.params(has_titles).map_err(|error| failed(&error))?;
        if is_stateless {
            return Ok(match self.room.states.seal(arguments.digest(), judged) {
                Ok(state) => {
                    let request = InputRequest::Elicitation(ElicitRequest::new(question));
                    let requests = InputRequests::from([(QUESTION.to_owned(), request)]);
                    InputRequiredResult::new(Some(requests), Some(state)).into()
                }
                Err(why) => refused(&why.to_string()),
            });
        }
        progress.tell("a person is asked".to_owned()).await;
        let answered = Answered {
            said: ask(&self.context, &self.end, question, self.room.patience).await,
            judged: judged.to_string(),
        };
        match self.attempt(&arguments, Some(answered), &mut progress).await? {
            Ok(Reached::End(told)) => Ok(told.into_result().into()),
            Ok(Reached::Question(..)) => Ok(refused("it asks again")),
            Err(why) => Ok(wrong(why).into()),
        }
    }

    /// Makes an attempt on a thread of its own, and waits for it.
    ///
    /// # Errors
    /// Inside, in words, where what is asked for cannot be.
    async fn attempt(
        &self,
        arguments: &RunArguments,
        answered: Option<Answered>,
        progress: &mut Progress,
    ) -> Result<Result<Reached, String>, ErrorData> {
        let failed = |why: &dyn std::fmt::Display| ErrorData::internal_error(short(&why.to_string()), None);
        let stop = Stop::new().map_err(|error| failed(&error))?;
        // Whoever leaves this function early has it ended.
        let stopped = Stopped(stop.clone());
        let written = Arc::new(AtomicU64::new(0));
        let busy = {
            let (room, permit, arguments) = (self.room.clone(), self.permit.clone(), arguments.clone());
            let written = written.clone();
            tokio::task::spawn_blocking(move || {
                let reached = attempt(room, &arguments, stop, written, answered.as_ref());
                drop(permit);
                reached
            })
        };
        tokio::pin!(busy);
        let mut ticks = tokio::time::interval(TELLING);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        ticks.tick().await;
        let mut is_over = false;
        loop {
            tokio::select! {
                reached = &mut busy => return reached.map_err(|error| failed(&error)),
                () = self.context.ct.cancelled(), if !is_over => {
                    is_over = true;
                    stopped.0.order();
                }
                () = self.end.cancelled(), if !is_over => {
                    is_over = true;
                    stopped.0.order();
                }
                _ = ticks.tick(), if progress.is_wanted() && !is_over => {
                    let written = written.load(Ordering::Relaxed);
                    progress.tell(format!("it has written {written} bytes")).await;
                }
            }
        }
    }
}

fn attempt(
    room: Arc<Room>,
    arguments: &RunArguments,
    stop: Stop,
    written: Arc<AtomicU64>,
    answered: Option<&Answered>,
) -> Result<Reached, String> {
    let attempt = Attempt {
        command: arguments.command()?,
        timeout: arguments.timeout()?,
        place: room.place(arguments.cwd.as_deref())?,
        room,
        stop,
        written,
    };
    Ok(attempt.make(answered))
}

fn refused(why: &str) -> CallToolResponse {
    Told::refused(None, why).into_result().into()
}
