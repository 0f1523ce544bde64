//! Facts laid over a base: a few immutable levels, each numbered on from those below it. Which fact contradicts which is settled when it is
//! asked for, by ids, for either side may be edited again.

use std::sync::{Arc, OnceLock};

use hashbrown::{HashMap, HashSet};

use super::{Base, Citations, Fact, FactId, FactIx, Source, SourceId, SourceIx, Stock, number};

/// A fact to be laid over a base.
#[derive(Debug)]
pub struct Laid {
    /// The fact; its citations and conflicts are made of what stands beside it.
    pub fact: Fact,
    /// What it rests on, by sources of the base or new ones.
    pub sources: Vec<LaidSource>,
    /// Ids of facts that contradict it; those that are not there are left out.
    pub conflicts: Box<[FactId]>,
}

/// A source of a fact that is laid over a base.
#[derive(Debug, Clone)]
pub enum LaidSource {
    /// The base has it.
    Known(SourceIx),
    /// It is new.
    New(Source),
}

/// Where a fact stands among all, whatever was edited when: in the order of the base, one that is laid over another in the place of that
/// one, and the others behind, by their ids.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Order(FactIx, Option<FactId>);

impl Order {
    /// That of a fact of the base itself.
    pub fn below(fact: FactIx) -> Self {
        Self(fact, None)
    }

    fn above(stock: &Stock, id: &FactId) -> Self {
        match stock.find(id) {
            Some(below) => Self(below, None),
            None => Self(FactIx(u32::MAX), Some(id.clone())),
        }
    }
}

/// Facts, of a base and of what is laid over it, that are retracted or stand anew above.
#[derive(Debug, Clone, Default)]
pub struct Hidden {
    facts: HashSet<FactIx>,
    /// How many of them are of the base itself.
    below: usize,
}

impl Hidden {
    /// Whether a fact is hidden.
    pub fn holds(&self, fact: FactIx) -> bool {
        self.facts.contains(&fact)
    }

    /// All of them, in no order.
    pub fn iter(&self) -> impl Iterator<Item = FactIx> + '_ {
        self.facts.iter().copied()
    }

    /// Only those that are numbered below a number.
    #[must_use]
    pub fn until(&self, end: FactIx) -> Self {
        if self.facts.iter().all(|fact| *fact < end) {
            return self.clone();
        }
        Self { facts: self.facts.iter().copied().filter(|fact| *fact < end).collect(), below: self.below }
    }

    /// Hides a fact of `base`, or of what will be laid over it.
    pub fn hide(&mut self, base: &Base, fact: FactIx) {
        if self.facts.insert(fact) && (fact.0 as usize) < base.stock.fact_count() {
            self.below += 1;
        }
    }
}

/// Facts laid over a base and the levels below.
#[derive(Debug)]
pub struct Level {
    pub(super) first: FactIx,
    pub(super) facts: Vec<Fact>,
    orders: Arc<[Order]>,
    /// Ids of the facts that contradict each.
    conflicts: Vec<Box<[FactId]>>,
    by_id: HashMap<FactId, FactIx>,
    /// Which facts here say of a fact that it contradicts them.
    contradicted: HashMap<FactId, Vec<FactIx>>,
    pub(super) first_source: SourceIx,
    /// Sources that nothing below has.
    pub(super) sources: Vec<Source>,
    by_source: HashMap<SourceId, Vec<SourceIx>>,
}

impl Level {
    /// Lays facts over a base and what is laid there.
    pub(super) fn of<'l>(base: &Base, laid: impl Iterator<Item = &'l Laid>) -> Self {
        let top = base.levels().last();
        let below = |first: usize, added: usize| number(first + added);
        let first = top.map_or(below(base.stock.fact_count(), 0), |top| below(top.first.0 as usize, top.facts.len()));
        let first_source = top.map_or(below(base.stock.source_count(), 0), |top| below(top.first_source.0 as usize, top.sources.len()));
        let mut level = Self {
            first: FactIx(first),
            facts: Vec::new(),
            orders: Arc::default(),
            conflicts: Vec::new(),
            by_id: HashMap::new(),
            contradicted: HashMap::new(),
            first_source: SourceIx(first_source),
            sources: Vec::new(),
            by_source: HashMap::new(),
        };
        for laid in laid {
            level.lay(base, laid);
        }
        level.orders = level.facts.iter().map(|fact| Order::above(&base.stock, &fact.id)).collect();
        level
    }

    fn lay(&mut self, base: &Base, laid: &Laid) {
        let of = FactIx(number(self.first.0 as usize + self.facts.len()));
        let cited: Vec<SourceIx> = laid.sources.iter().map(|source| self.source(base, source)).collect();
        let mut fact = laid.fact.clone();
        fact.citations = Citations::new(&cited).unwrap_or(fact.citations);
        self.by_id.insert(fact.id.clone(), of);
        for id in &laid.conflicts {
            self.contradicted.entry(id.clone()).or_default().push(of);
        }
        self.conflicts.push(laid.conflicts.clone());
        self.facts.push(fact);
    }

    fn source(&mut self, base: &Base, source: &LaidSource) -> SourceIx {
        let source = match source {
            LaidSource::Known(at) => return *at,
            LaidSource::New(source) => source,
        };
        let known = base.levels().map(AsRef::as_ref).chain([&*self]).find_map(|level| level.sourced(source));
        known.unwrap_or_else(|| {
            let at = SourceIx(number(self.first_source.0 as usize + self.sources.len()));
            self.by_source.entry(source.id.clone()).or_default().push(at);
            self.sources.push(source.clone());
            at
        })
    }

    /// The very same source, if it is here.
    fn sourced(&self, source: &Source) -> Option<SourceIx> {
        self.by_source
            .get(&source.id)?
            .iter()
            .copied()
            .find(|at| self.sources.get(at.0.saturating_sub(self.first_source.0) as usize) == Some(source))
    }

    /// Where the facts stand among all.
    pub fn orders(&self) -> Arc<[Order]> {
        Arc::clone(&self.orders)
    }

    /// How many facts it holds, served or not.
    pub fn len(&self) -> usize {
        self.facts.len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.facts.is_empty()
    }

    /// The number of its first fact.
    pub fn first(&self) -> FactIx {
        self.first
    }

    /// The number of a fact, served or not.
    pub fn find(&self, id: &FactId) -> Option<FactIx> {
        self.by_id.get(id).copied()
    }

    fn at(&self, fact: FactIx) -> usize {
        fact.0.saturating_sub(self.first.0) as usize
    }

    pub(super) fn order(&self, fact: FactIx) -> Option<&Order> {
        self.orders.get(self.at(fact))
    }
}

/// The levels that are laid over a base.
#[derive(Debug)]
pub(super) struct Over {
    pub(super) levels: Vec<Arc<Level>>,
    pub(super) hidden: Arc<Hidden>,
    /// Facts of the levels that are served, in order; made when they are first asked for.
    served: OnceLock<Box<[FactIx]>>,
}

impl Over {
    pub(super) fn new(levels: Vec<Arc<Level>>, hidden: Arc<Hidden>) -> Self {
        Self { levels, hidden, served: OnceLock::new() }
    }

    pub(super) fn level(&self, fact: FactIx) -> Option<&Level> {
        self.levels.iter().rev().find(|level| level.first <= fact).map(AsRef::as_ref)
    }

    pub(super) fn level_of_source(&self, source: SourceIx) -> Option<&Level> {
        self.levels.iter().rev().find(|level| level.first_source <= source).map(AsRef::as_ref)
    }

    /// How many facts of the levels are served.
    pub(super) fn count(&self) -> usize {
        self.levels.iter().map(|level| level.len()).sum::<usize>() + self.hidden.below - self.hidden.facts.len()
    }

    /// How many facts of the base are hidden.
    pub(super) fn hidden_below(&self) -> usize {
        self.hidden.below
    }

    /// Facts of the levels that are served, in order.
    pub(super) fn served(&self) -> &[FactIx] {
        self.served.get_or_init(|| {
            let all = self.levels.iter().flat_map(|level| (level.first.0..).map(FactIx).take(level.len()));
            let mut served: Vec<FactIx> = all.filter(|fact| !self.hidden.holds(*fact)).collect();
            served.sort_by_cached_key(|fact| self.level(*fact).and_then(|level| level.order(*fact)).cloned());
            served.into()
        })
    }

    pub(super) fn find(&self, stock: &Stock, id: &FactId) -> Option<FactIx> {
        let above = self.levels.iter().rev().filter_map(|level| level.find(id));
        above.chain(stock.find(id)).find(|fact| !self.hidden.holds(*fact))
    }

    /// What a fact of a level says that it contradicts, and what the base says of the one it stands for, as far as it is served.
    pub(super) fn named_by(&self, stock: &Stock, of: FactIx) -> Vec<FactIx> {
        let Some(level) = self.level(of) else { return Vec::new() };
        let named = level.conflicts.get(level.at(of)).into_iter().flatten().filter_map(|id| self.find(stock, id));
        // A side that the base names is shown also where the edit was made before it was known.
        let below = level.facts.get(level.at(of)).and_then(|fact| stock.find(&fact.id));
        let below = below.map(|below| stock.fact(below)).into_iter().flat_map(|fact| fact.conflicts.iter().copied());
        named.chain(below.filter(|other| !self.hidden.holds(*other))).filter(|other| *other != of).collect()
    }

    /// Facts of the levels that say of a fact that it contradicts them.
    pub(super) fn naming<'o>(&'o self, stock: &'o Stock, of: FactIx, fact: &'o Fact) -> impl Iterator<Item = FactIx> + 'o {
        let named = self.levels.iter().filter_map(|level| level.contradicted.get(&fact.id)).flatten().copied();
        // Those that stand for a side that the base names.
        let below = if (of.0 as usize) < stock.fact_count() { fact.conflicts.as_slice() } else { &[] };
        let below = below.iter().filter(|other| self.hidden.holds(**other)).map(|other| stock.fact(*other));
        let below = below.filter_map(|other| self.find(stock, &other.id));
        named.filter(|other| !self.hidden.holds(*other)).chain(below).filter(move |other| *other != of)
    }

    /// Whether a fact of a level names others that contradict it, of which none is served or not.
    pub(super) fn names_others(&self, of: FactIx) -> bool {
        self.level(of).and_then(|level| level.conflicts.get(level.at(of))).is_some_and(|named| !named.is_empty())
    }
}
