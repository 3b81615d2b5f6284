//! Messages on a stream, one a line. What is none is answered here, and ends nothing.

mod flight;
mod heard;
mod lines;
mod sending;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use rmcp::RoleServer;
use rmcp::model::{
    ClientJsonRpcMessage, ClientRequest, GetMeta, JsonRpcMessage, ProtocolVersion, ServerJsonRpcMessage,
};
use rmcp::transport::Transport;
use serde_json::json;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

pub(crate) use flight::Flight;
use heard::{Heard, Wrong, hear};
use lines::{Line, Lines};
use sending::Sending;

/// How long a client that reads nothing may go on talking, once too much waits to be read.
const STALL: Duration = Duration::from_secs(30);

/// A client's messages, and where ours go.
pub(crate) struct Wire<R, W> {
    lines: Lines<R>,
    output: Arc<Mutex<W>>,
    flight: Arc<Flight>,
    sending: Sending,
    /// Whether the client has begun as the protocol says. The SDK ends at anything else that comes before.
    has_begun: bool,
    /// Whether the handler of the last message has had its turn.
    has_rested: bool,
    /// The end of everything.
    end: CancellationToken,
}

impl<R, W> Wire<R, W>
where
    R: AsyncRead + Send + Unpin,
    W: AsyncWrite + Send + Unpin + 'static,
{
    pub(crate) fn new(input: R, output: W, flight: Arc<Flight>, end: CancellationToken) -> Self {
        Self {
            lines: Lines::new(input),
            output: Arc::new(Mutex::new(output)),
            flight,
            sending: Sending::default(),
            has_begun: false,
            has_rested: true,
            end,
        }
    }

    /// Writes a line. Who cannot be written to any more has gone, and so everything ends.
    fn write(
        &self,
        line: serde_json::Result<Vec<u8>>,
    ) -> impl Future<Output = io::Result<()>> + Send + 'static + use<R, W> {
        let sending = self.sending.begin(line.as_ref().map_or(0, Vec::len));
        let (output, end) = (self.output.clone(), self.end.clone());
        async move {
            let mut line = line.map_err(io::Error::other)?;
            line.push(b'\n');
            let mut output = output.lock().await;
            let written = match output.write_all(&line).await {
                Ok(()) => output.flush().await,
                Err(error) => Err(error),
            };
            if written.is_err() {
                end.cancel();
            }
            drop(sending);
            written
        }
    }

    /// What a message is to us now, if it is anything.
    fn take(&mut self, message: ClientJsonRpcMessage) -> Option<ClientJsonRpcMessage> {
        if let JsonRpcMessage::Request(request) = &message {
            self.has_begun |= begins(&request.request);
            return Some(message);
        }
        self.has_begun.then_some(message)
    }
}

impl<R, W> Transport<RoleServer> for Wire<R, W>
where
    R: AsyncRead + Send + Unpin,
    W: AsyncWrite + Send + Unpin + 'static,
{
    type Error = io::Error;

    fn send(
        &mut self,
        message: ServerJsonRpcMessage,
    ) -> impl Future<Output = io::Result<()>> + Send + 'static {
        self.flight.sent(&message);
        self.write(serde_json::to_vec(&message))
    }

    async fn receive(&mut self) -> Option<ClientJsonRpcMessage> {
        loop {
            if !self.has_rested {
                // Who takes a call back in the same breath meets a call that has begun.
                tokio::task::yield_now().await;
                self.has_rested = true;
            }
            if tokio::time::timeout(STALL, self.sending.has_room())
                .await
                .is_err()
            {
                self.end.cancel();
                return None;
            }
            let heard = match self.lines.next().await {
                Line::Whole(line) => hear(&line, &self.flight),
                Line::TooLong => Heard::Wrong(Wrong::too_long()),
                Line::End => return None,
            };
            self.has_rested = false;
            match heard {
                Heard::Message(message) => {
                    if let Some(message) = self.take(*message) {
                        return Some(message);
                    }
                }
                Heard::Wrong(Wrong { id, error }) => {
                    let answer = json!({ "jsonrpc": "2.0", "id": id, "error": error });
                    tokio::spawn(self.write(serde_json::to_vec(&answer)));
                }
                Heard::Nothing => {}
            }
        }
    }

    async fn close(&mut self) -> io::Result<()> {
        self.sending.is_over().await;
        Ok(())
    }
}

/// Whether a request is one that the SDK begins with.
fn begins(request: &ClientRequest) -> bool {
    match request.method() {
        "initialize" => true,
        "ping" | "server/discover" => false,
        _ => {
            let meta = request.get_meta();
            let version = meta.protocol_version();
            meta.missing_required_keys(&ProtocolVersion::V_2026_07_28)
                .is_empty()
                && version.is_some_and(|version| ProtocolVersion::KNOWN_VERSIONS.contains(&version))
        }
    }
}
