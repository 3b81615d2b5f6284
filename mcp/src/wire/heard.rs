//! What a line says. The SDK drops lines that it cannot read, and with them who waits for an answer.

use gatekeeper::Once;
use rmcp::model::{
    CallToolRequestParams, ClientJsonRpcMessage, ClientNotification, ClientRequest, ErrorData,
    InitializeRequestParams, JsonRpcMessage, RequestId,
};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use server::short;

use super::flight::Flight;
use super::lines::LONGEST;

/// What a line is.
#[derive(Debug)]
pub(crate) enum Heard {
    /// A message.
    Message(Box<ClientJsonRpcMessage>),
    /// None, and what is answered to that.
    Wrong(Wrong),
    /// Nothing that is for anybody: an answer that nobody waits for, a notification that is none.
    Nothing,
}

/// What is wrong with a line.
#[derive(Debug)]
pub(crate) struct Wrong {
    /// As far as it can be read; else null.
    pub(crate) id: Value,
    pub(crate) error: ErrorData,
}

impl Wrong {
    pub(crate) fn too_long() -> Self {
        Self::request(Value::Null, &format!("a message is longer than {LONGEST} bytes"))
    }

    fn request(id: Value, why: &str) -> Self {
        Self {
            id,
            error: ErrorData::invalid_request(short(why), None),
        }
    }

    fn params(id: Value, why: &str) -> Self {
        Self {
            id,
            error: ErrorData::invalid_params(short(why), None),
        }
    }
}

/// Reads a line.
pub(crate) fn hear(line: &[u8], flight: &Flight) -> Heard {
    let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line).trim_ascii();
    if line.is_empty() {
        return Heard::Nothing;
    }
    let message = match serde_json::from_slice(line).map(|Once(message)| message) {
        Ok(Value::Object(message)) => message,
        Ok(Value::Array(_)) => {
            return Heard::Wrong(Wrong::request(
                Value::Null,
                "messages come one a line, and not in arrays",
            ));
        }
        Ok(Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => {
            return Heard::Wrong(Wrong::request(Value::Null, "a message is an object"));
        }
        Err(error) if error.is_data() => return said_twice(line, &error, flight),
        Err(error) => {
            let why = short(&format!("a line is no JSON: {error}"));
            let error = ErrorData::parse_error(why, None);
            return Heard::Wrong(Wrong {
                id: Value::Null,
                error,
            });
        }
    };
    if is_answer(&message) {
        return answer(message, flight);
    }
    match request(message, flight) {
        Ok(Some(message)) => Heard::Message(Box::new(message)),
        Ok(None) => Heard::Nothing,
        Err(wrong) => Heard::Wrong(*wrong),
    }
}

/// JSON in which a key stands twice: who reads it goes by the one or by the other, so it says nothing, and least of all
/// yes.
fn said_twice(line: &[u8], error: &serde_json::Error, flight: &Flight) -> Heard {
    #[derive(Deserialize)]
    struct Named {
        #[serde(default)]
        id: Value,
    }
    let named = serde_json::from_slice::<Named>(line).map_or(Value::Null, |named| named.id);
    let message = serde_json::from_slice::<Map<String, Value>>(line).unwrap_or_default();
    if is_answer(&message) {
        let id = id(&named).filter(|id| flight.answers(id));
        return id.map_or(Heard::Nothing, |id| Heard::Message(Box::new(unread(id))));
    }
    let shown = Some(named).filter(|id| id.is_string() || id.is_number());
    Heard::Wrong(Wrong::request(shown.unwrap_or_default(), &error.to_string()))
}

fn is_answer(message: &Map<String, Value>) -> bool {
    let has_end = message.contains_key("result") || message.contains_key("error");
    has_end && !message.contains_key("method")
}

/// An answer that cannot be read, to our request of this id.
fn unread(id: RequestId) -> ClientJsonRpcMessage {
    let error = ErrorData::invalid_request("its answer could not be read", None);
    JsonRpcMessage::error(error, Some(id))
}

/// An answer to a request of ours. What is none closes the question, too: it was answered, and not by a yes.
fn answer(message: Map<String, Value>, flight: &Flight) -> Heard {
    let Some(id) = message.get("id").and_then(id).filter(|id| flight.answers(id)) else {
        return Heard::Nothing;
    };
    let read = serde_json::from_value(Value::Object(message)).unwrap_or_else(|_| unread(id));
    Heard::Message(Box::new(read))
}

/// A request, or a notification; `None` where it is a notification that says nothing.
fn request(message: Map<String, Value>, flight: &Flight) -> Result<Option<ClientJsonRpcMessage>, Box<Wrong>> {
    let shown = message.get("id").filter(|id| id.is_string() || id.is_number());
    let shown = shown.cloned().unwrap_or_default();
    let wrong = |why: &str| Box::new(Wrong::request(shown.clone(), why));
    if message.get("jsonrpc").and_then(Value::as_str) != Some("2.0") {
        return Err(wrong("`jsonrpc` is not \"2.0\""));
    }
    let Some(method) = message.get("method").and_then(Value::as_str).map(str::to_owned) else {
        return Err(wrong("there is no `method`"));
    };
    if message.contains_key("result") || message.contains_key("error") {
        return Err(wrong("it is a request and an answer"));
    }
    let params = message.get("params").cloned();
    let Some(id) = message.get("id").map(id) else {
        // Nobody waits for an answer to a notification.
        let read = serde_json::from_value(Value::Object(message)).ok();
        if let Some(JsonRpcMessage::Notification(told)) = &read
            && let ClientNotification::CancelledNotification(cancelled) = &told.notification
            && let Some(id) = &cancelled.params.request_id
        {
            flight.cancel(id);
        }
        return Ok(read);
    };
    let id = id.ok_or_else(|| wrong("`id` is neither a text nor a whole number"))?;
    if params.as_ref().is_some_and(|params| !params.is_object()) {
        return Err(Box::new(Wrong::params(shown, "`params` is no object")));
    }
    let meta = params.as_ref().and_then(|params| params.get("_meta"));
    if meta.is_some_and(|meta| !meta.is_object()) {
        return Err(Box::new(Wrong::params(shown, "`_meta` is no object")));
    }
    let read = match serde_json::from_value(Value::Object(message)) {
        Ok(read) => read,
        Err(error) => return Err(wrong(&format!("it is no request: {error}"))),
    };
    if let JsonRpcMessage::Request(asked) = &read
        && let ClientRequest::CustomRequest(_) = &asked.request
        && let Some(why) = wrong_params(&method, params)
    {
        return Err(Box::new(Wrong::params(shown, &why)));
    }
    flight.open(&id).map_err(wrong)?;
    Ok(Some(read))
}

/// What is wrong with the params of a request that the SDK knows, and has read as one that it does not know.
fn wrong_params(method: &str, params: Option<Value>) -> Option<String> {
    let error = match method {
        "tools/call" => error::<CallToolRequestParams>(params),
        "initialize" => error::<InitializeRequestParams>(params),
        "tools/list" | "ping" | "server/discover" => None,
        _ => return None,
    };
    let error = error.map_or_else(String::new, |error| format!(": {error}"));
    Some(format!("the params of `{method}` are wrong{error}"))
}

fn error<P: DeserializeOwned>(params: Option<Value>) -> Option<serde_json::Error> {
    let params = params.unwrap_or_else(|| Value::Object(Map::new()));
    serde_json::from_value::<P>(params).err()
}

/// An id, exactly: `"1"` is not `1`.
fn id(value: &Value) -> Option<RequestId> {
    match value {
        Value::Number(number) => number.as_i64().map(RequestId::Number),
        Value::String(text) => Some(RequestId::String(text.as_str().into())),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}
