//! Where the core meets those who use it: one question in, one answer out, from any number of tasks at once; and edits that the next
//! question sees.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use arc_swap::ArcSwap;
use hashbrown::HashMap;

use crate::answer::candidates::Scratch;
use crate::answer::{Answer, Context, answer, answer_picked, near};
use crate::complete::{Completed, Completer, Completion, among};
use crate::curation::overlay::lay;
use crate::curation::{Edit, Head, Record, RevisionNo, Scope, ServerId, Stand, State};
use crate::fact::{FactId, FactIx};
use crate::knowledge::Knowledge;

/// Scratch buffers kept for the next question; more are made where more questions are in hand at once.
const SCRATCHES: usize = 8;

/// The edited facts of one scope.
#[derive(Debug, Default)]
struct Edits {
    by_fact: BTreeMap<FactId, Arc<Edit>>,
    /// What is answered from, made when it is first asked for.
    laid: OnceLock<Knowledge>,
}

/// Everything that is answered from. It is replaced as a whole.
#[derive(Debug)]
struct Snapshot {
    shipped: Knowledge,
    /// Made when something is first completed: who only asks does not wait for it.
    completer: Arc<OnceLock<Completer>>,
    everywhere: Arc<Edits>,
    servers: HashMap<ServerId, Arc<Edits>>,
}

impl Snapshot {
    fn completer(&self) -> &Completer {
        self.completer.get_or_init(|| Completer::build(&self.shipped.base, &self.shipped.index))
    }

    fn edits(&self, scope: Scope) -> &Arc<Edits> {
        match scope {
            Scope::Everywhere => &self.everywhere,
            Scope::Server(server) => self.servers.get(&server).unwrap_or(&self.everywhere),
        }
    }

    fn view(&self, scope: Scope) -> Knowledge {
        let edits = self.edits(scope);
        if edits.by_fact.is_empty() && self.everywhere.by_fact.is_empty() {
            return self.shipped.clone();
        }
        edits
            .laid
            .get_or_init(|| {
                let below = self.everywhere.by_fact.iter().filter(|(fact, _)| !edits.by_fact.contains_key(*fact));
                lay(&self.shipped, edits.by_fact.iter().chain(below).map(|(_, edit)| edit.as_ref()))
            })
            .clone()
    }
}

impl Snapshot {
    /// What completes a typed text: edited facts first, then what is served of the shipped base.
    fn completions(&self, view: &Knowledge, typed: &str, most: usize) -> Vec<Completion> {
        let Knowledge { base, index, .. } = &self.shipped;
        let mut found = among(&view.base, typed, most);
        // Some of what is found may be hidden; as many more make up for it.
        let shipped = self.completer().complete(base, index, typed, most + view.base.hidden_count().min(most));
        found.extend(shipped.into_iter().filter(|completion| completion.is_served(&view.base)));
        found
    }

    /// This snapshot with other heads in the place of what stood of those facts; and the scopes that are to be laid before anybody asks.
    fn with(&self, heads: impl IntoIterator<Item = (Scope, Head)>) -> (Self, Vec<Scope>) {
        let mut changed: HashMap<Scope, Vec<Head>> = HashMap::new();
        for (scope, head) in heads {
            changed.entry(scope).or_default().push(head);
        }
        let mut next = Self {
            shipped: self.shipped.clone(),
            completer: Arc::clone(&self.completer),
            everywhere: Arc::clone(&self.everywhere),
            servers: self.servers.clone(),
        };
        let mut warm = Vec::new();
        for (scope, heads) in changed {
            let edits = match scope {
                Scope::Everywhere => &mut next.everywhere,
                Scope::Server(server) => next.servers.entry(server).or_default(),
            };
            // Who was asked before is asked again: they do not wait for the first question.
            if edits.laid.get().is_some() || heads.len() == 1 {
                warm.push(scope);
            }
            let mut by_fact = edits.by_fact.clone();
            for head in heads {
                // Two edits of one fact may come here in the other order than they were kept in.
                if by_fact.get(&head.fact).is_none_or(|known: &Arc<Edit>| known.head().number < head.number) {
                    by_fact.insert(head.fact.clone(), Arc::new(Edit::new(head)));
                }
            }
            *edits = Arc::new(Edits { by_fact, laid: OnceLock::new() });
            if scope == Scope::Everywhere {
                for edits in next.servers.values_mut() {
                    *edits = Arc::new(Edits { by_fact: edits.by_fact.clone(), laid: OnceLock::new() });
                }
            }
        }
        (next, warm)
    }
}

/// The knowledge of every server, and the working memory that questions borrow.
#[derive(Debug)]
pub struct App {
    now: ArcSwap<Snapshot>,
    /// Held by who replaces the snapshot.
    replacing: Mutex<()>,
    scratches: Mutex<Vec<Scratch>>,
}

impl App {
    /// Answers from this knowledge, as long as nothing is edited.
    pub fn new(shipped: Knowledge) -> Self {
        let snapshot = Snapshot { shipped, completer: Arc::default(), everywhere: Arc::default(), servers: HashMap::new() };
        Self { now: ArcSwap::from_pointee(snapshot), replacing: Mutex::new(()), scratches: Mutex::new(Vec::new()) }
    }

    /// Makes ready what the first completion would wait for.
    pub fn prepare(&self) {
        self.now.load_full().completer();
    }

    /// What questions of a scope are answered from now. Whoever holds it sees no later edit.
    pub fn view(&self, scope: Scope) -> Knowledge {
        self.now.load().view(scope)
    }

    /// What questions of a scope would be answered from with one edit more, which nobody else sees.
    pub fn view_with(&self, scope: Scope, head: Head) -> Knowledge {
        let now = self.now.load();
        let own = now.edits(scope);
        let edit = Edit::new(head);
        let is_other = |fact: &FactId| *fact != edit.head().fact;
        let below = now.everywhere.by_fact.iter().filter(|(fact, _)| !own.by_fact.contains_key(*fact));
        let others = own.by_fact.iter().chain(below).filter(|(fact, _)| is_other(fact)).map(|(_, edit)| edit.as_ref());
        lay(&now.shipped, others.chain([&edit]))
    }

    /// Whether a fact was ever edited in a scope, served or not.
    pub fn is_known(&self, scope: Scope, fact: &FactId) -> bool {
        self.head(scope, fact).is_some() || self.head(Scope::Everywhere, fact).is_some()
    }

    /// The number of a fact's last revision in a scope.
    pub fn number(&self, scope: Scope, fact: &FactId) -> RevisionNo {
        self.head(scope, fact).map_or(RevisionNo(0), |edit| edit.head().number)
    }

    /// How a fact stands in a scope, if it is there.
    pub fn state(&self, scope: Scope, fact: &FactId) -> Option<State> {
        self.stand(scope, fact).map(|stand| stand.state)
    }

    /// The shipped knowledge, without any edit.
    pub fn shipped(&self) -> Knowledge {
        self.now.load().shipped.clone()
    }

    /// What a scope's own edit of a fact says now, if there is one.
    pub fn head(&self, scope: Scope, fact: &FactId) -> Option<Arc<Edit>> {
        let now = self.now.load();
        let edits = match scope {
            Scope::Everywhere => Some(&now.everywhere),
            Scope::Server(server) => now.servers.get(&server),
        };
        edits?.by_fact.get(fact).cloned()
    }

    /// Facts that a scope has edited, in the order of their ids.
    pub fn edited(&self, scope: Scope) -> Vec<Arc<Edit>> {
        let now = self.now.load();
        let edits = match scope {
            Scope::Everywhere => Some(&now.everywhere),
            Scope::Server(server) => now.servers.get(&server),
        };
        edits.into_iter().flat_map(|edits| edits.by_fact.values().cloned()).collect()
    }

    /// What lies below a scope's own edits of a fact: the shipped base's word, or for a server that of everywhere.
    pub fn below(&self, scope: Scope, fact: &FactId) -> Option<Record> {
        let now = self.now.load();
        let shipped = || now.shipped.base.find(fact.as_str()).map(|at| Record::of(&now.shipped.base, at));
        match (scope, now.everywhere.by_fact.get(fact)) {
            (Scope::Server(_), Some(edit)) => {
                let state = &edit.head().state;
                state.is_published().then(|| state.record().clone())
            }
            _ => shipped(),
        }
    }

    /// How a fact stands in a scope, if it is or was there.
    pub fn stand(&self, scope: Scope, fact: &FactId) -> Option<Stand> {
        match self.head(scope, fact) {
            Some(edit) => Some(Stand { number: edit.head().number, state: edit.head().state.clone() }),
            None => self.below(scope, fact).map(|record| Stand { number: RevisionNo(0), state: State::Published(record) }),
        }
    }

    /// The facts that are served in a scope as they were written down: those of the shipped base in its order, then the others by id.
    pub fn served(&self, scope: Scope) -> impl Iterator<Item = (FactId, Stand)> {
        let shipped = self.shipped();
        let new: BTreeSet<FactId> = [Scope::Everywhere, scope]
            .into_iter()
            .flat_map(|scope| self.edited(scope))
            .map(|edit| edit.head().fact.clone())
            .filter(|fact| shipped.base.find(fact.as_str()).is_none())
            .collect();
        let ids: Vec<FactId> = shipped.base.indexed().map(|(_, fact)| fact.id.clone()).chain(new).collect();
        ids.into_iter().filter_map(move |fact| {
            let stand = self.stand(scope, &fact)?;
            stand.state.is_published().then_some((fact, stand))
        })
    }

    /// Servers that have facts of their own.
    pub fn edited_servers(&self) -> usize {
        self.now.load().servers.len()
    }

    /// Facts whose edit was made over another word of the shipped base than it says now.
    pub fn drifted(&self) -> Vec<(Scope, FactId)> {
        let now = self.now.load();
        let servers = now.servers.iter().map(|(server, edits)| (Scope::Server(*server), edits));
        let mut drifted: Vec<(Scope, FactId)> = std::iter::once((Scope::Everywhere, &now.everywhere))
            .chain(servers)
            .flat_map(|(scope, edits)| edits.by_fact.values().map(move |edit| (scope, edit)))
            .filter(|(scope, edit)| self.below(*scope, &edit.head().fact) != edit.head().shipped)
            .map(|(scope, edit)| (scope, edit.head().fact.clone()))
            .collect();
        drifted.sort();
        drifted
    }

    /// Takes edited facts over: those given stand in the place of what stood of them. The next question sees them.
    pub fn take(&self, heads: impl IntoIterator<Item = (Scope, Head)>) {
        let _replacing = self.replacing();
        let (next, warm) = self.now.load().with(heads);
        for scope in warm {
            next.view(scope);
        }
        self.now.store(Arc::new(next));
    }

    /// Answers from other shipped knowledge, if it is given; and from these edits and no other, if they are given.
    pub fn replace(&self, shipped: Option<Knowledge>, heads: Option<Vec<(Scope, Head)>>) {
        // Long work first, while nobody waits for it.
        let completer = shipped.as_ref().map(|shipped| {
            let completer = OnceLock::new();
            // Who completed before does not wait for it now.
            if self.now.load().completer.get().is_some() {
                completer.get_or_init(|| Completer::build(&shipped.base, &shipped.index));
            }
            Arc::new(completer)
        });
        let _replacing = self.replacing();
        let now = self.now.load_full();
        let again = |edits: &Edits| {
            let by_fact = edits.by_fact.iter().map(|(fact, edit)| (fact.clone(), Arc::new(Edit::new(edit.head().clone())))).collect();
            Arc::new(Edits { by_fact, laid: OnceLock::new() })
        };
        let keep = heads.is_none();
        let bare = Snapshot {
            shipped: shipped.unwrap_or_else(|| now.shipped.clone()),
            completer: completer.unwrap_or_else(|| Arc::clone(&now.completer)),
            everywhere: if keep { again(&now.everywhere) } else { Arc::default() },
            servers: if keep { now.servers.iter().map(|(server, edits)| (*server, again(edits))).collect() } else { HashMap::new() },
        };
        let (next, _) = bare.with(heads.into_iter().flatten());
        self.now.store(Arc::new(next));
    }

    /// Answers a message from a view; `last` is the fact that it may lean on.
    pub fn ask(&self, view: &Knowledge, message: &str, last: Option<FactIx>) -> Answer {
        self.with_scratch(|scratch| answer(view, message, &Context { last }, scratch))
    }

    /// The answer that a person picked.
    pub fn pick(&self, view: &Knowledge, fact: FactIx) -> Answer {
        self.with_scratch(|scratch| answer_picked(view, fact, scratch))
    }

    /// Facts near a fact.
    pub fn near(&self, view: &Knowledge, fact: FactIx) -> Vec<FactIx> {
        self.with_scratch(|scratch| near(view, fact, scratch))
    }

    /// Work that needs a scratch buffer.
    pub fn with_scratch<R>(&self, work: impl FnOnce(&mut Scratch) -> R) -> R {
        let mut scratch = self.lend().pop().unwrap_or_default();
        let done = work(&mut scratch);
        let mut scratches = self.lend();
        if scratches.len() < SCRATCHES {
            scratches.push(scratch);
        }
        done
    }

    /// Questions and names that begin like what was typed.
    pub fn complete(&self, scope: Scope, typed: &str, most: usize) -> Vec<String> {
        let mut texts: Vec<String> = Vec::with_capacity(most);
        let now = self.now.load();
        for completion in now.completions(&now.view(scope), typed, most) {
            if texts.len() < most && !texts.contains(&completion.text) {
                texts.push(completion.text);
            }
        }
        texts
    }

    /// Facts whose questions begin like what was typed, each with its claim.
    pub fn complete_facts(&self, scope: Scope, typed: &str, most: usize) -> Vec<(FactId, String)> {
        let now = self.now.load();
        let view = now.view(scope);
        let facts = now.completions(&view, typed, most).into_iter().filter_map(|completion| match completion.of {
            Completed::Fact(fact) => Some(view.base.fact(fact)),
            Completed::Entity(_) => None,
        });
        facts.take(most).map(|fact| (fact.id.clone(), fact.claim.to_string())).collect()
    }

    fn replacing(&self) -> MutexGuard<'_, ()> {
        self.replacing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lend(&self) -> MutexGuard<'_, Vec<Scratch>> {
        // A panic while lending leaves buffers that the next question clears anyway.
        self.scratches.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
