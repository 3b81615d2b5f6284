//! A program that assesses risks, such as a model's client: JSON in, JSON out, within a few seconds.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::time::Duration;

use diagnostics::visible;
use execpolicy::{Context, Directory};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{MemfdFlags, memfd_create};
use rustix::io::Errno;
use rustix::pipe::{PipeFlags, pipe_with};
use rustix::time::{ClockId, clock_gettime};
use sandbox::{Command, LaunchError, Plan, Stream};
use serde::Serialize;

use super::Risk;
use crate::Judgement;
use crate::confinement;
use crate::report::VerdictReport;

/// In what time it has answered.
const PATIENCE: Duration = Duration::from_secs(5);

/// Bytes of an answer that are read; a longer one is none.
const LONGEST_ANSWER: usize = 16 * 1024;

/// Characters of its summary that are shown.
const LONGEST_SUMMARY: usize = 300;

/// A program that is asked how much harm a command may do. Whoever configures it trusts it: it runs unconfined, with the
/// variables of its caller but those that change what a program means, and it is shown the command as it is.
#[derive(Clone, Debug)]
pub struct RiskProgram {
    file: PathBuf,
    environment: Vec<(OsString, OsString)>,
    patience: Duration,
}

/// The version of the request's shape.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize)]
pub enum RiskSchemaName {
    /// The first one.
    #[default]
    #[serde(rename = "execpolicy.risk.v1")]
    RiskV1,
}

/// What the program is asked: one JSON object on its standard input. It answers with a [`Risk`] on its standard output.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RiskRequest {
    /// The shape of this object.
    pub schema: RiskSchemaName,
    /// The command as it was written.
    pub command: String,
    /// Where it would start; absent where that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cwd: Option<String>,
    /// The root of the work tree; absent where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workspace: Option<String>,
    /// What it would be confined by; absent is nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confinement: Option<String>,
    /// The verdict, as `check` tells it.
    pub verdict: VerdictReport,
    /// What the effects say.
    pub risk: Risk,
}

/// Why the program's answer does not count.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RiskProgramError {
    /// It could not be started.
    #[error(transparent)]
    Launch(#[from] LaunchError),
    /// The kernel gave no pipe or file for its streams, or they failed.
    #[error("its streams failed: {0}")]
    Streams(#[from] io::Error),
    /// It took too long.
    #[error("it did not answer in {} s", PATIENCE.as_secs())]
    Late,
    /// It said more than is read.
    #[error("its answer is longer than {LONGEST_ANSWER} bytes")]
    Long,
    /// What it said is no risk.
    #[error("its answer is no assessment: {0}")]
    Answer(#[from] serde_json::Error),
    /// It said a risk without saying why.
    #[error("its answer says nothing")]
    Silent,
}

impl RiskRequest {
    /// What is asked of a judged command, in the context that it was judged in.
    pub fn new(judgement: &Judgement, context: &Context, confinement: Option<&str>) -> Self {
        Self {
            schema: RiskSchemaName::default(),
            command: judgement.command().source().text().to_owned(),
            cwd: match &context.cwd {
                Directory::Known(path) => Some(path.to_string()),
                Directory::Unknown => None,
            },
            workspace: context.workspace.as_deref().map(str::to_owned),
            confinement: confinement.map(str::to_owned),
            verdict: judgement.report(),
            risk: Risk::of(judgement, context),
        }
    }
}

impl RiskProgram {
    /// The program in this file, absolute, with the variables that its caller has.
    pub fn new(file: PathBuf, variables: &[(OsString, OsString)]) -> Self {
        Self {
            file,
            environment: confinement::unconfined(variables),
            patience: PATIENCE,
        }
    }

    #[cfg(test)]
    pub(crate) fn within(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Asks it, for five seconds; then it is killed with all that it started. What it says can only raise the risk that
    /// the effects say, and is made safe to show.
    ///
    /// # Errors
    /// [`RiskProgramError`]; the risk of the request stands then.
    pub fn assess(&self, request: &RiskRequest) -> Result<Risk, RiskProgramError> {
        let answer = self.answer(&serde_json::to_vec(request)?)?;
        let mut said: Risk = serde_json::from_slice(&answer)?;
        let summary = said.summary.split_whitespace().collect::<Vec<_>>().join(" ");
        if summary.is_empty() {
            return Err(RiskProgramError::Silent);
        }
        let shown: String = summary.chars().take(LONGEST_SUMMARY).collect();
        said.summary = visible(&shown).into_owned();
        Ok(request.risk.clone().raised_by(said))
    }

    /// What it writes until it closes its output.
    fn answer(&self, request: &[u8]) -> Result<Vec<u8>, RiskProgramError> {
        let deadline = now().saturating_add(self.patience);
        let (output, theirs) = pipe_with(PipeFlags::CLOEXEC).map_err(io::Error::from)?;
        let command = Command {
            program: self.file.clone(),
            arguments: vec![self.file.clone().into_os_string()],
            // Not where the command would start: a program may obey what lies there.
            directory: "/".into(),
            input: Stream::Given(file_of(request)?),
            output: Stream::Given(theirs),
            errors: Stream::Null,
        };
        let running = Plan::unconfined(self.environment.clone()).launch(command)?;
        let answer = read(output, deadline);
        // Whether it has ended or not, nothing of it goes on.
        drop(running.kill());
        answer
    }
}

/// A file without a name that holds these bytes: who does not read them keeps nobody waiting.
fn file_of(bytes: &[u8]) -> io::Result<OwnedFd> {
    let mut file = File::from(memfd_create("execpolicy-risk", MemfdFlags::CLOEXEC)?);
    file.write_all(bytes)?;
    file.rewind()?;
    Ok(file.into())
}

/// Everything that comes until the end, if it comes in time.
fn read(output: OwnedFd, deadline: Duration) -> Result<Vec<u8>, RiskProgramError> {
    let mut output = File::from(output);
    let mut answer = Vec::new();
    let mut buffer = [0_u8; 4096];
    loop {
        let left = Timespec::try_from(deadline.saturating_sub(now())).map_err(io::Error::other)?;
        match poll(&mut [PollFd::new(&output, PollFlags::IN)], Some(&left)) {
            Ok(0) => return Err(RiskProgramError::Late),
            Ok(_) => {}
            Err(Errno::INTR) => continue,
            Err(error) => return Err(io::Error::from(error).into()),
        }
        let count = output.read(&mut buffer)?;
        if count == 0 {
            return Ok(answer);
        }
        answer.extend_from_slice(buffer.get(..count).unwrap_or_default());
        if answer.len() > LONGEST_ANSWER {
            return Err(RiskProgramError::Long);
        }
    }
}

/// A clock that only goes forward.
fn now() -> Duration {
    Duration::try_from(clock_gettime(ClockId::Monotonic)).unwrap_or_default()
}
