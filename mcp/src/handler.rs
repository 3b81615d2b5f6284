//! The protocol's requests that this server answers.

use std::sync::Arc;

use rmcp::model::{
    CallToolRequestParams, CallToolResponse, ErrorData, Implementation, ListToolsResult,
    PaginatedRequestParams, ServerCapabilities, ServerConfig,
};
use rmcp::service::RequestContext;
use rmcp::{RoleServer, ServerHandler};
use server::short;
use tokio_util::sync::CancellationToken;

use crate::call::Call;
use crate::check::look;
use crate::room::Room;
use crate::told::wrong;
use crate::tools::{self, ToolName};
use crate::wire::Flight;

const INSTRUCTIONS: &str = "Commands run in the work tree that this server was started for, confined to it. Where \
    policy says so, a person is asked first; check_command tells beforehand.";

/// Answers requests.
#[derive(Debug)]
pub(crate) struct Handler {
    room: Arc<Room>,
    flight: Arc<Flight>,
    end: CancellationToken,
}

impl Handler {
    pub(crate) fn new(room: Arc<Room>, flight: Arc<Flight>, end: CancellationToken) -> Self {
        Self { room, flight, end }
    }
}

impl ServerHandler for Handler {
    fn get_info(&self) -> ServerConfig {
        let named = Implementation::new("execpolicy", &*self.room.version);
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(named)
            .with_instructions(INSTRUCTIONS)
    }

    async fn list_tools(
        &self,
        _page: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(tools::all()))
    }

    async fn call_tool(
        &self,
        params: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let _busy = self.flight.busy(&context.id);
        let Some(tool) = ToolName::named(&params.name) else {
            let name: String = params.name.chars().take(100).collect();
            let why = format!("there is no tool `{}`", diagnostics::visible(&name));
            return Err(ErrorData::invalid_params(why, None));
        };
        let Some(permit) = self.room.enter() else {
            return Ok(wrong("too many calls are answered at the moment").into());
        };
        if tool == ToolName::Run {
            let call = Call {
                room: self.room.clone(),
                context,
                permit,
                end: self.end.clone(),
            };
            return call.answer(params).await;
        }
        let room = self.room.clone();
        let looked = tokio::task::spawn_blocking(move || {
            let looked = look(&room, tool, params.arguments);
            drop(permit);
            looked
        });
        let looked = looked.await;
        looked
            .map(CallToolResponse::from)
            .map_err(|error| ErrorData::internal_error(short(&error.to_string()), None))
    }
}
