//! Where the core meets those who use it: one question in, one answer out, from any number of tasks at once; and edits that the next
//! question sees.

mod cell;
mod warm;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock};

use arc_swap::ArcSwap;
use hashbrown::HashMap;

use crate::answer::candidates::Scratch;
use crate::answer::{Answer, Context, answer, answer_picked, near};
use crate::complete::{Completed, Completer, Completion, among};
use crate::curation::{Edit, Head, Record, RevisionNo, Scope, ServerId, Stand, State};
use crate::fact::{FactId, FactIx};
use crate::knowledge::Knowledge;
use cell::{Cell, CellTaken, Ground, Laid};
pub use warm::WARM_SERVERS;
use warm::Warm;

/// Scratch buffers kept for the next question; more are made where more questions are in hand at once.
const SCRATCHES: usize = 8;

/// Everything that is answered from. It is replaced as a whole where other facts are shipped or a server has its first edit; what a server
/// edits after that is kept in its cell.
#[derive(Debug, Clone)]
struct Snapshot {
    shipped: Knowledge,
    /// Made when something is first completed: who only asks does not wait for it.
    completer: Arc<OnceLock<Completer>>,
    everywhere: Arc<Cell>,
    servers: Arc<HashMap<ServerId, Arc<Cell>>>,
}

impl Snapshot {
    fn completer(&self) -> &Completer {
        self.completer.get_or_init(|| Completer::build(&self.shipped.base, &self.shipped.index))
    }

    /// What the edits of every server are laid over.
    fn everywhere(&self) -> Arc<Laid> {
        self.everywhere.lay(&self.ground_of(Scope::Everywhere)).0
    }

    fn ground_of(&self, scope: Scope) -> Ground {
        let below = match scope {
            Scope::Everywhere => None,
            Scope::Server(_) => Some(self.everywhere()),
        };
        Ground { shipped: self.shipped.clone(), below }
    }

    fn cell(&self, scope: Scope) -> Option<&Arc<Cell>> {
        match scope {
            Scope::Everywhere => Some(&self.everywhere),
            Scope::Server(server) => self.servers.get(&server),
        }
    }

    /// What completes a typed text: edited facts first, then what is served of the shipped base.
    fn completions(&self, view: &Knowledge, typed: &str, most: usize) -> Vec<Completion> {
        let Knowledge { base, index, .. } = &self.shipped;
        let mut found = among(&view.base, typed, most);
        // Some of what is found may be hidden; as many more make up for it.
        let shipped = self.completer().complete(base, index, typed, most + view.base.hidden_count().min(most));
        found.extend(shipped.into_iter().filter(|completion| completion.is_served(&view.base)));
        found
    }
}

/// What became of heads that were taken over.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Taken {
    /// How many facts stand in another way than before.
    pub changed: usize,
    /// Where something was put off, for [`App::settle`]. Until that is done, edits there take longer; what is answered is the same.
    pub due: Vec<Scope>,
}

/// The knowledge of every server, and the working memory that questions borrow.
#[derive(Debug)]
pub struct App {
    now: ArcSwap<Snapshot>,
    /// Held for writing by who replaces the snapshot, for reading by who changes a cell of it.
    replacing: RwLock<()>,
    warm: Warm,
    scratches: Mutex<Vec<Scratch>>,
}

impl App {
    /// Answers from this knowledge, as long as nothing is edited.
    pub fn new(shipped: Knowledge) -> Self {
        Self::keeping(shipped, WARM_SERVERS)
    }

    /// The same, with the edits of at most so many servers laid at once: of those that were asked for last.
    pub fn keeping(shipped: Knowledge, warm_servers: u32) -> Self {
        let snapshot = Snapshot { shipped, completer: Arc::default(), everywhere: Arc::default(), servers: Arc::default() };
        let (now, warm) = (ArcSwap::from_pointee(snapshot), Warm::new(warm_servers));
        Self { now, replacing: RwLock::new(()), warm, scratches: Mutex::new(Vec::new()) }
    }

    /// Makes ready what the first completion would wait for.
    pub fn prepare(&self) {
        self.now.load_full().completer();
    }

    /// What questions of a scope are answered from now. Whoever holds it sees no later edit.
    pub fn view(&self, scope: Scope) -> Knowledge {
        self.laid(scope).view().clone()
    }

    fn laid(&self, scope: Scope) -> Arc<Laid> {
        self.laid_in(&self.now.load(), scope)
    }

    fn laid_in(&self, now: &Snapshot, scope: Scope) -> Arc<Laid> {
        match (scope, now.cell(scope)) {
            (Scope::Server(server), Some(cell)) => {
                let (laid, opened) = cell.lay(&now.ground_of(scope));
                self.warm.touch(server, cell, opened);
                laid
            }
            _ => now.everywhere(),
        }
    }

    /// What questions of a scope would be answered from with one edit more, which nobody else sees.
    pub fn view_with(&self, scope: Scope, head: Head) -> Knowledge {
        self.laid(scope).view_with(Edit::new(head))
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
        let cell = now.cell(scope)?;
        let (edit, opened) = cell.head(fact);
        if let Scope::Server(server) = scope {
            self.warm.touch(server, cell, opened);
        }
        edit
    }

    /// Facts that a scope has edited, in the order of their ids.
    pub fn edited(&self, scope: Scope) -> Vec<Arc<Edit>> {
        self.now.load().cell(scope).map(|cell| cell.edits()).unwrap_or_default()
    }

    /// What lies below a scope's own edits of a fact: the shipped base's word, or for a server that of everywhere.
    pub fn below(&self, scope: Scope, fact: &FactId) -> Option<Record> {
        let now = self.now.load();
        let shipped = || now.shipped.base.find(fact.as_str()).map(|at| Record::of(&now.shipped.base, at));
        match (scope, now.everywhere.head(fact).0) {
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
        let scopes = now.servers.keys().map(|server| Scope::Server(*server)).chain([Scope::Everywhere]);
        let mut drifted: Vec<(Scope, FactId)> = scopes
            .flat_map(|scope| self.edited(scope).into_iter().map(move |edit| (scope, edit)))
            .filter(|(scope, edit)| self.below(*scope, &edit.head().fact) != edit.head().shipped)
            .map(|(scope, edit)| (scope, edit.head().fact.clone()))
            .collect();
        drifted.sort();
        drifted
    }

    /// Takes edited facts over: those given stand in the place of what stood of them. The next question sees them.
    ///
    /// One fact of a server takes as long, however many facts and servers there are. One of everywhere has the edits of each warm server
    /// laid anew, at that server's next question or by [`App::settle`], whichever is first.
    pub fn take(&self, heads: impl IntoIterator<Item = (Scope, Head)>) -> Taken {
        let mut by_scope: HashMap<Scope, Vec<Head>> = HashMap::new();
        for (scope, head) in heads {
            by_scope.entry(scope).or_default().push(head);
        }
        self.make_cells(by_scope.keys());
        let _replacing = self.replacing.read().unwrap_or_else(PoisonError::into_inner);
        let now = self.now.load_full();
        let mut taken = Taken::default();
        // Everywhere first: the others are laid over it.
        let mut by_scope: Vec<(Scope, Vec<Head>)> = by_scope.into_iter().collect();
        by_scope.sort_by_key(|(scope, _)| *scope);
        for (scope, heads) in by_scope {
            let Some(cell) = now.cell(scope) else { continue };
            let CellTaken { changed, opened, is_full } = cell.take(&now.ground_of(scope), heads);
            taken.changed += changed;
            let is_everywhere = scope == Scope::Everywhere;
            if is_full || (is_everywhere && changed > 0 && !self.warm.is_empty()) {
                taken.due.push(scope);
            }
            if let Scope::Server(server) = scope {
                self.warm.touch(server, cell, opened);
            }
        }
        taken
    }

    /// Makes cells for servers that have none.
    fn make_cells<'s>(&self, scopes: impl Iterator<Item = &'s Scope>) {
        let server = |scope: &Scope| if let Scope::Server(server) = scope { Some(*server) } else { None };
        let known = Arc::clone(&self.now.load().servers);
        let new: Vec<ServerId> = scopes.filter_map(server).filter(|server| !known.contains_key(server)).collect();
        if new.is_empty() {
            return;
        }
        let _replacing = self.replacing.write().unwrap_or_else(PoisonError::into_inner);
        let now = self.now.load_full();
        let mut servers = HashMap::clone(&now.servers);
        for server in new {
            servers.entry(server).or_default();
        }
        self.now.store(Arc::new(Snapshot { servers: Arc::new(servers), ..Snapshot::clone(&now) }));
    }

    /// Does what edits have put off: merges levels, lays anew over what was edited everywhere. It may take long; nobody waits for it.
    pub fn settle(&self, due: &[Scope]) {
        let now = self.now.load_full();
        for scope in due {
            if let Some(cell) = now.cell(*scope) {
                cell.settle();
            }
            if *scope == Scope::Everywhere {
                let ground = now.ground_of(Scope::Server(ServerId(std::num::NonZeroU64::MIN)));
                for cell in self.warm.cells() {
                    cell.lay_open(&ground);
                }
            }
        }
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
        let given = heads.map(|heads| {
            let mut by_scope: HashMap<Scope, Vec<Head>> = HashMap::new();
            for (scope, head) in heads {
                by_scope.entry(scope).or_default().push(head);
            }
            by_scope
        });
        let given = given.map(|mut by_scope| {
            let everywhere = by_scope.remove(&Scope::Everywhere).map(Cell::packed).unwrap_or_default();
            let servers = by_scope.into_iter().filter_map(|(scope, heads)| match scope {
                Scope::Everywhere => None,
                Scope::Server(server) => Some((server, Arc::new(Cell::packed(heads)))),
            });
            (Arc::new(everywhere), Arc::new(servers.collect()))
        });
        let _replacing = self.replacing.write().unwrap_or_else(PoisonError::into_inner);
        let now = self.now.load_full();
        let (everywhere, servers) = given.unwrap_or_else(|| {
            let again = |(server, cell): (&ServerId, &Arc<Cell>)| (*server, Arc::new(cell.again()));
            (Arc::new(now.everywhere.again()), Arc::new(now.servers.iter().map(again).collect()))
        });
        self.warm.forget();
        self.now.store(Arc::new(Snapshot {
            shipped: shipped.unwrap_or_else(|| now.shipped.clone()),
            completer: completer.unwrap_or_else(|| Arc::clone(&now.completer)),
            everywhere,
            servers,
        }));
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
        for completion in now.completions(self.laid_in(&now, scope).view(), typed, most) {
            if texts.len() < most && !texts.contains(&completion.text) {
                texts.push(completion.text);
            }
        }
        texts
    }

    /// Facts whose questions begin like what was typed, each with its claim.
    pub fn complete_facts(&self, scope: Scope, typed: &str, most: usize) -> Vec<(FactId, String)> {
        let now = self.now.load();
        let view = self.laid_in(&now, scope).view().clone();
        let facts = now.completions(&view, typed, most).into_iter().filter_map(|completion| match completion.of {
            Completed::Fact(fact) => Some(view.base.fact(fact)),
            Completed::Entity(_) => None,
        });
        facts.take(most).map(|fact| (fact.id.clone(), fact.claim.to_string())).collect()
    }

    fn lend(&self) -> MutexGuard<'_, Vec<Scratch>> {
        // A panic while lending leaves buffers that the next question clears anyway.
        self.scratches.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
