//! The Agent Client Protocol: `session/request_permission`, and what was said before of the call that it is about.
//!
//! From the published schema, versions 1 and 2 (`@agentclientprotocol/sdk` 2.4.0).

mod call;
mod elsewhere;
mod input_files;
mod options;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::ask::{Ask, Asked};
use crate::memory::Memory;
use crate::message::{Envelope, Fields, Id, object, texts};
use crate::protocol::Listener;
use call::Call;
use options::Options;

/// Listens to a conversation in this protocol.
#[derive(Debug, Default)]
pub(crate) struct Acp {
    /// Sessions that the client has asked for, by the request; those that it named itself with that name.
    opening: Memory<Id, (Option<String>, Session)>,
    sessions: Memory<String, Session>,
    /// The session of each prompt, by the request.
    prompts: Memory<Id, String>,
    /// By session and name.
    calls: Memory<(String, String), Call>,
    /// How often something was taken back, or may have been.
    times_taken_back: u64,
}

/// What is known of a session.
#[derive(Clone, Debug)]
struct Session {
    /// Its directory, and others that belong to it.
    roots: Vec<String>,
    /// Whether the client has taken its last prompt back, or may have: it answers every question by that.
    is_cancelled: bool,
    /// Whether the agent's shell may be in another directory by now.
    is_led: bool,
}

impl Session {
    /// Where a command starts that does not say it.
    fn cwd(&self) -> Option<String> {
        self.roots.first().filter(|_| !self.is_led).cloned()
    }
}

/// What tells the notifications of a session apart.
#[derive(Deserialize)]
struct Update {
    params: UpdateParams,
}

#[derive(Deserialize)]
struct UpdateParams {
    update: UpdateKind,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct UpdateKind {
    session_update: String,
}

/// What the parameters of a question hold in version 1, and in version 2.
const FIRST: &[&str] = &["sessionId", "toolCall", "options", "_meta"];
const SECOND: &[&str] = &["sessionId", "title", "description", "subject", "options", "_meta"];

impl Listener for Acp {
    fn client_says(&mut self, envelope: Envelope, line: &[u8]) {
        let Some(method) = envelope.method else { return };
        if method == "$/cancel_request" {
            return self.taken_back(line);
        }
        let wanted = [
            "new", "fork", "load", "resume", "prompt", "cancel", "close", "delete",
        ];
        let verb = method.strip_prefix("session/").unwrap_or_default();
        if !wanted.contains(&verb) {
            return;
        }
        let message = object(line);
        let Some(params) = message.as_ref().and_then(|message| message.object("params")) else {
            return self.missed_of_client();
        };
        let named = params.text("sessionId");
        match (verb, named, envelope.id) {
            ("new" | "fork", _, Some(id)) => self.open(id, None, params),
            ("load" | "resume", Some(named), Some(id)) => self.open(id, Some(named.to_owned()), params),
            ("prompt", Some(named), id) => {
                self.cancel(named, false);
                if let Some(id) = id {
                    self.prompts.put(id, named.to_owned(), named.len());
                }
            }
            // Who closes a session takes back what runs in it.
            ("cancel" | "close" | "delete", Some(named), _) => self.cancel(named, true),
            _ => self.missed_of_client(),
        }
    }

    fn agent_says(&mut self, envelope: Envelope, line: &[u8]) -> Option<Ask> {
        match (envelope.method.as_deref(), envelope.id) {
            (Some("session/update"), None) => {
                self.updated(line);
                None
            }
            (Some("session/request_permission"), Some(id)) => {
                let asked = self.question(&id, line);
                if asked.is_none() {
                    self.told_in_question(line);
                }
                asked
            }
            (None, Some(id)) => {
                if let Some((named, session)) = self.opening.take(&id) {
                    self.opened(named, session, line);
                }
                None
            }
            _ => None,
        }
    }

    fn missed_of_client(&mut self) {
        self.times_taken_back = self.times_taken_back.saturating_add(1);
        // One without a name has no prompt yet.
        let opening = self.opening.values_mut().filter(|(named, _)| named.is_some());
        for session in self
            .sessions
            .values_mut()
            .chain(opening.map(|(_, session)| session))
        {
            session.is_cancelled = true;
        }
    }

    fn missed(&mut self) {
        self.calls.clear();
        let opening = self.opening.values_mut().map(|(_, session)| session);
        for session in self.sessions.values_mut().chain(opening) {
            session.is_led = true;
        }
    }

    fn times_taken_back(&self) -> u64 {
        self.times_taken_back
    }
}

impl Acp {
    fn open(&mut self, id: Id, named: Option<String>, params: &Map<String, Value>) {
        let further = match params.items("additionalDirectories").map(texts) {
            Some(None) => return,
            further => further.flatten().unwrap_or_default(),
        };
        let Some(cwd) = params.text("cwd") else { return };
        let roots: Vec<String> = std::iter::once(cwd.to_owned()).chain(further).collect();
        let bytes = roots.iter().map(String::len).sum();
        let session = Session {
            roots,
            is_cancelled: false,
            // The shell of the one that goes on, or that it is made of, may go on with it.
            is_led: self.session(params).is_some_and(|session| session.is_led),
        };
        self.opening.put(id, (named, session), bytes);
    }

    fn session(&self, params: &Map<String, Value>) -> Option<&Session> {
        self.sessions.get(&params.text("sessionId")?.to_owned())
    }

    fn opened(&mut self, named: Option<String>, mut session: Session, line: &[u8]) {
        let Some(message) = object(line) else { return };
        let Some(result) = message.get("result") else {
            return;
        };
        let told = result.as_object().and_then(|result| result.text("sessionId"));
        if let Some(name) = named.or_else(|| told.map(ToOwned::to_owned)) {
            if let Some(before) = self.sessions.get(&name) {
                session.is_led |= before.is_led;
                session.is_cancelled |= before.is_cancelled;
            }
            let bytes = session.roots.iter().map(String::len).sum();
            self.sessions.put(name, session, bytes);
        }
    }

    /// The client does not want an answer to a request of its own. If that is a prompt, it is cancelled; if it is not known
    /// what it is, it may be any.
    fn taken_back(&mut self, line: &[u8]) {
        let message = object(line);
        let params = message.as_ref().and_then(|message| message.object("params"));
        let id = params.and_then(|params| Id::deserialize(params.said("requestId")?).ok());
        match id.and_then(|id| self.prompts.get(&id).cloned()) {
            Some(session) => self.cancel(&session, true),
            None => self.missed_of_client(),
        }
    }

    /// Of a session by this name, also of one that the agent has not said yes to yet.
    fn cancel(&mut self, name: &str, is_cancelled: bool) {
        if is_cancelled {
            self.times_taken_back = self.times_taken_back.saturating_add(1);
        }
        let opening = self.opening.values_mut();
        let opening = opening.filter(|(named, _)| named.as_deref() == Some(name));
        let opened = self.sessions.get_mut(&name.to_owned());
        for session in opened.into_iter().chain(opening.map(|(_, session)| session)) {
            session.is_cancelled = is_cancelled;
        }
    }

    /// A notification about a session: what it says of a call is kept.
    fn updated(&mut self, line: &[u8]) {
        let told = serde_json::from_slice::<Update>(line);
        let kind = told.map(|update| update.params.update.session_update);
        match kind.as_deref() {
            Ok("tool_call" | "tool_call_update") => {}
            Ok(_) => return,
            Err(_) => return self.missed(),
        }
        let message = object(line);
        let params = message.as_ref().and_then(|message| message.object("params"));
        let told = params.and_then(|params| Some((params.text("sessionId")?, params.object("update")?)));
        match told {
            Some((session, update)) => self.told(session, update),
            None => self.missed(),
        }
    }

    /// What a question that a person has to answer says of its call is kept, too.
    fn told_in_question(&mut self, line: &[u8]) {
        let message = object(line);
        let params = message.as_ref().and_then(|message| message.object("params"));
        let call = params.and_then(|params| params.object("toolCall").or_else(|| second_call(params)));
        match (params.and_then(|params| params.text("sessionId")), call) {
            (Some(session), Some(call)) => self.told(session, call),
            (Some(_), None) => {}
            (None, _) => self.missed(),
        }
    }

    fn told(&mut self, session: &str, update: &Map<String, Value>) {
        let Some(name) = update.text("toolCallId") else {
            return self.missed();
        };
        let key = (session.to_owned(), name.to_owned());
        let mut call = self.calls.take(&key).unwrap_or_default();
        call.update(update);
        if call.may_lead_elsewhere()
            && let Some(session) = self.sessions.get_mut(&key.0)
        {
            session.is_led = true;
        }
        let bytes = call.bytes();
        self.calls.put(key, call, bytes);
    }

    /// What is asked; `None` where it is not understood, or may not be answered here.
    fn question(&mut self, id: &Id, line: &[u8]) -> Option<Ask> {
        let message = object(line)?;
        let is_known = message.says_only(&["jsonrpc", "id", "method", "params"]);
        let params = message.object("params")?;
        let name = params.text("sessionId")?;
        let session = self.sessions.get(&name.to_owned())?;
        if !is_known || message.text("jsonrpc") != Some("2.0") || session.is_cancelled {
            return None;
        }
        let place = (session.roots.clone(), session.cwd());
        let options = Options::read(params.items("options")?)?;
        let (event, can_be_allowed, call) = if params.says_only(FIRST) {
            let call = params.object("toolCall")?;
            let (event, can) = self.of_call(name, call, place)?;
            (event, can, Some(call))
        } else if params.says_only(SECOND) {
            let subject = params.object("subject")?;
            match subject.text("type")? {
                "command" => (self.of_command(name, subject, place.0)?, true, None),
                "tool_call" => {
                    let call = second_call(params)?;
                    let (event, can) = self.of_call(name, call, place)?;
                    (event, can, Some(call))
                }
                _ => return None,
            }
        } else {
            return None;
        };
        if let Some(call) = call {
            self.told(name, call);
        }
        let asked = Asked {
            event,
            session: name.to_owned(),
        };
        let reply = options.reply(id, can_be_allowed);
        Some(Ask { asked, reply })
    }

    /// The command of a question of version 2, which may be that of a call.
    fn of_command(
        &self,
        session: &str,
        subject: &Map<String, Value>,
        roots: Vec<String>,
    ) -> Option<gatekeeper::hook::Event> {
        if let Some(name) = subject.said("toolCallId") {
            let key = (session.to_owned(), name.as_str()?.to_owned());
            let (command, cwd) = (subject.text("command")?, subject.text("cwd")?);
            let is_told = |call: &Call| call.is_command(command, cwd);
            if !self.calls.get(&key).is_none_or(is_told) {
                return None;
            }
        }
        call::of_command(subject, roots)
    }

    fn of_call(
        &self,
        session: &str,
        request: &Map<String, Value>,
        (roots, cwd): (Vec<String>, Option<String>),
    ) -> Option<(gatekeeper::hook::Event, bool)> {
        let key = (session.to_owned(), request.text("toolCallId")?.to_owned());
        Call::merged(self.calls.get(&key), request)?.event(roots, cwd)
    }
}

/// The call of a question of version 2.
fn second_call(params: &Map<String, Value>) -> Option<&Map<String, Value>> {
    params.object("subject")?.object("toolCall")
}
