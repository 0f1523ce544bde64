//! What is so of a server alone: who may do what, how it is told from others, and that it may be gone for a while.

use std::env;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sqlx::{Connection, PgConnection};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};

use super::ground::Database;
use super::*;
use crate::curation::review::{Decision, Post, Proposal, Settings, SuggestionId, Verdict};
use crate::store::{AskedInVain, DraftChange, Leased, Pick, Renewed, Schema, Strange, now};

#[tokio::test]
async fn a_change_is_told_at_once() {
    let Some(ground) = Ground::server().await else { return };
    let (one, other) = (ground.open().await, ground.open().await);
    let Some(mut ear) = one.watch().0 else { panic!("nothing listens") };
    let long = Duration::from_secs(3_600);
    ear.heard(long).await;
    save(&other, HERE, &revision("a", 1, "one")).await;
    // Done because something was heard: the hour is not over.
    ear.heard(long).await;
    assert_eq!(one.heads().await.unwrap().heads.len(), 1);
    // What was refused or changes no fact is not told.
    other.health().await.unwrap();
    assert!(tokio::time::timeout(Duration::from_millis(50), ear.heard(long)).await.is_err());
}

#[tokio::test]
async fn what_is_newer_or_another_s_is_refused_and_left_as_it_is() {
    let Some(ground) = Ground::server().await else { return };
    assert!(Store::open_existing(&ground.at()).await.unwrap().is_none(), "who only reads makes nothing");
    ground.open().await.close().await;
    let mut raw = ground.raw().await;
    raw.run("INSERT INTO _sqlx_migrations VALUES (9999, 'later', now(), true, '', 0)").await.unwrap();
    let error = Store::open(&ground.at()).await.unwrap_err();
    assert!(matches!(error, StoreError::Newer { theirs: Schema(9999), ours: Schema::NEWEST, .. }), "{error}");
    is_one_sentence(&error, &ground.at().place());
    raw.run("DELETE FROM _sqlx_migrations WHERE version = 9999").await.unwrap();
    raw.run("UPDATE _sqlx_migrations SET checksum = '' WHERE version = 2").await.unwrap();
    let error = Store::open(&ground.at()).await.unwrap_err();
    assert!(matches!(error, StoreError::Foreign { what: Strange::OtherBuild(Schema(2)), .. }), "{error}");

    let Some(ground) = Ground::server().await else { return };
    ground.raw().await.run("CREATE TABLE wages (sum BIGINT)").await.unwrap();
    let error = Store::open(&ground.at()).await.unwrap_err();
    assert!(matches!(error, StoreError::Foreign { what: Strange::OtherProgram, .. }), "{error}");
    assert_eq!(ground.raw().await.names("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'").await, ["wages"]);
}

#[tokio::test]
async fn revisions_are_not_emptied_either() {
    let Some(ground) = Ground::server().await else { return };
    save(&ground.open().await, HERE, &revision("a", 1, "one")).await;
    let refused = ground.raw().await.run("TRUNCATE revision CASCADE").await.unwrap_err();
    assert!(refused.contains("a revision is never deleted"), "{refused}");
}

#[tokio::test]
async fn a_character_that_no_text_may_have_is_refused_in_words() {
    let Some(ground) = Ground::server().await else { return };
    let store = ground.open().await;
    let mut with = revision("a", 1, "one");
    with.stamp.reason = "nul\0".to_owned();
    let error = store.append(HERE, &with).await.unwrap_err();
    assert!(matches!(&error, StoreError::Refused { rule, .. } if rule.contains("NUL")), "{error}");
    store.note_unanswered(&[AskedInVain { scope: HERE, text: "why\0?".to_owned(), asker: id(1), at: now() }]).await.unwrap();
    assert_eq!(store.unanswered(HERE, 9).await.unwrap()[0].text, "why?");
}

/// The commands that docs/scaling.md gives for two roles.
fn grants(owner: &str, runtime: &str, database: &str) -> String {
    let guide = include_str!("../../../docs/scaling.md");
    let block = guide.split("```sql\n").find(|block| block.contains("GRANT")).unwrap();
    let block = block.split("```").next().unwrap();
    block.replace("sanad_owner", owner).replace("sanad_bot", runtime).replace("DATABASE sanad", &format!("DATABASE {database}"))
}

#[tokio::test]
async fn the_role_that_the_guide_makes_can_do_all_that_a_bot_does_and_nothing_more() {
    let Some(database) = Database::new().await else { return };
    let (owner, runtime) = (format!("{}_owner", database.name), format!("{}_bot", database.name));
    let ground = Ground::Server(database);
    let Ground::Server(database) = &ground else { return };
    let mut raw = ground.raw().await;
    for role in [&owner, &runtime] {
        raw.run(&format!("CREATE ROLE {role} LOGIN PASSWORD 'p'")).await.unwrap();
    }
    raw.run(&format!("ALTER DATABASE {} OWNER TO {owner}", database.name)).await.unwrap();
    let bot = Location::parse(&database.by(&runtime, "p")).unwrap();
    let early = Store::open(&bot).await.unwrap_err();
    assert!(matches!(early, StoreError::Denied { .. }), "{early}");
    is_one_sentence(&early, &bot.place());
    Store::open(&Location::parse(&database.by(&owner, "p")).unwrap()).await.unwrap().store.close().await;
    raw.run(&grants(&owner, &runtime, &database.name)).await.unwrap();

    let store = Store::open(&bot).await.unwrap().store;
    store.health().await.unwrap();
    assert_eq!(store.report().await.unwrap().problems, []);
    save(&store, HERE, &revision("a", 1, "one")).await;
    store.append_all(HERE, &[revision("b", 1, "two")]).await.unwrap();
    assert_eq!(store.heads().await.unwrap().heads.len(), 2);
    store.watch().changed().await;
    let made = store.suggest(HERE, &Proposal::Wrong { fact: fact("a"), question: None }, Some(id(42)), 1, None).await.unwrap();
    store.posted(made.id, Post { channel: id(1), message: id(2) }).await.unwrap();
    let rejected = Decision { verdict: Verdict::Rejected, by: Some(id(42)), at: 3, reason: String::new() };
    store.decide(HERE, made.id, &rejected, None, None).await.unwrap();
    let by_another = store.suggest(HERE, &Proposal::Wrong { fact: fact("a"), question: None }, Some(id(43)), 1, None).await.unwrap();
    store.decide(HERE, by_another.id, &rejected, None, None).await.unwrap();
    assert_eq!(store.untold().await.unwrap().len(), 1);
    assert!(store.still_untold(by_another.id).await.unwrap().is_some());
    store.outcome_told(by_another.id).await.unwrap();
    assert_eq!(store.waiting(HERE, None, 1).await.unwrap().total, 0);
    store.suggestion(HERE, SuggestionId(1)).await.unwrap().unwrap();
    let draft = store.keep_draft(server(7), id(42), "begun", now()).await.unwrap();
    assert_eq!(store.change_draft(server(7), id(42), draft, "more", now()).await.unwrap(), DraftChange::Changed);
    store.set_settings(server(7), &Settings::default(), id(42), 1).await.unwrap();
    store.note_unanswered(&[AskedInVain { scope: HERE, text: "why?".to_owned(), asker: id(1), at: now() }]).await.unwrap();
    store.note_picks(&[Pick { server: server(7), words: "talks".to_owned(), fact: fact("a"), picker: id(1), at: now() }]).await.unwrap();
    assert_eq!(store.settle_unanswered(HERE, &["why?".to_owned()]).await.unwrap(), 1);
    assert_eq!(store.picked_often(1).await.unwrap().len(), 1);
    assert_eq!(store.lease("shard", "one", Duration::from_secs(60)).await.unwrap(), Leased::Mine);
    assert_eq!(store.renew("shard", "one", Duration::from_secs(60)).await.unwrap(), Renewed::Held);
    assert_eq!(store.leases("shard").await.unwrap().len(), 1);
    store.release("shard", "one").await.unwrap();
    store.suggest(HERE, &Proposal::Words { fact: fact("a"), words: "who?".to_owned(), times: 3 }, None, 1, None).await.unwrap();
    let wrong = Proposal::Wrong { fact: fact("a"), question: Some("why?".to_owned()) };
    store.suggest(HERE, &wrong, None, 1, None).await.unwrap();
    let cleared = store.clear(9, Duration::from_secs(5)).await.unwrap();
    assert_eq!((cleared.reported, cleared.words), (1, 1));
    let gone = store.forget(id(42)).await.unwrap();
    assert_eq!((gone.drafts, gone.suggestions, gone.decisions, gone.revisions, gone.settings), (1, 1, 2, 2, 1));

    let mut bot = PgConnection::connect(&database.by(&runtime, "p")).await.unwrap();
    for sql in [
        "DELETE FROM revision",
        "TRUNCATE revision",
        "UPDATE revision SET reason = 'other'",
        "UPDATE revision SET after_record = '{}'",
        "DELETE FROM head",
        "TRUNCATE suggestion",
        "UPDATE salt SET one = 1",
        "DELETE FROM salt",
        "DELETE FROM setting",
        "UPDATE epoch SET epoch = 9",
        "INSERT INTO copying (one, since) VALUES (1, 1)",
        "DROP TABLE draft",
        "ALTER TABLE revision DISABLE TRIGGER ALL",
        "CREATE TABLE other (one BIGINT)",
        "CREATE TEMP TABLE other (one BIGINT)",
        "UPDATE _sqlx_migrations SET success = false",
    ] {
        let refused = sqlx::raw_sql(sql).execute(&mut bot).await.unwrap_err().to_string();
        assert!(refused.contains("permission denied") || refused.contains("must be owner"), "{sql}: {refused}");
    }
    let kept = sqlx::raw_sql("DELETE FROM suggestion").execute(&mut bot).await.unwrap_err().to_string();
    assert!(kept.contains("only words that nobody took"), "{kept}");
    let folder = Folder::new();
    store.backup(&folder.file("backup.db")).await.unwrap();
    store.close().await;
    bot.close().await.unwrap();
    raw.run(&format!("DROP OWNED BY {runtime}; DROP ROLE {runtime}")).await.unwrap();
    raw.run(&format!("REASSIGN OWNED BY {owner} TO CURRENT_USER; DROP ROLE {owner}")).await.unwrap();
}

#[tokio::test]
async fn a_wrong_password_is_said_without_it() {
    let Some(database) = Database::new().await else { return };
    let at = Location::parse(&database.by("nobody", "hunter2")).unwrap();
    let error = Store::open(&at).await.unwrap_err();
    assert!(matches!(error, StoreError::Denied { .. }), "{error}");
    is_one_sentence(&error, &at.place());
    assert!(!format!("{error} {error:?} {at:?}").contains("hunter2"));
}

#[tokio::test]
async fn a_server_is_known_by_its_certificate_where_the_address_asks_for_it() {
    let (Some(database), Ok(certificate)) = (Database::new().await, env::var("SANAD_TEST_POSTGRES_CA")) else { return };
    let with = |options: &str| Location::parse(&format!("{}?{options}", database.url)).unwrap();
    let store = Store::open(&with(&format!("sslmode=verify-full&sslrootcert={certificate}"))).await.unwrap().store;
    save(&store, HERE, &revision("a", 1, "one")).await;
    let ciphers = "SELECT version FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
         WHERE application_name = 'sanad' AND ssl AND datname = current_database()";
    let mut connection = PgConnection::connect(&database.url).await.unwrap();
    let tls: Vec<String> = sqlx::query_scalar(ciphers).fetch_all(&mut connection).await.unwrap();
    assert!(!tls.is_empty() && tls.iter().all(|version| version.starts_with("TLSv1.")), "{tls:?}");
    let unknown = Location::parse(&format!("{}?sslmode=verify-full", database.url)).unwrap();
    let error = Store::open(&unknown).await.unwrap_err();
    assert!(matches!(error, StoreError::Unreachable { .. }), "{error}");
    is_one_sentence(&error, &unknown.place());
}

/// Something between a store and its server that can be cut.
struct Wire {
    url: String,
    cut: Arc<AtomicBool>,
    /// Held by every connection that goes through it.
    through: Arc<()>,
}

impl Wire {
    async fn to(url: &str) -> Self {
        let mut url = url::Url::parse(url).unwrap();
        let server = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        url.set_port(Some(listener.local_addr().unwrap().port())).unwrap();
        let cut = Arc::new(AtomicBool::new(false));
        let through = Arc::new(());
        let (is_cut, held) = (Arc::clone(&cut), Arc::downgrade(&through));
        tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                let (server, is_cut, held) = (server.clone(), Arc::clone(&is_cut), held.upgrade());
                tokio::spawn(async move {
                    if is_cut.load(Ordering::Relaxed) {
                        return;
                    }
                    let Ok(mut server) = TcpStream::connect(server).await else { return };
                    let until_cut = async {
                        while !is_cut.load(Ordering::Relaxed) {
                            tokio::time::sleep(Duration::from_millis(5)).await;
                        }
                    };
                    tokio::select! {
                        _ = copy_bidirectional(&mut client, &mut server) => {}
                        () = until_cut => {}
                    }
                    drop(held);
                });
            }
        });
        Self { url: url.into(), cut, through }
    }

    /// Cuts it. When this is done, nothing goes through any more: a commit on its way would count though its answer is lost.
    async fn cut(&self) {
        self.cut.store(true, Ordering::Relaxed);
        while Arc::strong_count(&self.through) > 1 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    fn mend(&self) {
        self.cut.store(false, Ordering::Relaxed);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_was_gone_is_found_again() {
    let Some(database) = Database::new().await else { return };
    let wire = Wire::to(&database.url).await;
    let at = Location::parse(&wire.url).unwrap();
    let store = Store::open(&at).await.unwrap().store;
    let mut watch = store.watch();
    watch.changed().await;
    save(&store, HERE, &revision("a", 1, "one")).await;
    wire.cut().await;
    for _ in 0..2 {
        let error = store.append(HERE, &revision("a", 2, "lost")).await.unwrap_err();
        assert!(matches!(error, StoreError::Unreachable { .. }), "{error}");
        is_one_sentence(&error, &at.place());
        watch.changed().await;
    }
    assert!(Store::open(&at).await.is_err());
    wire.mend();
    save(&store, HERE, &revision("a", 2, "two")).await;
    watch.changed().await;
    assert_eq!(store.history(HERE, &fact("a")).await.unwrap(), [revision("a", 1, "one"), revision("a", 2, "two")]);
}
