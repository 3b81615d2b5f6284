//! What stands between an agent and its client: what passes, what is answered, and that nothing that fails says yes.

#[cfg(test)]
#[path = "answer/acp.rs"]
mod acp;
#[cfg(test)]
#[path = "answer/acp_hostile.rs"]
mod acp_hostile;
#[cfg(test)]
#[path = "answer/codex_app_server.rs"]
mod codex_app_server;
#[cfg(test)]
#[path = "answer/ends.rs"]
mod ends;
#[cfg(test)]
#[path = "answer/failing.rs"]
mod failing;
#[cfg(test)]
#[path = "answer/files.rs"]
mod files;
#[cfg(test)]
#[path = "answer/ground.rs"]
mod ground;
#[cfg(test)]
#[path = "answer/recorded.rs"]
mod recorded;
#[cfg(test)]
#[path = "answer/taken_back.rs"]
mod taken_back;
#[cfg(test)]
#[path = "answer/told.rs"]
mod told;
