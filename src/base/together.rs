//! A file of rows, read in parts side by side, put together to one base.

use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use hashbrown::HashMap;

use super::rows::{self, KEPT_PROBLEMS, Part, RowEntity, RowSource, SourceKey, Stage, Text};
use crate::fact::check::Checker;
use crate::fact::draft::{EntityDraft, SourceDraft};
use crate::fact::packed::{Ids, Pack, Parts};
use crate::fact::record::{self, renumber};
use crate::fact::{Base, Entity, FactId, Place, Problem, Severity, SourceId, rules};
use crate::text::fold;

/// Bytes that are read at a time, up to the end of a line.
const PIECE: usize = 1 << 20;

/// Makes a base of a file of rows. A broken row is a problem that names its line; the other rows are read on. `progress` is told the number of
/// rows read so far, now and then.
///
/// # Errors
/// All problems, errors and warnings, if one at least is an error.
pub(super) fn assemble(file: &str, text: &[u8], progress: impl FnMut(usize)) -> Result<(Base, Vec<Problem>), Vec<Problem>> {
    assemble_by(PIECE, file, text, progress)
}

fn assemble_by(piece: usize, file: &str, text: &[u8], progress: impl FnMut(usize)) -> Result<(Base, Vec<Problem>), Vec<Problem>> {
    let mut whole = Whole::new(file);
    let mut packs = Vec::new();
    for part in read(file, pieces(text, piece), progress) {
        packs.push(whole.take(part));
    }
    renumber_all(&mut packs);
    whole.finish(packs)
}

/// Reads the parts of a file on all cores.
fn read<'t>(file: &str, pieces: Vec<&'t [u8]>, mut progress: impl FnMut(usize)) -> Vec<Part<'t>> {
    let next = AtomicUsize::new(0);
    let cores = thread::available_parallelism().map_or(1, NonZero::get).min(pieces.len());
    let mut parts: Vec<Option<Part<'t>>> = Vec::new();
    parts.resize_with(pieces.len(), || None);
    thread::scope(|scope| {
        let (send, done) = mpsc::channel();
        for _ in 0..cores {
            let send = send.clone();
            let (pieces, next) = (&pieces, &next);
            scope.spawn(move || {
                while let Some((at, piece)) = Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|at| Some((at, *pieces.get(at)?))) {
                    if send.send((at, rows::read(file, piece))).is_err() {
                        break;
                    }
                }
            });
        }
        drop(send);
        let mut read = 0;
        for (at, part) in done {
            read += part.line_count;
            progress(read);
            if let Some(slot) = parts.get_mut(at) {
                *slot = Some(part);
            }
        }
    });
    parts.into_iter().zip(pieces).map(|(part, piece)| part.unwrap_or_else(|| rows::read(file, piece))).collect()
}

/// Cuts a text behind ends of lines, into pieces of some bytes or more.
fn pieces(text: &[u8], least: usize) -> Vec<&[u8]> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let behind = rest.get(least..).and_then(|behind| behind.iter().position(|byte| *byte == b'\n'));
        let end = behind.map_or(rest.len(), |at| least + at + 1);
        let (piece, later) = rest.split_at_checked(end).unwrap_or((rest, &[]));
        pieces.push(piece);
        rest = later;
    }
    pieces
}

/// The facts of a part, and the numbers that what they refer to has in the whole.
struct Numbered {
    facts: Pack,
    sources: Vec<u32>,
    entities: Vec<u32>,
}

/// Gives what facts refer to its number in the whole, where it has another in the part.
fn renumber_all(packs: &mut [Numbered]) {
    let is_same = |table: &[u32]| table.iter().zip(0u32..).all(|(new, old)| *new == old);
    let work = |packs: &mut [Numbered]| {
        for Numbered { facts, sources, entities } in packs {
            if !is_same(sources) || !is_same(entities) {
                facts.each_mut(|record| renumber(record, sources, entities));
            }
        }
    };
    let share = packs.len().div_ceil(thread::available_parallelism().map_or(1, NonZero::get)).max(1);
    thread::scope(|scope| {
        for share in packs.chunks_mut(share) {
            scope.spawn(move || work(share));
        }
    });
}

struct Whole<'f, 't> {
    file: &'f str,
    /// Lines of the parts taken so far.
    before: usize,
    checker: Checker<'t>,
    source_numbers: HashMap<SourceKey<'t>, u32>,
    sources: Pack,
    /// Sources with an id that cannot be one; who refers to them refers to nothing.
    nameless: HashMap<u32, String>,
    entity_numbers: HashMap<Box<str>, u32>,
    entities: Vec<Entity>,
    /// The line of each fact.
    lines: Vec<u32>,
    hashes: Vec<u64>,
    conflicts: Vec<(usize, Vec<Text<'t>>)>,
    curated: Vec<usize>,
    problems: Vec<(Stage, Problem)>,
    broken: usize,
}

impl<'f, 't> Whole<'f, 't> {
    fn new(file: &'f str) -> Self {
        Self {
            file,
            before: 0,
            checker: Checker::default(),
            source_numbers: HashMap::new(),
            sources: Pack::default(),
            nameless: HashMap::new(),
            entity_numbers: HashMap::new(),
            entities: Vec::new(),
            lines: Vec::new(),
            hashes: Vec::new(),
            conflicts: Vec::new(),
            curated: Vec::new(),
            problems: Vec::new(),
            broken: 0,
        }
    }

    fn place(&self, line: usize) -> Place {
        Place { file: self.file.to_owned(), line }
    }

    fn take(&mut self, part: Part<'t>) -> Numbered {
        let first = self.lines.len();
        let behind = |line: u32| u32::try_from(self.before + line as usize).unwrap_or(u32::MAX);
        self.lines.extend(part.lines.iter().map(|line| behind(*line)));
        self.hashes.extend(&part.hashes);
        self.conflicts.extend(part.conflicts.into_iter().map(|(fact, others)| (first + fact, others)));
        self.curated.extend(part.curated.iter().map(|fact| first + fact));
        for (stage, mut problem) in part.problems {
            problem.place.line += self.before;
            if stage == Stage::Row {
                self.broken += 1;
                if self.broken > KEPT_PROBLEMS {
                    continue;
                }
            }
            self.problems.push((stage, problem));
        }
        self.broken += part.more_broken;
        let sources = part.sources.into_iter().map(|(line, key, source)| self.source(line, key, source)).collect();
        let entities = part.entities.into_iter().map(|entity| self.entity(entity)).collect();
        self.before += part.line_count;
        Numbered { facts: part.facts, sources, entities }
    }

    fn source(&mut self, line: usize, key: SourceKey<'t>, source: Option<RowSource<'t>>) -> u32 {
        if let Some(number) = self.source_numbers.get(&key) {
            return *number;
        }
        let number = u32::try_from(self.source_numbers.len()).unwrap_or(u32::MAX);
        self.source_numbers.insert(key, number);
        let place = Some(self.place(self.before + line));
        let text = |text: Text<'t>| text.0.into_owned();
        let draft = match source {
            Some(source) => SourceDraft {
                place,
                id: source.id.map_or_else(|| format!("source:{number}"), text),
                publisher: source.publisher.map(text),
                title: text(source.title),
                url: source.url.map(text),
                published: source.published.map(text),
                ..SourceDraft::default()
            },
            None => SourceDraft {
                place,
                id: "source:file".to_owned(),
                title: format!("{}, the collection itself (its row names no source)", self.file),
                ..SourceDraft::default()
            },
        };
        if SourceId::new(&draft.id).is_none() {
            self.nameless.insert(number, draft.id.clone());
        }
        if let Some(source) = self.checker.source(&draft) {
            self.sources.push(|out| source.write(out));
        }
        self.problems.extend(self.checker.problems.drain(..).map(|problem| (Stage::Source, problem)));
        number
    }

    fn entity(&mut self, entity: RowEntity) -> u32 {
        let next = u32::try_from(self.entity_numbers.len()).unwrap_or(u32::MAX);
        let number = *self.entity_numbers.entry(entity.folded).or_insert(next);
        if number == next {
            let draft = EntityDraft {
                place: Some(self.place(self.before + entity.line)),
                id: format!("entity:{number}"),
                name: entity.name.into_string(),
                kind: entity.kind.to_owned(),
                ..EntityDraft::default()
            };
            self.entities.extend(self.checker.entity(&draft));
            self.problems.extend(self.checker.problems.drain(..).map(|problem| (Stage::Entity, problem)));
        }
        number
    }

    fn finish(mut self, packs: Vec<Numbered>) -> Result<(Base, Vec<Problem>), Vec<Problem>> {
        let mut facts = Pack::default();
        facts.reserve(packs.iter().map(|pack| pack.facts.len()).sum(), packs.iter().map(|pack| pack.facts.bytes()).sum());
        // Each part goes as soon as it is copied.
        for pack in packs {
            facts.append(&pack.facts);
        }
        let ids = self.ids(&facts);
        self.cited(&facts);
        let rivals = self.rivals(&facts, &ids);
        self.forms(&facts);
        self.problems.sort_by_key(|(stage, problem)| (problem.place.line, *stage));
        let mut problems: Vec<Problem> = self.problems.into_iter().map(|(_, problem)| problem).collect();
        if let Some(more) = self.broken.checked_sub(KEPT_PROBLEMS).filter(|more| *more > 0) {
            let place = Place { file: self.file.to_owned(), line: 0 };
            problems.insert(0, Problem::error(&place, "row", format!("{more} more rows are broken")));
        }
        if problems.iter().any(|problem| problem.severity == Severity::Error) {
            return Err(problems);
        }
        Ok((Base::packed(Parts { facts, ids, rivals, sources: self.sources }, self.entities), problems))
    }

    fn says(&mut self, fact: usize, stage: Stage, field: &str, severity: Severity, message: String) {
        let place = self.place(self.line(fact));
        self.problems.push((stage, Problem { place, field: field.to_owned(), severity, message }));
    }

    fn line(&self, fact: usize) -> usize {
        self.lines.get(fact).map_or(0, |line| *line as usize)
    }

    fn ids(&mut self, facts: &Pack) -> Ids {
        let mut twice = Vec::new();
        let id = |at: u32| facts.fact_id(at as usize);
        let ids = Ids::new(&self.hashes, |one, other| id(one) == id(other), |first, second| twice.push((first as usize, second as usize)));
        for (first, second) in twice {
            let message = rules::id_twice(facts.fact_id(second), &self.place(self.line(first)));
            self.says(second, Stage::Twice, "id", Severity::Error, message);
        }
        ids
    }

    /// Facts that refer to a source which has no name.
    fn cited(&mut self, facts: &Pack) {
        if self.nameless.is_empty() {
            return;
        }
        let named = (0..facts.len()).filter(|at| FactId::new(facts.fact_id(*at)).is_some());
        let lost: Vec<(usize, String)> = named
            .flat_map(|at| {
                record::cited(facts.record(at)).filter_map(|source| self.nameless.get(&source)).map(move |id| (at, rules::no_source(id)))
            })
            .collect();
        for (fact, message) in lost {
            self.says(fact, Stage::Cited, "sources", Severity::Error, message);
        }
    }

    /// For each fact that is contradicted, who does: those that it names itself, then those that name it.
    fn rivals(&mut self, facts: &Pack, ids: &Ids) -> HashMap<u32, Vec<u32>> {
        let mut rivals: HashMap<u32, Vec<u32>> = HashMap::new();
        let mut pairs = Vec::new();
        for (fact, others) in std::mem::take(&mut self.conflicts) {
            let own = facts.fact_id(fact);
            let number = u32::try_from(fact).unwrap_or(u32::MAX);
            for other in &others {
                let other = other.as_ref();
                if other == own {
                    self.says(fact, Stage::Conflicts, "conflicts", Severity::Error, rules::contradicts_itself(other));
                } else if let Some(at) = ids.find(other, |at| Some(facts.fact_id(at as usize))) {
                    rivals.entry(number).or_default().push(at);
                    pairs.push((at, number));
                } else {
                    self.says(fact, Stage::Conflicts, "conflicts", Severity::Error, rules::no_fact(other));
                }
            }
        }
        for (of, with) in pairs {
            let known = rivals.entry(of).or_default();
            if !known.contains(&with) {
                known.push(with);
            }
        }
        rivals
    }

    /// One way to ask should lead to one fact.
    fn forms(&mut self, facts: &Pack) {
        let hash = |form: &str| crate::fact::packed::id_hash(&fold(form));
        // By a hash of the form, the last fact that has it.
        let mut owners: HashMap<u64, usize> = HashMap::new();
        for fact in std::mem::take(&mut self.curated) {
            let forms = record::questions(facts.record(fact));
            let id = facts.fact_id(fact);
            for form in &forms {
                let Some(owner) = owners.insert(hash(form), fact) else { continue };
                let message = if owner == fact {
                    rules::form_twice(form)
                } else if record::questions(facts.record(owner)).iter().any(|other| fold(other) == fold(form)) {
                    rules::form_elsewhere(form, facts.fact_id(owner))
                } else {
                    continue;
                };
                self.says(fact, Stage::Forms, "questions", Severity::Warning, message);
            }
            if let Some(message) = rules::few_forms(id, forms.len()) {
                self.says(fact, Stage::Forms, "questions", Severity::Warning, message);
            }
        }
    }
}

#[cfg(test)]
mod tests;
