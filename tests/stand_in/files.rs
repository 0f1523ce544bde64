//! Files: read out of requests of several parts, and kept with the messages they came with.

use axum::body::Bytes;
use serde_json::{Value, json};

use super::rest::Answer;
use super::world::World;

/// Files of a message at most, and so the numbers that they are sent by.
const FILES: u64 = 10;

/// A file of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct File {
    /// Its name, as people see it.
    pub(crate) name: String,
    /// What it is said to be, such as `text/csv`.
    pub(crate) content_type: String,
    /// What is in it.
    pub(crate) bytes: Bytes,
}

impl File {
    /// What is in it, as text; panics where it is none.
    #[track_caller]
    pub(crate) fn text(&self) -> &str {
        match std::str::from_utf8(&self.bytes) {
            Ok(text) => text,
            Err(error) => panic!("the file {} is no text: {error}", self.name),
        }
    }
}

/// A file that came with a request, as `files[number]`.
#[derive(Clone, Debug)]
pub(super) struct Upload {
    number: u64,
    pub(super) file: File,
}

/// A file that is kept with its message.
#[derive(Clone)]
pub(super) struct Kept {
    id: u64,
    description: Value,
    pub(super) file: File,
}

/// What a request wants a message to be: what it says, and the files that came along.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'a> {
    pub(super) body: &'a Value,
    pub(super) files: &'a [Upload],
}

/// What stands in a body of type `multipart/form-data`: its JSON and its files.
pub(super) fn read(content_type: &str, bytes: &Bytes) -> Result<(Value, Vec<Upload>), String> {
    let boundary = content_type.split(';').find_map(|part| part.trim().strip_prefix("boundary="));
    let boundary = boundary.ok_or("a body of several parts without a boundary")?.trim_matches('"');
    let (mut body, mut files): (Option<Value>, Vec<Upload>) = (None, Vec::new());
    for (head, inside) in parts(boundary, bytes)? {
        let head = String::from_utf8_lossy(head);
        let about = |name: &str| head.lines().find_map(|line| line.split_once(": ").filter(|(field, _)| field.eq_ignore_ascii_case(name)));
        let disposition = about("content-disposition").map_or("", |(_, value)| value);
        let name = parameter(disposition, "name").ok_or("a part without a name")?;
        let number = name.strip_prefix("files[").and_then(|rest| rest.strip_suffix(']')?.parse::<u64>().ok());
        match number.filter(|number| *number < FILES) {
            None if name == "payload_json" && body.is_none() => {
                body = Some(serde_json::from_slice(inside).map_err(|error| format!("payload_json is no JSON: {error}"))?);
            }
            Some(number) if files.iter().all(|file| file.number != number) => {
                let name = parameter(disposition, "filename").filter(|name| !name.is_empty()).ok_or("a file without a name")?;
                let content_type = about("content-type").map_or("application/octet-stream", |(_, value)| value).to_owned();
                files.push(Upload { number, file: File { name, content_type, bytes: bytes.slice_ref(inside) } });
            }
            _ => return Err(format!("a part with the name {name:?}, which is unknown, or there twice")),
        }
    }
    Ok((body.ok_or("a body of several parts without payload_json")?, files))
}

/// A part of a body: what is said about it, and what is inside.
type Part<'a> = (&'a [u8], &'a [u8]);

/// The parts of a body.
fn parts<'a>(boundary: &str, bytes: &'a [u8]) -> Result<Vec<Part<'a>>, String> {
    let between = format!("\r\n--{boundary}").into_bytes();
    let mut found = Vec::new();
    let (_, mut rest) = split(bytes, format!("--{boundary}").as_bytes()).ok_or("a body of several parts without its boundary")?;
    while !rest.starts_with(b"--") {
        let part = rest.strip_prefix(b"\r\n").and_then(|rest| split(rest, &between));
        let (part, after) = part.ok_or("a part that does not end")?;
        found.push(split(part, b"\r\n\r\n").ok_or("a part that does not say what it is")?);
        rest = after;
    }
    Ok(found)
}

/// What stands before a mark and behind it.
fn split<'a>(bytes: &'a [u8], mark: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let at = bytes.windows(mark.len()).position(|window| window == mark)?;
    Some((bytes.get(..at)?, bytes.get(at + mark.len()..)?))
}

/// A quoted value out of a header.
fn parameter(header: &str, name: &str) -> Option<String> {
    let (_, quoted) = header.split_once(&format!("; {name}=\""))?;
    let mut value = String::new();
    let mut chars = quoted.chars();
    loop {
        match chars.next()? {
            '"' => return Some(value),
            '\\' => value.push(chars.next()?),
            c => value.push(c),
        }
    }
}

impl Kept {
    /// The attachment, as the message that it belongs to names it.
    pub(super) fn json(&self, channel: u64, ephemeral: bool) -> Value {
        let Self { id, description, file: File { name, content_type, bytes } } = self;
        let url = |host: &str| format!("https://{host}/attachments/{channel}/{id}/{name}");
        let mut json = json!({
            "id": id.to_string(), "filename": name, "size": bytes.len(), "content_type": content_type, "flags": 0,
            "url": url("cdn.discordapp.com"), "proxy_url": url("media.discordapp.net"),
        });
        if description.is_string() {
            json["description"] = description.clone();
        }
        if ephemeral {
            json["ephemeral"] = Value::Bool(true);
        }
        json
    }
}

impl World {
    /// The files that a message has after a request: of those it `had` the ones that stay, then those that came. Without `attachments`
    /// all stay and all come; with it those that it names.
    pub(super) fn attach(&mut self, had: Vec<Kept>, wanted: Wanted<'_>) -> Result<Vec<Kept>, Answer> {
        let mut uploads: Vec<Upload> = wanted.files.to_vec();
        let mut had = had;
        let Some(named) = wanted.body["attachments"].as_array() else {
            had.extend(uploads.into_iter().map(|upload| Kept { id: self.next_id(), description: Value::Null, file: upload.file }));
            return Ok(had);
        };
        let mut kept = Vec::new();
        for entry in named {
            let id = entry["id"].as_u64().or_else(|| entry["id"].as_str()?.parse().ok());
            if let Some(at) = uploads.iter().position(|upload| Some(upload.number) == id) {
                let mut file = uploads.remove(at).file;
                if let Some(name) = entry["filename"].as_str() {
                    name.clone_into(&mut file.name);
                }
                kept.push(Kept { id: self.next_id(), description: entry["description"].clone(), file });
            } else if let Some(at) = had.iter().position(|file| Some(file.id) == id) {
                kept.push(had.remove(at));
            } else {
                return Err(self.unattached(&format!("attachments names {}, and there is no such file", entry["id"])));
            }
        }
        match uploads.first() {
            None => Ok(kept),
            Some(upload) => Err(self.unattached(&format!("attachments does not name the file {:?}", upload.file.name))),
        }
    }

    fn unattached(&mut self, problem: &str) -> Answer {
        self.violate(problem);
        Answer::invalid("attachments", "ATTACHMENT_NOT_FOUND", problem)
    }
}
