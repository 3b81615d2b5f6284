//! The JSON Schema of the wire: what a client may write and what it reads, made of the types that serve them.

use schemars::generate::{SchemaGenerator, SchemaSettings};
use schemars::{JsonSchema, Schema};
use serde_json::{Map, Value, json};

use super::{
    CheckResult, ClientRequest, CommandApprovalAnswer, CommandExecResult, Empty, ErrorCode, ErrorObject,
    FileChangeApprovalAnswer, InitializeResult, NetworkRequestResult, Notification, PatchApplyResult,
    PermissionsApprovalAnswer, PermissionsRequestResult, PolicyReloadResult, RequestId, ServerRequest,
    ThreadListResult, ThreadResult, TurnDiffResult, TurnResult,
};

/// What a message is, for whoever reads the schema alone.
const DESCRIPTION: &str = "The wire of `execpolicy serve`: one JSON object a line, each way. A request has `id`, `method` and \
`params`; its answer has the same `id` and either `result` or `error`; a notification has `method` and `params`. Each side \
counts the ids of its own requests. Below, `clientRequests` are what a client asks with what it is answered, \
`serverRequests` what a client is asked with what it answers, `notifications` what it is told, `errorCodes` why a request is \
not answered. `$defs.fromClient` is any line that a client writes, `$defs.fromServer` any that it reads. What a client writes \
has no keys but those that stand here; what it reads may have more one day.";

/// The JSON Schema of all messages, with a list of the methods of each kind.
pub fn schema() -> Value {
    let mut from_client = generator(SchemaSettings::draft2020_12().for_deserialize(), "fromClient");
    let mut from_server = generator(SchemaSettings::draft2020_12().for_serialize(), "fromServer");

    let client_requests = paired(
        methods::<ClientRequest>(&mut from_client),
        &results(&mut from_server),
    );
    let server_requests = paired(
        methods::<ServerRequest>(&mut from_server),
        &answers(&mut from_client),
    );
    let notifications = methods::<Notification>(&mut from_server);

    let mut of_client = messages(&client_requests, Some(&from_client.subschema_for::<RequestId>()));
    of_client.extend(answered::<ErrorObject>(&mut from_client, &server_requests));
    let mut of_server = messages(&server_requests, Some(&from_server.subschema_for::<RequestId>()));
    of_server.extend(messages(&notifications, None));
    of_server.extend(answered::<ErrorObject>(&mut from_server, &client_requests));

    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "execpolicy.serve.v1",
        "description": DESCRIPTION,
        "anyOf": [{"$ref": "#/$defs/fromClient"}, {"$ref": "#/$defs/fromServer"}],
        "clientRequests": client_requests,
        "serverRequests": server_requests,
        "notifications": notifications,
        "errorCodes": error_codes(),
        "$defs": {
            "fromClient": {"anyOf": of_client, "$defs": from_client.take_definitions(true)},
            "fromServer": {"anyOf": of_server, "$defs": from_server.take_definitions(true)},
        },
    })
}

/// What each request of a client is answered, by its method.
fn results(of: &mut SchemaGenerator) -> Vec<(&'static str, Schema)> {
    let thread = of.subschema_for::<ThreadResult>();
    let empty = of.subschema_for::<Empty>();
    vec![
        ("initialize", of.subschema_for::<InitializeResult>()),
        ("check", of.subschema_for::<CheckResult>()),
        ("thread/start", thread.clone()),
        ("thread/list", of.subschema_for::<ThreadListResult>()),
        ("thread/resume", thread.clone()),
        ("thread/fork", thread),
        ("turn/start", of.subschema_for::<TurnResult>()),
        ("turn/complete", empty.clone()),
        ("turn/interrupt", empty.clone()),
        ("turn/diff", of.subschema_for::<TurnDiffResult>()),
        ("command/exec", of.subschema_for::<CommandExecResult>()),
        ("command/terminate", empty),
        ("patch/apply", of.subschema_for::<PatchApplyResult>()),
        (
            "permissions/request",
            of.subschema_for::<PermissionsRequestResult>(),
        ),
        ("network/request", of.subschema_for::<NetworkRequestResult>()),
        ("policy/reload", of.subschema_for::<PolicyReloadResult>()),
    ]
}

/// What a client answers to each request of the server, by its method.
fn answers(of: &mut SchemaGenerator) -> Vec<(&'static str, Schema)> {
    vec![
        (
            "item/commandExecution/requestApproval",
            of.subschema_for::<CommandApprovalAnswer>(),
        ),
        (
            "item/fileChange/requestApproval",
            of.subschema_for::<FileChangeApprovalAnswer>(),
        ),
        (
            "item/permissions/requestApproval",
            of.subschema_for::<PermissionsApprovalAnswer>(),
        ),
    ]
}

/// Types go below the schema of the side that writes them: a type that both write may differ in what may be left out.
fn generator(mut settings: SchemaSettings, side: &str) -> SchemaGenerator {
    settings.definitions_path = format!("/$defs/{side}/$defs").into();
    settings.into_generator()
}

/// The methods of a type whose variants are messages: each with its name, its params and what it is for.
fn methods<T: JsonSchema>(of: &mut SchemaGenerator) -> Vec<Map<String, Value>> {
    let written = T::json_schema(of).to_value();
    let variants = written.get("oneOf").and_then(Value::as_array);
    let each = variants.into_iter().flatten().map(|variant| {
        let mut method = Map::new();
        for (name, from) in [
            ("method", "/properties/method/const"),
            ("description", "/description"),
            ("params", "/properties/params"),
        ] {
            let found = variant.pointer(from).cloned();
            method.extend(found.map(|value| (name.to_owned(), value)));
        }
        method
    });
    each.collect()
}

/// The methods, each with its result.
fn paired(methods: Vec<Map<String, Value>>, results: &[(&'static str, Schema)]) -> Vec<Map<String, Value>> {
    let each = methods.into_iter().map(|mut method| {
        let is_of = |name: &str| method.get("method").and_then(Value::as_str) == Some(name);
        let found = results.iter().find(|(name, _)| is_of(name));
        method.extend(found.map(|(_, result)| ("result".to_owned(), result.clone().to_value())));
        method
    });
    each.collect()
}

/// The lines that these methods make: requests, where they have ids.
fn messages(methods: &[Map<String, Value>], id: Option<&Schema>) -> Vec<Value> {
    let each = methods.iter().map(|method| {
        let mut properties = json!({
            "method": {"const": method.get("method")},
            "params": method.get("params"),
        });
        let mut required = vec!["method", "params"];
        if let (Some(id), Some(properties)) = (id, properties.as_object_mut()) {
            properties.insert("id".to_owned(), id.clone().to_value());
            required.insert(0, "id");
        }
        json!({
            "type": "object",
            "description": method.get("description"),
            "properties": properties,
            "required": required,
            "additionalProperties": false,
        })
    });
    each.collect()
}

/// The lines that answer these methods.
fn answered<E: JsonSchema>(of: &mut SchemaGenerator, methods: &[Map<String, Value>]) -> [Value; 2] {
    let id = of.subschema_for::<RequestId>();
    let mut results: Vec<&Value> = Vec::new();
    for result in methods.iter().filter_map(|method| method.get("result")) {
        if !results.contains(&result) {
            results.push(result);
        }
    }
    let error = of.subschema_for::<E>();
    [
        json!({
            "type": "object",
            "description": "The answer to a request of the other side: the result of its method.",
            "properties": {"id": id, "result": {"anyOf": results}},
            "required": ["id", "result"],
            "additionalProperties": false,
        }),
        json!({
            "type": "object",
            "description": "A request of the other side is not answered. `id` is null where it could not be read.",
            "properties": {"id": {"anyOf": [id, {"type": "null"}]}, "error": error},
            "required": ["id", "error"],
            "additionalProperties": false,
        }),
    ]
}

/// The kinds of errors, with their numbers.
fn error_codes() -> Vec<Value> {
    let mut plain = SchemaSettings::draft2020_12().into_generator();
    let written = ErrorCode::json_schema(&mut plain).to_value();
    let described = written.get("oneOf").and_then(Value::as_array);
    let each = ErrorCode::ALL.iter().zip(described.into_iter().flatten());
    each.map(|(code, variant)| {
        json!({
            "code": *code as i64,
            "name": variant.get("const"),
            "description": variant.get("description"),
        })
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written() -> Value {
        schema()
    }

    fn names(list: &Value) -> Vec<&str> {
        let list = list.as_array().unwrap().iter();
        list.map(|one| one["method"].as_str().unwrap()).collect()
    }

    #[test]
    fn each_method_has_params_and_a_result() {
        let schema = written();
        assert_eq!(names(&schema["clientRequests"]), ClientRequest::METHODS);
        assert_eq!(names(&schema["serverRequests"]).len(), 3);
        for list in ["clientRequests", "serverRequests"] {
            for method in schema[list].as_array().unwrap() {
                assert!(method["params"].is_object(), "{method}");
                assert!(method["result"].is_object(), "{method}");
            }
        }
        for notification in schema["notifications"].as_array().unwrap() {
            assert!(notification["params"].is_object(), "{notification}");
        }
    }

    #[test]
    fn each_code_has_its_own_words() {
        let schema = written();
        let codes = schema["errorCodes"].as_array().unwrap();
        assert_eq!(codes.len(), ErrorCode::ALL.len());
        for (code, of) in codes.iter().zip(ErrorCode::ALL) {
            assert_eq!(code["name"], format!("{of:?}"));
        }
    }

    #[test]
    fn each_reference_leads_somewhere() {
        fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
            match value {
                Value::Object(object) => {
                    found.extend(object.get("$ref").and_then(Value::as_str));
                    object.values().for_each(|value| references(value, found));
                }
                Value::Array(array) => array.iter().for_each(|value| references(value, found)),
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
            }
        }
        let schema = written();
        let mut found = Vec::new();
        references(&schema, &mut found);
        assert!(found.len() > 40);
        for reference in found {
            let pointer = reference.strip_prefix('#').unwrap();
            assert!(schema.pointer(pointer).is_some(), "{reference}");
        }
    }
}
