//! Facts, sources and entities as somebody wrote them down, before they are checked.
//!
//! Readers of files make drafts and know nothing of the rules; [`super::check::assemble`] knows the rules and nothing of files.

use super::Place;

/// A fact as written.
#[derive(Debug, Clone, Default)]
pub struct FactDraft {
    /// Where it stands.
    pub place: Option<Place>,
    /// See [`super::Fact`] for this and the fields below.
    pub id: String,
    /// The statement.
    pub claim: String,
    /// Context.
    pub title: Option<String>,
    /// When, as written.
    pub date: Option<String>,
    /// What it is about.
    pub topics: Vec<String>,
    /// Names or ids of entities.
    pub people: Vec<String>,
    /// Names or ids of entities.
    pub places: Vec<String>,
    /// Names or ids of entities.
    pub organisations: Vec<String>,
    /// Ids of sources.
    pub sources: Vec<String>,
    /// Ids of facts.
    pub conflicts: Vec<String>,
    /// Words of [`super::Standing::ALL`].
    pub standing: Option<String>,
    /// Kind of question and words of the claim.
    pub short: Vec<(String, String)>,
    /// Question forms.
    pub questions: Vec<String>,
    /// Line of each field, for problems.
    pub lines: Vec<(String, usize)>,
}

/// A source as written. Fields as in [`super::Source`].
#[derive(Debug, Clone, Default)]
pub struct SourceDraft {
    /// Where it stands.
    pub place: Option<Place>,
    /// Its name for good.
    pub id: String,
    /// Who published it.
    pub publisher: Option<String>,
    /// Context.
    pub title: String,
    /// Its address.
    pub url: Option<String>,
    /// When, as written.
    pub published: Option<String>,
    /// The language it is written in.
    pub language: Option<String>,
    /// Who first reported it.
    pub origin: Option<String>,
    /// What it says.
    pub supports: Option<String>,
}

/// An entity as written. Fields as in [`super::Entity`].
#[derive(Debug, Clone, Default)]
pub struct EntityDraft {
    /// Where it stands.
    pub place: Option<Place>,
    /// Its name for good.
    pub id: String,
    /// The name facts use.
    pub name: String,
    /// A word of [`super::EntityKind::ALL`].
    pub kind: String,
    /// Other spellings.
    pub aliases: Vec<String>,
    /// One line.
    pub summary: Option<String>,
    /// Ids of sources.
    pub sources: Vec<String>,
    /// Ids of facts.
    pub begins: Vec<String>,
    /// Ids of facts.
    pub ends: Vec<String>,
}

/// A whole collection as written.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    /// Its facts.
    pub facts: Vec<FactDraft>,
    /// Its sources.
    pub sources: Vec<SourceDraft>,
    /// Its entities.
    pub entities: Vec<EntityDraft>,
}

impl Draft {
    /// Adds another collection behind this one.
    pub fn append(&mut self, mut other: Self) {
        self.facts.append(&mut other.facts);
        self.sources.append(&mut other.sources);
        self.entities.append(&mut other.entities);
    }
}
