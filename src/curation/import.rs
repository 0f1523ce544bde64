//! From rows that somebody wrote to changes of facts: every row is looked at, and nothing is done here.
//!
//! What a row leaves out of a fact that is there stays as it is; of a new fact, it is none. Names that a row leaves out are read out of its
//! claim, as the form does. A row with everything that an export says is the whole fact.

use hashbrown::{HashMap, HashSet};

use super::form::{first_standing, names};
use super::sources::{Said, read_line};
use super::written::{Complaint, Reading, SourceCell, Written};
use super::{Change, Record, RevisionNo, SourceRecord, Sourced, Stand, State};
use crate::fact::{EntityKind, FactId, Place, Problem, Standing};
use crate::knowledge::Knowledge;

/// Problems that are kept; the others are counted, for a wrong file of a million rows would fill the memory.
const KEPT: usize = 1_000;

/// A change that a row asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// Where the row stands.
    pub place: Place,
    /// Which fact.
    pub fact: FactId,
    /// What is to be done.
    pub change: Change,
    /// The revision that it stands at.
    pub seen: RevisionNo,
}

/// What a row comes to.
enum Verdict {
    /// It says what stands already.
    Unchanged(FactId),
    /// It changes a fact.
    Change {
        /// How.
        planned: Box<Planned>,
        /// The ids that it names as contradicting and that stand nowhere yet.
        awaited: Vec<FactId>,
    },
}

/// What the rows of a file come to.
#[derive(Debug, Default)]
pub struct Plan {
    /// What is to be changed, in the order of the rows.
    pub changes: Vec<Planned>,
    /// Rows that say what stands already.
    pub unchanged: usize,
    /// Rows that are wrong.
    pub bad: usize,
    /// What is wrong, in the order of the rows.
    pub problems: Vec<Problem>,
    /// Problems that are not among them, for they were too many.
    pub more_problems: usize,
}

impl Plan {
    /// How many facts are to be added.
    pub fn added(&self) -> usize {
        self.changes.iter().filter(|planned| matches!(planned.change, Change::Add(_))).count()
    }

    fn complain(&mut self, place: &Place, complaints: Vec<Complaint>) {
        self.bad += 1;
        for Complaint { field, message } in complaints {
            if self.problems.len() < KEPT {
                self.problems.push(Problem::error(place, field, message));
            } else {
                self.more_problems += 1;
            }
        }
    }
}

/// Takes rows one by one.
pub struct Importer<'k, S> {
    view: &'k Knowledge,
    stands: S,
    plan: Plan,
    /// The first line that each id stands in.
    lines: HashMap<FactId, usize>,
    /// Facts whose rows are good.
    sound: HashSet<FactId>,
    /// For facts that are changed, the ids that they name as contradicting and that are nowhere but, perhaps, in the file.
    awaited: HashMap<FactId, Vec<FactId>>,
}

impl<'k, S: Fn(&FactId) -> Option<Stand>> Importer<'k, S> {
    /// An importer over what is served now; `stands` tells how each fact stands.
    pub fn new(view: &'k Knowledge, stands: S) -> Self {
        Self { view, stands, plan: Plan::default(), lines: HashMap::new(), sound: HashSet::new(), awaited: HashMap::new() }
    }

    /// Takes a row, with what is wrong with its form.
    pub fn take(&mut self, place: &Place, reading: Reading) {
        let Reading { row, mut problems } = reading;
        let judged = row.map(|row| self.judge(place, row));
        let is_known = |field: &str| problems.iter().any(|known| known.field == field);
        match judged {
            Some(Ok(verdict)) if problems.is_empty() => return self.follow(verdict),
            Some(Ok(_)) | None => {}
            Some(Err(more)) => {
                // What could not be read is not judged either; of sources, the others are.
                let is_new = |one: &Complaint| match one.field.as_str() {
                    "sources" => true,
                    "short" => !is_known("text") && !is_known("short"),
                    field => !is_known(field),
                };
                let more: Vec<Complaint> = more.into_iter().filter(is_new).collect();
                problems.extend(more);
            }
        }
        self.plan.complain(place, problems);
    }

    fn follow(&mut self, verdict: Verdict) {
        match verdict {
            Verdict::Unchanged(fact) => {
                self.sound.insert(fact);
                self.plan.unchanged += 1;
            }
            Verdict::Change { planned, awaited } => {
                self.sound.insert(planned.fact.clone());
                if !awaited.is_empty() {
                    self.awaited.insert(planned.fact.clone(), awaited);
                }
                self.plan.changes.push(*planned);
            }
        }
    }

    /// What the rows come to, once all are taken.
    pub fn finish(mut self) -> Plan {
        // A row that is left out may take others along that name its fact.
        loop {
            let Self { plan, sound, awaited, .. } = &mut self;
            let is_missing = |other: &&FactId| !sound.contains(*other);
            let gone: HashMap<FactId, Vec<FactId>> = awaited
                .iter()
                .map(|(fact, others)| (fact.clone(), others.iter().filter(is_missing).cloned().collect::<Vec<_>>()))
                .filter(|(_, missing)| !missing.is_empty())
                .collect();
            if gone.is_empty() {
                break;
            }
            let (out, kept): (Vec<Planned>, Vec<Planned>) =
                std::mem::take(&mut plan.changes).into_iter().partition(|planned| gone.contains_key(&planned.fact));
            plan.changes = kept;
            for planned in out {
                plan.complain(&planned.place, gone.get(&planned.fact).into_iter().flatten().map(unknown_fact).collect());
            }
            sound.retain(|fact| !gone.contains_key(fact));
            awaited.retain(|fact, _| !gone.contains_key(fact));
        }
        self.plan.problems.sort_by(|a, b| a.place.cmp(&b.place));
        self.plan
    }

    fn judge(&mut self, place: &Place, row: Written) -> Result<Verdict, Vec<Complaint>> {
        if let Some(line) = self.lines.get(&row.id) {
            let message = format!("the id `{}` stands already in line {line}; keep one of the two rows", row.id);
            return Err(vec![Complaint::new("id", message)]);
        }
        self.lines.insert(row.id.clone(), place.line);
        let stand = (self.stands)(&row.id);
        let (fact, revision) = (row.id.clone(), row.revision);
        let before = stand.as_ref().map(|stand| stand.state.record());
        let (record, awaited) = self.record(row, before)?;
        let seen = stand.as_ref().map_or(RevisionNo(0), |stand| stand.number);
        let change = match &stand {
            None => Change::Add(record),
            Some(Stand { state: State::Retracted(_), .. }) => {
                let message = format!("the fact `{fact}` is retracted; restore it first, or take the row out");
                return Err(vec![Complaint::new("id", message)]);
            }
            Some(Stand { state: State::Published(known), .. }) if *known == record => return Ok(Verdict::Unchanged(fact)),
            Some(_) => Change::Edit(record),
        };
        // Where nobody changed it, nothing can be lost, from whatever store the row comes.
        if let Some(revision) = revision.filter(|revision| seen != RevisionNo(0) && *revision != seen) {
            let message = format!(
                "the fact `{fact}` was changed since this file was written: the row says {revision}, it stands at {seen}; export it again, or leave the revision out to change it all the same"
            );
            return Err(vec![Complaint::new("revision", message)]);
        }
        Ok(Verdict::Change { planned: Box::new(Planned { place: place.clone(), fact, change, seen }), awaited })
    }

    /// The fact that a row makes of what stands, and the ids that it names and that stand nowhere yet.
    fn record(&self, row: Written, before: Option<&Record>) -> Result<(Record, Vec<FactId>), Vec<Complaint>> {
        let mut problems = Vec::new();
        let is_whole = row.is_whole();
        let sources = self.sources(row.sources, before, &mut problems);
        let conflicts = listed(row.conflicts, before, |record| &record.conflicts);
        let awaited = self.awaited(&row.id, &conflicts, before, &mut problems);
        let short = match row.short {
            Said::This(short) => short,
            Said::LeftOut if !is_whole => {
                let words = before.into_iter().flat_map(|before| &before.short).filter(|(_, words)| row.text.contains(*words));
                words.map(|(kind, words)| (kind.clone(), words.clone())).collect()
            }
            Said::LeftOut | Said::Nothing => std::collections::BTreeMap::new(),
        };
        let is_known = before.is_some_and(|before| before.text == row.text && before.short == short);
        for words in short.values().filter(|_| !is_known).filter(|words| words.trim().is_empty() || !row.text.contains(*words)) {
            let message = format!("`{words}` is not part of the text; a short answer is copied out of it letter for letter");
            problems.push(Complaint::new("short", message));
        }
        let Some(sources) = Sourced::new(sources).filter(|_| problems.is_empty()) else {
            return Err(problems);
        };
        let named = |said: Said<Vec<String>>, kind: EntityKind, known: fn(&Record) -> &Vec<String>| match said {
            Said::LeftOut => names(self.view, &row.text, kind, before, known),
            said => said.this().unwrap_or_default(),
        };
        let record = Record {
            title: match row.title {
                Said::LeftOut if !is_whole => before.and_then(|before| before.title.clone()),
                said => said.this(),
            },
            date: match row.date {
                Said::LeftOut => before.and_then(|before| before.date),
                said => said.this(),
            },
            questions: listed(row.questions, before, |record| &record.questions),
            topics: listed(row.topics, before, |record| &record.topics),
            people: named(row.people, EntityKind::Person, |record| &record.people),
            places: named(row.places, EntityKind::Place, |record| &record.places),
            organisations: named(row.organisations, EntityKind::Organisation, |record| &record.organisations),
            standing: row.standing.or(before.map(|before| before.standing)).unwrap_or_else(|| standing(&sources, &conflicts)),
            sources,
            conflicts,
            short,
            text: row.text,
        };
        Ok((record, awaited))
    }

    fn sources(&self, cells: Vec<SourceCell>, before: Option<&Record>, problems: &mut Vec<Complaint>) -> Vec<SourceRecord> {
        let base = &self.view.base;
        let mut sources: Vec<SourceRecord> = Vec::new();
        for cell in cells {
            let read = match cell {
                SourceCell::Fields(written) => written.read(base, before),
                SourceCell::Line(line) => read_line(base, before, &[], &line),
            };
            match read {
                Ok(source) if sources.contains(&source) => {}
                Ok(source) if sources.iter().any(|known| known.id == source.id) => {
                    let message = format!("two sources are named `{}` and differ; give one of them another id", source.id);
                    problems.push(Complaint::new("sources", message));
                }
                Ok(source) => sources.push(source),
                Err(message) => problems.push(Complaint::new("sources", message)),
            }
        }
        sources
    }

    /// Ids among those that contradict a fact that may only stand in the file.
    fn awaited(&self, fact: &FactId, conflicts: &[String], before: Option<&Record>, problems: &mut Vec<Complaint>) -> Vec<FactId> {
        let mut awaited = Vec::new();
        let is_new = |id: &&String| before.is_none_or(|before| !before.conflicts.contains(id));
        for id in conflicts.iter().filter(is_new) {
            match FactId::new(id) {
                Some(id) if id == *fact => {
                    problems.push(Complaint::new("conflicts", format!("the fact `{id}` cannot contradict itself; take the id out")));
                }
                Some(id) if (self.stands)(&id).is_some() => {}
                Some(id) => awaited.push(id),
                None => problems.push(Complaint::new("conflicts", format!("`{id}` is no id of a fact; mend it or take it out"))),
            }
        }
        awaited
    }
}

/// How well a new fact is supported, where its row does not say.
fn standing(sources: &Sourced, conflicts: &[String]) -> Standing {
    if conflicts.is_empty() { first_standing(sources) } else { Standing::Disputed }
}

fn unknown_fact(id: &FactId) -> Complaint {
    Complaint::new("conflicts", format!("there is no fact `{id}`, and no sound row of this file adds it; mend the id or take it out"))
}

fn listed(said: Said<Vec<String>>, before: Option<&Record>, known: fn(&Record) -> &Vec<String>) -> Vec<String> {
    match said {
        Said::LeftOut => before.map(known).cloned().unwrap_or_default(),
        said => said.this().unwrap_or_default(),
    }
}
