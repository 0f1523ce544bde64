//! What every engine promises.

use std::fmt;
use std::num::NonZeroU64;
use std::path::Path;
use std::pin::Pin;
use std::time::Duration;

use serde_json::Value;

use super::{
    Appended, AskedInVain, Cleared, Decided, DraftChange, DraftId, Forgotten, Heads, Lease, Leased, Mark, Pick, PickedOften, Place,
    Renewed, Report, Restored, StoreError, Waiting, WaitingInAll, Watch,
};
use crate::curation::review::{Decision, Post, Proposal, Settings, Suggestion, SuggestionId, Unanswered};
use crate::curation::{Revision, Scope, ServerId};
use crate::fact::FactId;

/// An outcome to come.
pub type Told<'s, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 's>>;

/// What keeps what people do. An error means that nothing was changed; only where the answer to a commit is lost may it be there all the same.
///
/// When a call that changes something returns, it is on disk, and every call of every process that begins after it sees it. Of two who
/// change the same at once, one is first, and the other is told so.
pub trait Engine: fmt::Debug + Send + Sync {
    /// Where it is, as messages call it.
    fn place(&self) -> &Place;

    /// Whether the store can be read and written now; something small is written to know it.
    fn health(&self) -> Told<'_, ()>;

    /// Looks through all that is kept.
    fn report(&self) -> Told<'_, Report>;

    /// Ends all connections, after what is being written.
    fn close(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>>;

    /// Copies the store as it stands at one moment to a new SQLite file, while it is in use. The copy is looked through and on disk before it
    /// bears its name; nothing is overwritten.
    fn backup<'s>(&'s self, to: &'s Path) -> Told<'s, ()>;

    /// Puts a backup in place of all that the store holds, in one transaction; who uses the store meanwhile sees the one or the other, and
    /// learns of it by [`heads_since`](Self::heads_since). The backup is looked through first, and an older one brought up to date in a
    /// copy; what was there is copied beside the store. An engine that cannot do so says what is done instead.
    fn restore<'s>(&'s self, from: &'s Path) -> Told<'s, Restored>;

    /// Something to wait with until another process may have changed something.
    fn watch(&self) -> Watch;

    /// Asks for a lease: only one holder at a time has one of a name, until it gives it back or the time is over by the clock of the
    /// database. Who has it already is given it anew. A holder's name must be of one process alone.
    fn lease<'s>(&'s self, name: &'s str, holder: &'s str, span: Duration) -> Told<'s, Leased>;

    /// Asks for more of a lease that is held.
    fn renew<'s>(&'s self, name: &'s str, holder: &'s str, span: Duration) -> Told<'s, Renewed>;

    /// Gives a lease back; another's stays.
    fn release<'s>(&'s self, name: &'s str, holder: &'s str) -> Told<'s, ()>;

    /// Leases that somebody has and whose names begin so, by their names. Those that ran out are not among them.
    fn leases<'s>(&'s self, beginning: &'s str) -> Told<'s, Vec<Lease>>;

    /// Where every fact stands that was ever changed.
    fn heads(&self) -> Told<'_, Heads>;

    /// What changed since a mark, by whatever process. Where the store was replaced by a backup since then, all of it.
    fn heads_since(&self, mark: Mark) -> Told<'_, Heads>;

    /// All that was done to a fact in a scope, oldest first.
    fn history<'s>(&'s self, scope: Scope, fact: &'s FactId) -> Told<'s, Vec<Revision>>;

    /// Keeps a revision, if its number is the next and its interaction new.
    fn append<'s>(&'s self, scope: Scope, revision: &'s Revision) -> Told<'s, Appended>;

    /// Keeps many revisions or none: an import. One with an interaction that was heard before changes nothing.
    fn append_all<'s>(&'s self, scope: Scope, revisions: &'s [Revision]) -> Told<'s, ()>;

    /// Keeps a suggestion. The interaction that was heard before gets the suggestion that it made then, and words that were ever
    /// suggested for a fact the one that they are, whatever became of it.
    fn suggest<'s>(
        &'s self,
        scope: Scope,
        proposal: &'s Proposal,
        proposer: Option<NonZeroU64>,
        at: u64,
        cause: Option<u64>,
    ) -> Told<'s, Suggestion>;

    /// A suggestion of this server.
    fn suggestion(&self, scope: Scope, id: SuggestionId) -> Told<'_, Option<Suggestion>>;

    /// What waits in a server after a suggestion, or from the beginning: so many of it at most.
    fn waiting(&self, scope: Scope, after: Option<SuggestionId>, most: u32) -> Told<'_, Waiting>;

    /// How many suggestions of one person wait in a server.
    fn waiting_of(&self, scope: Scope, proposer: NonZeroU64) -> Told<'_, u32>;

    /// How much waits in all.
    fn waiting_in_all(&self) -> Told<'_, WaitingInAll>;

    /// What waits and stands in no review channel yet, of all servers, oldest first.
    fn unposted(&self) -> Told<'_, Vec<Suggestion>>;

    /// Notes where a suggestion stands in the review channel.
    fn posted(&self, id: SuggestionId, post: Post) -> Told<'_, ()>;

    /// Decides a suggestion, and keeps the revision that follows from it, and that whoever made it is to be told: all or nothing. `cause` is the interaction of who decides; one
    /// that was heard before is told again that it is done.
    fn decide<'s>(
        &'s self,
        scope: Scope,
        id: SuggestionId,
        decision: &'s Decision,
        revision: Option<&'s Revision>,
        cause: Option<u64>,
    ) -> Told<'s, Decided>;

    /// Decided suggestions whose proposers are still to be told, oldest first.
    fn untold(&self) -> Told<'_, Vec<Suggestion>>;

    /// A decided suggestion, if its proposer is still to be told.
    fn still_untold(&self, id: SuggestionId) -> Told<'_, Option<Suggestion>>;

    /// Notes that the proposer of a suggestion was told how it ended, or cannot be.
    fn outcome_told(&self, id: SuggestionId) -> Told<'_, ()>;

    /// Counts questions that had no answer.
    fn note_unanswered<'s>(&'s self, asked: &'s [AskedInVain]) -> Told<'s, ()>;

    /// The questions that had no answer, those asked most often first.
    fn unanswered(&self, scope: Scope, most: u32) -> Told<'_, Vec<Unanswered>>;

    /// Lets questions go that somebody answered or ignored; how many there were.
    fn settle_unanswered<'s>(&'s self, scope: Scope, texts: &'s [String]) -> Told<'s, u32>;

    /// Counts what people picked for their words.
    fn note_picks<'s>(&'s self, picks: &'s [Pick]) -> Told<'s, ()>;

    /// Words for which a fact was picked by so many people at least, and that were not suggested for it. One person who picks again and
    /// again is one.
    fn picked_often(&self, at_least: u32) -> Told<'_, Vec<PickedOften>>;

    /// Keeps a new draft.
    fn keep_draft<'s>(&'s self, server: ServerId, owner: NonZeroU64, body: &'s str, at: u64) -> Told<'s, DraftId>;

    /// The text of a draft, if it is this person's in this server.
    fn draft(&self, server: ServerId, owner: NonZeroU64, id: DraftId) -> Told<'_, Option<String>>;

    /// Gives a draft another text, if it is this person's in this server.
    fn change_draft<'s>(&'s self, server: ServerId, owner: NonZeroU64, id: DraftId, body: &'s str, at: u64) -> Told<'s, DraftChange>;

    /// Drops a draft, if it is this person's in this server and still there.
    fn drop_draft(&self, server: ServerId, owner: NonZeroU64, id: DraftId) -> Told<'_, ()>;

    /// The settings of all servers that have any.
    fn settings(&self) -> Told<'_, Vec<(ServerId, Settings)>>;

    /// Keeps the settings of a server in place of those before.
    fn set_settings<'s>(&'s self, server: ServerId, settings: &'s Settings, by: NonZeroU64, at: u64) -> Told<'s, ()>;

    /// All that is kept of a person.
    fn about(&self, person: NonZeroU64) -> Told<'_, Value>;

    /// Lets go what is older than it may be at a time, in seconds since 1970: the words of people after `keep`, drafts after a week.
    fn clear(&self, now: u64, keep: Duration) -> Told<'_, Cleared>;

    /// Forgets who a person is: what only they asked and their drafts go, what they did stays without their name. Backups made before still
    /// have it, and bring it back.
    fn forget(&self, person: NonZeroU64) -> Told<'_, Forgotten>;
}
