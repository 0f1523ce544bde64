//! Discord's own description of its API, where it is at hand.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::{env, fs};

use jsonschema::Validator;
use serde_json::{Value, json};

use super::Breach;

/// Names another path of the description.
const VARIABLE: &str = "SANAD_OPENAPI";

/// Schemas by method and path; none where an operation has no body.
type Compiled = HashMap<(String, String), Option<Arc<Validator>>>;

/// A description with the schemas compiled so far: compiling one takes a tenth of a second, and a test needs few of them.
struct Description {
    document: Value,
    compiled: Mutex<Compiled>,
}

/// Checks a body against the schema of its operation.
pub(super) fn check(method: &str, template: &str, body: &Value) -> Vec<Breach> {
    let description = match description() {
        Ok(Some(description)) => description,
        Ok(None) => return Vec::new(),
        Err(problem) => return vec![Breach::new(problem.clone())],
    };
    if body.is_null() && method == "GET" {
        return Vec::new();
    }
    let validator = match description.validator(method, template) {
        Ok(Some(validator)) => validator,
        Ok(None) => return Vec::new(),
        Err(problem) => return vec![Breach::new(problem)],
    };
    let body = mended(body);
    let errors = validator.iter_errors(&body).take(3);
    errors
        .map(|error| {
            let text: String = error.to_string().chars().take(300).collect();
            Breach::new(format!("the schema at {:?}: {text}", error.instance_path().as_str()))
        })
        .collect()
}

/// The false alarms: `default_member_permissions` is an integer there, and a string everywhere else; the number of a file may be an
/// integer everywhere else.
fn mended(body: &Value) -> Value {
    let mut body = body.clone();
    for list in ["/attachments", "/data/attachments"] {
        for attachment in body.pointer_mut(list).and_then(Value::as_array_mut).into_iter().flatten() {
            if let Some(number) = attachment["id"].as_u64() {
                attachment["id"] = json!(number.to_string());
            }
        }
    }
    let mend = |command: &mut Value| {
        if let Some(bits) = command["default_member_permissions"].as_str().and_then(|bits| bits.parse::<u64>().ok()) {
            command["default_member_permissions"] = json!(bits);
        }
    };
    match &mut body {
        Value::Array(commands) => commands.iter_mut().filter(|command| command.is_object()).for_each(mend),
        Value::Object(fields) if fields.contains_key("default_member_permissions") => mend(&mut body),
        _ => {}
    }
    body
}

fn description() -> &'static Result<Option<Description>, String> {
    static DESCRIPTION: OnceLock<Result<Option<Description>, String>> = OnceLock::new();
    DESCRIPTION.get_or_init(|| {
        let named = env::var_os(VARIABLE).map(PathBuf::from);
        let is_named = named.is_some();
        let path = named.unwrap_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/discord/openapi.json")));
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if is_named => return Err(format!("{VARIABLE} names {}: {error}", path.display())),
            Err(_) => {
                eprintln!("Discord's description of its API is not at {}: requests are not checked against it", path.display());
                return Ok(None);
            }
        };
        match serde_json::from_slice(&bytes) {
            Ok(document) => Ok(Some(Description { document, compiled: Mutex::default() })),
            Err(error) => Err(format!("{} is no JSON: {error}", path.display())),
        }
    })
}

impl Description {
    /// The schema of an operation's request; none where it has no body.
    fn validator(&self, method: &str, template: &str) -> Result<Option<Arc<Validator>>, String> {
        let key = (method.to_owned(), template.to_owned());
        let mut compiled = self.compiled.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(validator) = compiled.get(&key) {
            return Ok(validator.clone());
        }
        let operation = &self.document["paths"][template][method.to_ascii_lowercase()];
        if operation.is_null() {
            return Err(format!("Discord's description has no {method} {template}"));
        }
        let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
        let validator = if schema.is_null() {
            None
        } else {
            let whole = json!({
                "$schema": "https://json-schema.org/draft/2020-12/schema", "allOf": [schema], "components": self.document["components"],
            });
            let built = jsonschema::validator_for(&whole).map_err(|error| format!("the schema of {method} {template}: {error}"))?;
            Some(Arc::new(built))
        };
        compiled.insert(key, validator.clone());
        Ok(validator)
    }
}
