//! The tables, as Markdown; they are printed as they come.

use std::fmt::Write;
use std::fs;
use std::time::Duration;

use crate::engine::Engine;
use crate::measure::{Line, Outcome, percentile};
use crate::ours::Whole;
use crate::set::SetLine;

/// All tables so far.
pub(crate) struct Report(String);

const HEAD: &str = "\
| engine | clean, p50 | p99 | misspelt, p50 | p99 | × ours | right, clean | misspelt | asked | facts/s built | bytes a fact | an edit |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |";

impl Report {
    /// Under a line that says where and when it was measured.
    pub(crate) fn new(date: Option<&str>) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let when = date.map_or_else(String::new, |date| format!(", on {date}"));
        let mut report = Self(String::new());
        report.say(&format!("Measured on {}, {cores} core{}{when}. Times in microseconds.", machine(), if cores == 1 { "" } else { "s" }));
        report
    }

    /// The table of one size.
    pub(crate) fn size(&mut self, facts: usize, lines: &[Line]) {
        self.say(&format!("\n### {} facts\n\n{HEAD}", grouped(facts)));
        let ours = lines.iter().find(|line| line.engine == Whole::NAME).map(both);
        for line in lines {
            let times = both(line);
            let ratio = ours.map_or_else(none, |ours| format!("{:.2}", times.as_secs_f64() / ours.as_secs_f64().max(1e-9)));
            let rate = line.built.as_ref().map(|built| to_f64(facts) / built.time.as_secs_f64().max(1e-9));
            let bytes = line.built.as_ref().and_then(|built| built.bytes).map(|bytes| to_f64(bytes) / to_f64(facts.max(1)));
            let cells = [
                micros(percentile(&line.clean.times, 50)),
                micros(percentile(&line.clean.times, 99)),
                micros(percentile(&line.misspelt.times, 50)),
                micros(percentile(&line.misspelt.times, 99)),
                ratio,
                share(&line.clean),
                share(&line.misspelt),
                (line.clean.times.len() + line.misspelt.times.len()).to_string(),
                rate.map_or_else(none, whole),
                bytes.map_or_else(none, whole),
                line.edit.map_or_else(none, micros),
            ];
            self.say(&format!("| {} | {} |", line.engine, cells.join(" | ")));
        }
    }

    /// The table of sets.
    pub(crate) fn sets(&mut self, lines: impl Iterator<Item = SetLine>) {
        self.say("\n### Questions that people wrote\n\n| set | facts | engine | asked | right, clean | with typos |\n| --- | --- | --- | --- | --- | --- |");
        for line in lines {
            let asked = line.clean.times.len() + line.typo.times.len();
            let (clean, typo) = (share(&line.clean), share(&line.typo));
            self.say(&format!("| {} | {} | {} | {asked} | {clean} | {typo} |", line.set, grouped(line.facts), line.engine));
        }
    }

    pub(crate) fn text(&self) -> &str {
        &self.0
    }

    fn say(&mut self, line: &str) {
        println!("{line}");
        let _ = writeln!(self.0, "{line}");
    }
}

/// The median over all questions.
fn both(line: &Line) -> Duration {
    let mut times: Vec<Duration> = line.clean.times.iter().chain(&line.misspelt.times).copied().collect();
    times.sort_unstable();
    percentile(&times, 50)
}

fn none() -> String {
    "–".to_owned()
}

fn micros(time: Duration) -> String {
    let micros = time.as_secs_f64() * 1e6;
    if micros < 10.0 { format!("{micros:.1}") } else { whole(micros) }
}

fn share(outcome: &Outcome) -> String {
    format!("{:.3}", to_f64(outcome.right) / to_f64(outcome.times.len().max(1)))
}

#[expect(clippy::cast_precision_loss, reason = "counts of facts and bytes, to be rounded")]
fn to_f64(count: usize) -> f64 {
    count as f64
}

/// A number without its fraction, in groups of three digits.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "what is measured is neither negative nor past 64 bits")]
fn whole(number: f64) -> String {
    grouped(number.round() as usize)
}

/// A number in groups of three digits.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// What the system calls the processor.
fn machine() -> String {
    let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = text.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':').map(|(_, name)| name.trim().to_owned()));
    model.unwrap_or_else(|| format!("a machine that does not tell its name ({})", std::env::consts::ARCH))
}
