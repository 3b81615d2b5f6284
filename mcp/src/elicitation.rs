//! Asking by a request of ours, as it was done before the protocol became stateless.

use std::time::Duration;

use rmcp::RoleServer;
use rmcp::model::{ClientCapabilities, ClientResult, ElicitRequest, ElicitRequestParams, ServerRequest};
use rmcp::service::{PeerRequestOptions, RequestContext};
use server::short;
use tokio_util::sync::CancellationToken;

use crate::answer::{Said, of_result};

/// Whether a client can show a question with its answers.
pub(crate) fn can_ask(capabilities: Option<&ClientCapabilities>) -> bool {
    let elicitation = capabilities.and_then(|capabilities| capabilities.elicitation.as_ref());
    // Who names neither form nor address speaks of the time when there were only forms.
    elicitation.is_some_and(|elicitation| elicitation.form.is_some() || elicitation.url.is_none())
}

/// Asks, and waits for the answer until the question's time is over, the call is cancelled or everything ends. Then the question
/// is withdrawn, and that is a no.
pub(crate) async fn ask(
    context: &RequestContext<RoleServer>,
    end: &CancellationToken,
    params: ElicitRequestParams,
    patience: Duration,
) -> Said {
    let request = ServerRequest::ElicitRequest(ElicitRequest::new(params));
    let sent = context
        .peer
        .send_request_with_option(request, PeerRequestOptions::no_options());
    let mut handle = tokio::select! {
        sent = sent => match sent {
            Ok(handle) => handle,
            Err(error) => return Said::No(short(&format!("nobody could be asked: {error}"))),
        },
        () = context.ct.cancelled() => return Said::No("the call was cancelled".to_owned()),
        () = end.cancelled() => return Said::No("the client has gone".to_owned()),
    };
    let why = tokio::select! {
        answer = &mut handle.rx => return match answer {
            Ok(Ok(ClientResult::ElicitResult(result))) => of_result(&result),
            Ok(Ok(_)) => Said::No("the answer could not be read".to_owned()),
            Ok(Err(error)) => Said::No(short(&format!("the client did not ask: {error}"))),
            Err(_) => Said::No("the client has gone".to_owned()),
        },
        () = tokio::time::sleep(patience) => "nobody answered in time",
        () = context.ct.cancelled() => "the call was cancelled",
        // Nobody is left to withdraw it from.
        () = end.cancelled() => return Said::No("the client has gone".to_owned()),
    };
    // Who does not read this either is not waited for.
    let withdrawn = handle.cancel(Some(why.to_owned()));
    let _told = tokio::time::timeout(Duration::from_secs(1), withdrawn).await;
    Said::No(why.to_owned())
}
