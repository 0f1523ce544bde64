//! `sanad eval` and `sanad fit`.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::ValueEnum;

use super::open::{Settings, model};
use crate::answer::candidates::Scratch;
use crate::answer::model::Model;
use crate::answer::{Answer, Context, Outcome, answer};
use crate::base::Origin;
use crate::fit::{self, Example};
use crate::judge::{Case, Verdict, cases};
use crate::knowledge::Knowledge;

/// Which questions of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Part {
    /// The two thirds that weights are fitted on.
    Tune,
    /// The third kept aside.
    Held,
}

/// What must be reached.
#[derive(Debug, Clone, Copy)]
pub(super) struct Floor {
    /// Per cent right at least.
    pub min_right: Option<f64>,
    /// Per cent wrong at most.
    pub max_wrong: Option<f64>,
}

/// Verdicts counted.
#[derive(Debug, Default, Clone, Copy)]
struct Tally {
    right: usize,
    wrong: usize,
    near: usize,
    missed: usize,
}

impl Tally {
    fn add(&mut self, verdict: Verdict) {
        *match verdict {
            Verdict::Right => &mut self.right,
            Verdict::Wrong => &mut self.wrong,
            Verdict::Near => &mut self.near,
            Verdict::Missed => &mut self.missed,
        } += 1;
    }

    fn all(self) -> usize {
        self.right + self.wrong + self.near + self.missed
    }

    #[expect(clippy::cast_precision_loss, reason = "counts of questions")]
    fn percent(self, count: usize) -> f64 {
        100.0 * count as f64 / self.all().max(1) as f64
    }

    fn line(self, name: &str) -> String {
        let [right, wrong, near, missed] = [self.right, self.wrong, self.near, self.missed].map(|n| self.percent(n));
        format!("{name:20}{:5}{right:8.1}%{wrong:8.1}%{near:8.1}%{missed:8.1}%", self.all())
    }
}

/// Runs question files and prints the table.
pub(super) fn evaluate(
    knowledge: &Knowledge,
    files: &[PathBuf],
    part: Option<Part>,
    failures: usize,
    floor: Floor,
) -> anyhow::Result<ExitCode> {
    let mut styles: BTreeMap<String, Tally> = BTreeMap::new();
    let mut all = Tally::default();
    let mut sure: Vec<(f32, bool)> = Vec::new();
    let mut failed: Vec<String> = Vec::new();
    let mut scratch = Scratch::default();
    for case in read(knowledge, files)?.into_iter().filter(|c| is_in(c, part)) {
        let found = answer(knowledge, &case.question, &Context::default(), &mut scratch);
        let verdict = case.judge(knowledge, &found);
        styles.entry(case.style.clone()).or_default().add(verdict);
        all.add(verdict);
        if found.outcome == Outcome::Answer {
            sure.push((found.confidence, verdict == Verdict::Right));
        }
        if verdict != Verdict::Right && failed.len() < failures {
            failed.push(failure(knowledge, &case, verdict, &found));
        }
    }
    let mut out = io::stdout().lock();
    writeln!(out, "{:20}{:>5}{:>9}{:>9}{:>9}{:>9}", "style", "n", "right", "wrong", "near", "missed")?;
    for (style, tally) in &styles {
        writeln!(out, "{}", tally.line(style))?;
    }
    writeln!(out, "{}", all.line("ALL"))?;
    for (low, high) in [(0.0, 0.7), (0.7, 0.8), (0.8, 0.9), (0.9, 1.01)] {
        let mut tally = Tally::default();
        for (_, right) in sure.iter().filter(|(confidence, _)| (low..high).contains(confidence)) {
            tally.add(if *right { Verdict::Right } else { Verdict::Wrong });
        }
        if tally.all() > 0 {
            writeln!(
                out,
                "answers of confidence {low:.2}-{:.2}: {:4}, right {:.1}%",
                high.min(1.0),
                tally.all(),
                tally.percent(tally.right)
            )?;
        }
    }
    for line in failed {
        writeln!(out, "{line}")?;
    }
    let missed_floor =
        floor.min_right.is_some_and(|min| all.percent(all.right) < min) || floor.max_wrong.is_some_and(|max| all.percent(all.wrong) > max);
    if missed_floor {
        writeln!(
            out,
            "below the floor: right must be at least {:?} %, wrong at most {:?} %",
            floor.min_right.unwrap_or(0.0),
            floor.max_wrong.unwrap_or(100.0)
        )?;
    }
    Ok(ExitCode::from(u8::from(missed_floor)))
}

fn is_in(case: &Case, part: Option<Part>) -> bool {
    match part {
        None => true,
        Some(Part::Held) => case.is_held_out(),
        Some(Part::Tune) => !case.is_held_out(),
    }
}

fn read(knowledge: &Knowledge, files: &[PathBuf]) -> anyhow::Result<Vec<Case>> {
    let mut all = Vec::new();
    for file in files {
        let text = fs::read_to_string(file).with_context(|| format!("cannot read {}; check the path", file.display()))?;
        all.extend(cases(knowledge, &text).with_context(|| file.display().to_string())?);
    }
    Ok(all)
}

fn failure(knowledge: &Knowledge, case: &Case, verdict: Verdict, found: &Answer) -> String {
    let right_at = found.ranked.iter().position(|r| case.is_right(knowledge, found.question.wanted, r.fact));
    let first: Vec<&str> = found.ranked.iter().take(3).map(|r| knowledge.base.fact(r.fact).id.as_str()).collect();
    let place = right_at.map_or("not found".to_owned(), |at| format!("a right one is number {}", at + 1));
    format!("\n{} {verdict:?} at {:.2}: {}\n  first {}; {place}", case.id, found.confidence, case.question, first.join(", "))
}

/// Fits weights and writes them.
pub(super) fn fit(settings: &Settings, files: &[PathBuf], also: &[String], wrong: Option<f64>, out: &Path) -> anyhow::Result<ExitCode> {
    let wrong = wrong.map(|percent| percent / 100.0);
    // Weights that cannot be read are about to be replaced.
    let current = model(&Origin::Folder(PathBuf::from("data")));
    let mut fitted = current.or_else(|_| model(&Origin::Embedded)).unwrap_or_else(|_| Model::unfitted());
    if !files.is_empty() {
        let knowledge = settings.open_unfitted()?;
        let mut learnt = read(&knowledge, files)?;
        learnt.retain(|c| is_in(c, Some(Part::Tune)));
        let examples = fit::examples(&knowledge, &learnt);
        fitted.forms = fit::fit(&[(&knowledge, &examples)], wrong.unwrap_or(fit::WRONG_WITH_FORMS));
        eprintln!("fitted to {} questions over facts with question forms", examples.len());
    }
    let mut others = Vec::new();
    for pair in also {
        let (facts, questions) = pair.split_once('=').with_context(|| format!("`{pair}`: write FACTS=QUESTIONS"))?;
        let knowledge = settings.open_other_unfitted(Path::new(facts))?;
        let questions: Vec<PathBuf> = questions.split(',').map(PathBuf::from).collect();
        let mut learnt = read(&knowledge, &questions)?;
        learnt.retain(|c| is_in(c, Some(Part::Tune)));
        others.push((knowledge, learnt));
    }
    if !others.is_empty() {
        let examples: Vec<(&Knowledge, Vec<Example<'_>>)> = others.iter().map(|(k, cases)| (k, fit::examples(k, cases))).collect();
        let sets: Vec<(&Knowledge, &[Example<'_>])> = examples.iter().map(|(k, e)| (*k, e.as_slice())).collect();
        fitted.plain = fit::fit(&sets, wrong.unwrap_or(fit::WRONG_WITHOUT_FORMS));
        eprintln!("fitted to {} questions over facts without question forms", sets.iter().map(|(_, e)| e.len()).sum::<usize>());
    }
    fs::write(out, fitted.write()).with_context(|| format!("cannot write {}", out.display()))?;
    Ok(ExitCode::SUCCESS)
}
