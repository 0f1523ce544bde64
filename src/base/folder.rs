//! Facts, sources and entities laid out as TOML files: `facts/*.toml`, `sources/*.toml`, `entities/*.toml`.

use toml::de::DeTable;

use super::reader::{Fields, Lines, NamedText, parse, tables};
use crate::fact::Problem;
use crate::fact::draft::{Draft, EntityDraft, FactDraft, SourceDraft};

/// What a file of a fact base holds, told by the folder it lies in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// `[[fact]]` tables.
    Facts,
    /// `[[source]]` tables.
    Sources,
    /// `[[entity]]` tables.
    Entities,
}

/// Reads a file into a draft. Problems of form are added to `problems`; problems of content are found by [`crate::fact::check`].
pub fn read(holds: Holds, file: &NamedText, problems: &mut Vec<Problem>) -> Draft {
    let mut draft = Draft::default();
    let lines = Lines::of(file);
    let document = parse(file, &lines, problems);
    let table: &DeTable<'_> = document.get_ref();
    let name = match holds {
        Holds::Facts => "fact",
        Holds::Sources => "source",
        Holds::Entities => "entity",
    };
    for (line, table) in tables(table, &lines, name, problems) {
        let fields = Fields::of(table, &lines, line);
        match holds {
            Holds::Facts => draft.facts.push(fact(fields, problems)),
            Holds::Sources => draft.sources.push(source(fields, problems)),
            Holds::Entities => draft.entities.push(entity(fields, problems)),
        }
    }
    draft
}

fn fact(mut fields: Fields<'_, '_>, problems: &mut Vec<Problem>) -> FactDraft {
    let mut draft = FactDraft {
        place: Some(fields.place()),
        id: fields.required("id", problems),
        claim: fields.required("claim", problems),
        title: None,
        date: fields.text("date", problems),
        topics: fields.list("topics", problems),
        people: fields.list("people", problems),
        places: fields.list("places", problems),
        organisations: fields.list("organisations", problems),
        sources: fields.list("sources", problems),
        conflicts: fields.list("conflicts", problems),
        standing: Some(fields.required("standing", problems)),
        short: fields.pairs("short", problems),
        questions: fields.list("questions", problems),
        lines: Vec::new(),
    };
    draft.lines = std::mem::take(&mut fields.at);
    fields.finish(problems);
    draft
}

fn source(mut fields: Fields<'_, '_>, problems: &mut Vec<Problem>) -> SourceDraft {
    let draft = SourceDraft {
        place: Some(fields.place()),
        id: fields.required("id", problems),
        publisher: fields.text("publisher", problems),
        title: fields.required("title", problems),
        url: fields.text("url", problems),
        published: fields.text("published", problems),
        language: fields.text("language", problems),
        origin: fields.text("origin", problems),
        supports: fields.text("supports", problems),
    };
    fields.finish(problems);
    draft
}

fn entity(mut fields: Fields<'_, '_>, problems: &mut Vec<Problem>) -> EntityDraft {
    let draft = EntityDraft {
        place: Some(fields.place()),
        id: fields.required("id", problems),
        name: fields.required("name", problems),
        kind: fields.required("kind", problems),
        aliases: fields.list("aliases", problems),
        summary: fields.text("summary", problems),
        sources: fields.list("sources", problems),
        begins: fields.list("begins", problems),
        ends: fields.list("ends", problems),
    };
    fields.finish(problems);
    draft
}
