//! The way to Discord's own address: through a proxy (`HTTPS_PROXY`) that has a certificate of its own (`DISCORD_CA_FILE`), with serenity's
//! rate limiter on. Here the proxy leads to the stand-in instead of Discord. Only the API goes through it: the gateway connects directly.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;

use crate::bot::{ALSO_ANSWERED, ANSWERED, ITS_ANSWER};
use crate::stand_in::{Discord, Fault, Options};

/// A proxy that reads along.
struct Proxy {
    port: u16,
    /// How many ways were opened to Discord's address.
    opened: Arc<AtomicUsize>,
    /// The certificate that must be trusted, in PEM form.
    certificate: String,
}

impl Proxy {
    async fn start(to: &Discord) -> Self {
        let authority_key = KeyPair::generate().unwrap();
        let mut authority = CertificateParams::new(Vec::new()).unwrap();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = authority.self_signed(&authority_key).unwrap();
        let key = KeyPair::generate().unwrap();
        let of_discord =
            CertificateParams::new(vec!["discord.com".to_owned()]).unwrap().signed_by(&key, &authority, &authority_key).unwrap();
        let config = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![of_discord.der().clone()], PrivatePkcs8KeyDer::from(key.serialize_der()).into())
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let opened = Arc::new(AtomicUsize::new(0));
        let target = to.url().rsplit(':').next().unwrap().parse::<u16>().unwrap();
        let count = Arc::clone(&opened);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, count) = (acceptor.clone(), Arc::clone(&count));
                tokio::spawn(async move { lead_on(stream, &acceptor, target, &count).await });
            }
        });
        Self { port, opened, certificate: authority.pem() }
    }
}

/// Takes one way to Discord to the stand-in.
async fn lead_on(mut stream: TcpStream, acceptor: &TlsAcceptor, target: u16, opened: &AtomicUsize) -> Option<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    assert!(head.starts_with(b"CONNECT discord.com:443 "), "{}", String::from_utf8_lossy(&head));
    stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await.ok()?;
    opened.fetch_add(1, Ordering::Relaxed);
    let mut from = acceptor.accept(stream).await.ok()?;
    let mut to = TcpStream::connect(("127.0.0.1", target)).await.ok()?;
    copy_bidirectional(&mut from, &mut to).await.ok()?;
    Some(())
}

fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("proxied-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn run(discord: &Discord, proxy: &Proxy, folder: &Path, certificate: Option<&Path>) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sanad"));
    command
        .arg("run")
        .current_dir(folder)
        .env("DISCORD_TOKEN", discord.token())
        .env("HTTPS_PROXY", format!("http://127.0.0.1:{}", proxy.port));
    for other in ["SANAD_CONFIG", "DISCORD_API_URL", "DATABASE_URL", "NO_PROXY", "no_proxy", "DISCORD_CA_FILE"] {
        command.env_remove(other);
    }
    if let Some(certificate) = certificate {
        command.env("DISCORD_CA_FILE", certificate);
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true).spawn().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn through_a_proxy_that_is_trusted_it_answers_and_waits_where_it_is_told_to() {
    let discord = Discord::start(Options::default()).await;
    let proxy = Proxy::start(&discord).await;
    let folder = folder("trusted");
    let certificate = folder.join("ca.pem");
    std::fs::write(&certificate, &proxy.certificate).unwrap();
    let mut bot = run(&discord, &proxy, &folder, Some(&certificate));
    let (anna, channel) = (discord.user("anna"), discord.guild().general());
    let answer = discord.reply_to(&discord.mention(&anna, &channel, ANSWERED).await).await;
    assert!(answer.description().contains(ITS_ANSWER));
    discord.fail("POST /channels/*/messages", 1, Fault::Limited { after: Duration::from_millis(400), global: false });
    let asked = discord.mention(&anna, &channel, ALSO_ANSWERED).await;
    assert!(discord.reply_to(&asked).await.description().contains("**Sources**"), "answered once the limit is over");
    discord.fail("POST /channels/*/messages", 1, Fault::Status(502));
    let third = discord.mention(&anna, &channel, "who is Noor Wali Mehsud?").await;
    discord.reply_to(&third).await;
    assert_eq!(discord.replies_to(&third).len(), 1);
    assert!(proxy.opened.load(Ordering::Relaxed) > 0, "the API is spoken to through the proxy");
    bot.start_kill().unwrap();
    discord.assert_clean();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proxy_whose_certificate_nobody_vouched_for_is_not_spoken_to() {
    let discord = Discord::start(Options::default()).await;
    let proxy = Proxy::start(&discord).await;
    let bot = run(&discord, &proxy, &folder("strange"), None);
    let output = tokio::time::timeout(Duration::from_secs(40), bot.wait_with_output()).await.expect("it ends in time").unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(75), "{said}");
    assert!(said.contains("cannot reach Discord") && said.contains("HTTPS_PROXY"), "{said}");
    assert!(!said.contains(&discord.token()) && discord.requests().is_empty());
}
