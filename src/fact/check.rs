//! The rules a collection must keep, all of them tried, every breach reported.

use std::borrow::Cow;

use hashbrown::HashMap;

use super::draft::{Draft, EntityDraft, FactDraft, SourceDraft};
pub use super::rules::opens_backward;
use super::rules::{self, Hand};
use super::{
    Base, Citations, Entity, EntityId, EntityIx, EntityKind, Fact, FactId, FactIx, Place, Problem, Severity, ShortAnswers, Source,
    SourceId, SourceIx, Standing,
};
use crate::date::FactDate;
use crate::text::fold;

/// Turns a draft into a base, or says everything that is wrong with it. Warnings do not stop it; they come beside the base.
///
/// # Errors
/// All problems, errors and warnings, if one at least is an error. Nothing is half-loaded.
pub fn assemble(draft: &Draft) -> Result<(Base, Vec<Problem>), Vec<Problem>> {
    let mut checker = Checker::default();
    let sources: Vec<Source> = draft.sources.iter().filter_map(|s| checker.source(s)).collect();
    let entities: Vec<Entity> = draft.entities.iter().filter_map(|e| checker.entity(e)).collect();
    checker.aliases(&draft.entities);
    checker.name_facts(&draft.facts);
    checker.spans(draft);
    let mut facts: Vec<Fact> = draft.facts.iter().filter_map(|f| checker.fact(f)).collect();
    if checker.problems.iter().any(|p| p.severity == Severity::Error) {
        checker.problems.sort_by(|a, b| a.place.cmp(&b.place));
        return Err(checker.problems);
    }
    make_conflicts_mutual(&mut facts);
    Ok((Base::new(facts, sources, entities), checker.problems))
}

fn make_conflicts_mutual(facts: &mut [Fact]) {
    let pairs: Vec<(FactIx, FactIx)> =
        (0u32..).map(FactIx).zip(facts.iter()).flat_map(|(at, f)| f.conflicts.iter().map(move |&other| (other, at))).collect();
    for (of, with) in pairs {
        if let Some(fact) = facts.get_mut(of.0 as usize)
            && !fact.conflicts.contains(&with)
        {
            fact.conflicts.push(with);
        }
    }
    // In the order in which they stand where something is laid over the base as well.
    for fact in facts {
        fact.conflicts.sort_unstable();
        fact.conflicts.dedup();
    }
}

/// Tries the rules one by one, in the order of sources, entities, facts.
#[derive(Default)]
pub(crate) struct Checker<'d> {
    /// What was found so far.
    pub(crate) problems: Vec<Problem>,
    sources: HashMap<String, SourceIx>,
    entities: HashMap<String, EntityIx>,
    facts: HashMap<String, (FactIx, Place)>,
    /// Question forms, folded, each with the last fact that has it.
    forms: HashMap<Cow<'d, str>, &'d FactDraft>,
    source_places: HashMap<String, Place>,
    entity_count: u32,
}

impl<'d> Checker<'d> {
    fn error(&mut self, place: &Place, field: &str, message: String) {
        self.problems.push(Problem::error(place, field, message));
    }

    /// The source of a draft, if nothing is wrong with it.
    pub(crate) fn source(&mut self, draft: &SourceDraft) -> Option<Source> {
        let place = place_of(draft.place.as_ref());
        let before = self.problems.len();
        let Some(id) = SourceId::new(&draft.id) else {
            self.error(&place, "id", format!("`{}` cannot be an id: write one word without spaces", draft.id));
            return None;
        };
        let at = SourceIx(u32::try_from(self.sources.len()).unwrap_or(u32::MAX));
        if let Some(first) = self.source_places.get(&draft.id) {
            let message = format!("the source id `{id}` stands already at {}:{}; give one of them another", first.file, first.line);
            self.error(&place, "id", message);
            return None;
        }
        self.sources.insert(draft.id.clone(), at);
        self.source_places.insert(draft.id.clone(), place.clone());
        if draft.title.trim().is_empty() {
            self.error(&place, "title", format!("the source `{id}` has no title; a reader must be able to find it"));
        }
        if let Some(url) = &draft.url
            && !is_web_address(url)
        {
            self.error(&place, "url", format!("`{url}` is not an address that starts with http:// or https://"));
        }
        let published = self.date(&place, "published", draft.published.as_deref());
        if self.problems.len() > before {
            return None;
        }
        Some(Source {
            id,
            publisher: boxed(draft.publisher.as_deref()),
            title: draft.title.as_str().into(),
            url: boxed(draft.url.as_deref()),
            published,
            language: boxed(draft.language.as_deref()),
            origin: boxed(draft.origin.as_deref()),
            supports: boxed(draft.supports.as_deref()),
        })
    }

    /// The entity of a draft, if nothing is wrong with it.
    pub(crate) fn entity(&mut self, draft: &EntityDraft) -> Option<Entity> {
        let place = place_of(draft.place.as_ref());
        let before = self.problems.len();
        let Some(id) = EntityId::new(&draft.id) else {
            self.error(&place, "id", format!("`{}` cannot be an id: write one word without spaces", draft.id));
            return None;
        };
        let at = EntityIx(self.entity_count);
        self.entity_count += 1;
        for key in [&draft.id, &draft.name] {
            if self.entities.insert(key.clone(), at).is_some_and(|other| other != at) {
                self.error(&place, "id", format!("`{key}` names another entity already; ids and names must differ"));
            }
        }
        let kind = EntityKind::ALL.iter().find(|(_, word)| *word == draft.kind).map(|(kind, _)| *kind);
        if kind.is_none() {
            let known: Vec<&str> = EntityKind::ALL.iter().map(|(_, word)| *word).collect();
            self.error(&place, "kind", format!("`{}` is not a kind; write one of {}", draft.kind, known.join(", ")));
        }
        if draft.name.trim().is_empty() {
            self.error(&place, "name", format!("the entity `{id}` has no name"));
        }
        let sources = draft.sources.iter().filter_map(|s| self.source_ref(&place, s)).collect();
        if self.problems.len() > before {
            return None;
        }
        Some(Entity {
            id,
            name: draft.name.as_str().into(),
            kind: kind?,
            aliases: draft.aliases.iter().map(|a| a.as_str().into()).collect(),
            summary: boxed(draft.summary.as_deref()),
            sources,
            begins: draft.begins.iter().filter_map(|fact| FactId::new(fact)).collect(),
            ends: draft.ends.iter().filter_map(|fact| FactId::new(fact)).collect(),
        })
    }

    /// What says when something began or ended must be a fact with a date.
    fn spans(&mut self, draft: &Draft) {
        for entity in &draft.entities {
            let place = place_of(entity.place.as_ref());
            for (field, fact) in entity.begins.iter().map(|fact| ("begins", fact)).chain(entity.ends.iter().map(|fact| ("ends", fact))) {
                let named = self.facts.get(fact.as_str()).and_then(|(at, _)| draft.facts.get(at.0 as usize));
                match named {
                    None => self.error(&place, field, rules::no_fact(fact)),
                    Some(named) if named.date.is_none() => {
                        self.error(&place, field, format!("the fact `{fact}` has no date, so it cannot say when; name one that has"));
                    }
                    Some(_) => {}
                }
            }
        }
    }

    /// One spelling must lead to one entity.
    fn aliases(&mut self, drafts: &[EntityDraft]) {
        let mut taken: HashMap<Cow<'_, str>, &str> = HashMap::new();
        for draft in drafts {
            let place = place_of(draft.place.as_ref());
            for alias in std::iter::once(&draft.name).chain(&draft.aliases) {
                let key = fold(alias);
                if let Some(owner) = taken.insert(key, draft.id.as_str()) {
                    let message = if owner == draft.id {
                        format!("the alias `{alias}` of `{owner}` stands twice (upper and lower case count as one); remove one")
                    } else {
                        format!("the alias `{alias}` belongs to `{owner}` already; a spelling may lead to one entity only")
                    };
                    self.error(&place, "aliases", message);
                }
            }
        }
    }

    fn name_facts(&mut self, drafts: &[FactDraft]) {
        for (at, draft) in (0u32..).zip(drafts) {
            let place = place_of(draft.place.as_ref());
            if let Some((_, first)) = self.facts.get(&draft.id) {
                let message = rules::id_twice(&draft.id, first);
                self.error(&place, "id", message);
            } else {
                self.facts.insert(draft.id.clone(), (FactIx(at), place));
            }
        }
    }

    fn fact(&mut self, draft: &'d FactDraft) -> Option<Fact> {
        let before = self.problems.iter().filter(|p| p.severity == Severity::Error).count();
        let Some(id) = FactId::new(&draft.id) else {
            if draft.id.is_empty() && draft.is_curated() {
                // The reader has said that it is missing.
                return None;
            }
            let place = draft.place_of("id");
            self.error(&place, "id", rules::no_id(&draft.id));
            return None;
        };
        self.claim(draft);
        let date = self.date(&draft.place_of("date"), "date", draft.date.as_deref());
        let standing = self.standing(draft);
        let cited: Vec<SourceIx> = draft.sources.iter().filter_map(|s| self.source_ref(&draft.place_of("sources"), s)).collect();
        if draft.sources.is_empty() {
            let message = format!("the fact `{id}` has no source; name at least one id from data/sources");
            self.error(&draft.place_of("sources"), "sources", message);
        }
        let entities = |checker: &mut Self, field: &str, names: &[String]| -> Vec<EntityIx> {
            let place = draft.place_of(field);
            names.iter().filter_map(|name| checker.entity_ref(&place, field, name)).collect()
        };
        let people = entities(self, "people", &draft.people);
        let places = entities(self, "places", &draft.places);
        let organisations = entities(self, "organisations", &draft.organisations);
        let conflicts = self.conflicts(draft);
        let short = self.short(draft);
        self.forms(draft);
        let errors = self.problems.iter().filter(|p| p.severity == Severity::Error).count();
        if errors > before {
            return None;
        }
        Some(Fact {
            id,
            claim: draft.claim.trim().into(),
            title: boxed(draft.title.as_deref()),
            date,
            topics: draft.topics.iter().map(|t| t.as_str().into()).collect(),
            people,
            places,
            organisations,
            citations: Citations::new(&cited)?,
            conflicts,
            standing,
            short,
            questions: draft.questions.iter().map(|q| q.as_str().into()).collect(),
        })
    }

    fn claim(&mut self, draft: &FactDraft) {
        let place = draft.place_of("claim");
        for (severity, message) in rules::claim(&draft.id, &draft.claim, Hand::of(draft.standing.as_ref())) {
            self.problems.push(Problem { place: place.clone(), field: "claim".to_owned(), severity, message });
        }
    }

    fn standing(&mut self, draft: &FactDraft) -> Standing {
        rules::standing(draft.standing.as_deref()).unwrap_or_else(|message| {
            self.error(&draft.place_of("standing"), "standing", message);
            Standing::default()
        })
    }

    fn conflicts(&mut self, draft: &FactDraft) -> Vec<FactIx> {
        let place = draft.place_of("conflicts");
        let mut found = Vec::new();
        for other in &draft.conflicts {
            if *other == draft.id {
                self.error(&place, "conflicts", rules::contradicts_itself(other));
            } else if let Some((at, _)) = self.facts.get(other) {
                found.push(*at);
            } else {
                self.error(&place, "conflicts", rules::no_fact(other));
            }
        }
        found
    }

    fn short(&mut self, draft: &FactDraft) -> ShortAnswers {
        let place = draft.place_of("short");
        let written = draft.short.iter().map(|(kind, words)| (kind.as_str(), words.as_str()));
        let found = rules::short(&draft.claim, written, |message| self.error(&place, "short", message));
        let [who, place, how_many, when, why] = found.map(|words| words.map(Into::into));
        ShortAnswers { who, place, how_many, when, why }
    }

    fn forms(&mut self, draft: &'d FactDraft) {
        if !draft.is_curated() {
            return;
        }
        let place = draft.place_of("questions");
        for form in &draft.questions {
            let message = match self.forms.insert(fold(form), draft) {
                None => continue,
                Some(owner) if std::ptr::eq(owner, draft) => rules::form_twice(form),
                Some(other) => rules::form_elsewhere(form, &other.id),
            };
            self.problems.push(Problem::warning(&place, "questions", message));
        }
        if let Some(message) = rules::few_forms(&draft.id, draft.questions.len()) {
            self.problems.push(Problem::warning(&place, "questions", message));
        }
    }

    fn date(&mut self, place: &Place, field: &str, written: Option<&str>) -> Option<FactDate> {
        match written?.parse() {
            Ok(date) => Some(date),
            Err(error) => {
                self.error(place, field, format!("{error}"));
                None
            }
        }
    }

    fn source_ref(&mut self, place: &Place, id: &str) -> Option<SourceIx> {
        let found = self.sources.get(id).copied();
        if found.is_none() {
            self.error(place, "sources", rules::no_source(id));
        }
        found
    }

    fn entity_ref(&mut self, place: &Place, field: &str, name: &str) -> Option<EntityIx> {
        let found = self.entities.get(name).copied();
        if found.is_none() {
            self.error(
                place,
                field,
                format!("there is no entity `{name}`; add it to data/entities or use its name or id as written there"),
            );
        }
        found
    }
}

impl FactDraft {
    /// Where a field stands, or the fact if the field is not written.
    fn place_of(&self, field: &str) -> Place {
        let mut place = place_of(self.place.as_ref());
        if let Some((_, line)) = self.lines.iter().find(|(name, _)| name == field) {
            place.line = *line;
        }
        place
    }

    fn is_curated(&self) -> bool {
        Hand::of(self.standing.as_ref()) == Hand::Curated
    }
}

fn place_of(place: Option<&Place>) -> Place {
    place.cloned().unwrap_or(Place { file: String::new(), line: 0 })
}

fn boxed(text: Option<&str>) -> Option<Box<str>> {
    text.filter(|t| !t.is_empty()).map(Into::into)
}

/// Whether an address is one that people may be sent to.
pub fn is_web_address(url: &str) -> bool {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    rest.is_some_and(|r| {
        !r.is_empty() && !r.starts_with('/') && !r.chars().any(|c| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"'))
    })
}
