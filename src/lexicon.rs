//! Words that mean the same, words that carry no subject, words that ask, and names that must not be merged.
//!
//! Read from `words/*.toml`. Synonyms and translations replace a word or phrase by one plain English term, in facts and
//! questions alike, so that "truce", "armistice" and "jang bandi" are one word to the index.

use hashbrown::{HashMap, HashSet};
use toml::de::DeTable;

use crate::base::reader::{Fields, Lines, NamedText, parse};
use crate::fact::Problem;
use crate::text::fold;
use crate::text::stem::EnglishStemmer;
use crate::text::words::words;

/// What a question wants to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Wanted {
    /// A person or body.
    Who,
    /// A date.
    When,
    /// A place.
    Where,
    /// A number.
    HowMany,
    /// A length of time.
    HowLong,
    /// A reason.
    Why,
    /// A way or a judgement.
    How,
    /// One of several.
    Which,
    /// A thing, an event, a statement.
    What,
    /// Yes or no.
    YesNo,
    /// It does not say: keywords, or a statement.
    Anything,
}

impl Wanted {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 11] = [
        Self::Who,
        Self::When,
        Self::Where,
        Self::HowMany,
        Self::HowLong,
        Self::Why,
        Self::How,
        Self::Which,
        Self::What,
        Self::YesNo,
        Self::Anything,
    ];

    /// The word for it in explanations.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Who => "who",
            Self::When => "when",
            Self::Where => "where",
            Self::HowMany => "how many",
            Self::HowLong => "how long",
            Self::Why => "why",
            Self::How => "how",
            Self::Which => "which",
            Self::What => "what",
            Self::YesNo => "yes or no",
            Self::Anything => "not said",
        }
    }
}

/// Phrases by the words they open with.
#[derive(Debug)]
pub struct Phrases<T> {
    by_first: HashMap<Box<str>, Opening<T>>,
    /// Words that stand behind the first of a phrase.
    inner: HashSet<Box<str>>,
}

/// Phrases that open with one word.
#[derive(Debug)]
struct Opening<T> {
    /// What the word stands for alone.
    alone: Option<T>,
    /// The words behind it, joined by a space. They are few: comparing them is cheaper than a key made of each run of words that may be one.
    longer: Vec<(Box<str>, T)>,
}

impl<T> Default for Phrases<T> {
    fn default() -> Self {
        Self { by_first: HashMap::new(), inner: HashSet::new() }
    }
}

impl<T> Phrases<T> {
    /// Adds a phrase; an earlier one of the same words stays.
    pub fn add(&mut self, words: &[String], value: T) {
        let Some((first, behind)) = words.split_first() else { return };
        let opening = self.by_first.entry_ref(first.as_str()).or_insert_with(|| Opening { alone: None, longer: Vec::new() });
        if behind.is_empty() {
            opening.alone.get_or_insert(value);
            return;
        }
        self.inner.extend(behind.iter().map(|w| Box::from(w.as_str())));
        let joined = behind.join(" ");
        if opening.longer.iter().all(|(known, _)| **known != *joined) {
            opening.longer.push((joined.into(), value));
        }
    }

    /// The longest phrase that `words` open with, and how many of them it takes.
    pub fn longest_at<S: AsRef<str>>(&self, words: &[S]) -> Option<(&T, usize)> {
        self.longest_of(words.iter().map(AsRef::as_ref))
    }

    /// The same, of words that do not lie side by side.
    pub fn longest_of<'w>(&self, mut words: impl Iterator<Item = &'w str> + Clone) -> Option<(&T, usize)> {
        let opening = self.by_first.get(words.next()?)?;
        let longer = opening.longer.iter().filter_map(|(behind, value)| Some((value, 1 + words_of(behind, words.clone())?)));
        longer.max_by_key(|(_, used)| *used).or_else(|| Some((opening.alone.as_ref()?, 1)))
    }

    /// What stands for one word alone.
    pub fn alone(&self, word: &str) -> Option<&T> {
        self.by_first.get(word)?.alone.as_ref()
    }

    /// Whether any phrase opens with a word.
    pub fn opens(&self, word: &str) -> bool {
        self.by_first.contains_key(word)
    }

    /// Whether a word, or the first of several that it was respelt as, stands in any phrase behind the first: without one, a phrase ends.
    pub fn continues(&self, word: &str) -> bool {
        self.inner.contains(word.split(' ').next().unwrap_or(word))
    }

    /// Every word of every phrase, once or more often.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.by_first.keys().chain(&self.inner).map(AsRef::as_ref)
    }
}

/// How many of `words` make up the words of `joined`, if they open with them. A word may have been respelt as several ("noorwali").
fn words_of<'w>(joined: &str, words: impl Iterator<Item = &'w str>) -> Option<usize> {
    let mut rest = joined;
    for (used, word) in (1..).zip(words) {
        rest = rest.strip_prefix(word)?;
        if rest.is_empty() {
            return Some(used);
        }
        rest = rest.strip_prefix(' ')?;
    }
    None
}

/// All word lists.
#[derive(Debug, Default)]
pub struct Lexicon {
    /// English words as written, folded, to the plain term.
    pub english: Phrases<Box<str>>,
    /// English words, stemmed, to the plain term; stems that two terms would claim are left out.
    pub english_stems: Phrases<Box<str>>,
    /// The English words of the lists as written, folded: what a slip may be a slip of.
    pub spellings: HashSet<Box<str>>,
    /// Roman Urdu words, folded, to the plain English term.
    pub roman: Phrases<Box<str>>,
    /// Words in Urdu script, folded, to the plain English term.
    pub urdu: Phrases<Box<str>>,
    /// English words that carry no subject, folded.
    pub stop: HashSet<Box<str>>,
    /// The same in Roman Urdu.
    pub roman_stop: HashSet<Box<str>>,
    /// The same in Urdu script.
    pub urdu_stop: HashSet<Box<str>>,
    /// English phrases that ask.
    pub asks: Phrases<Wanted>,
    /// Roman Urdu and Urdu phrases that ask.
    pub urdu_asks: Phrases<Wanted>,
    /// Phrases that ask how things stand now, in any script.
    pub state: Phrases<()>,
    /// Words that deny, in any script.
    pub negations: HashSet<Box<str>>,
    /// Words of respect before names.
    pub honorifics: HashSet<Box<str>>,
    /// Small words inside names.
    pub joiners: HashSet<Box<str>>,
    /// Words that are never slips of others.
    pub protected: HashSet<Box<str>>,
    /// Pairs that are never one, each both ways round.
    pub twins: HashSet<(Box<str>, Box<str>)>,
    /// Plain terms that turn what is said of a thing: a truce that ended is not one that began.
    pub turns: HashSet<Box<str>>,
    /// Whether words that ask are words of the subject too, as where nothing is left out.
    pub asks_are_terms: bool,
}

impl Lexicon {
    /// Reads the files of a `words` folder, each told by its name.
    pub fn read(files: &[NamedText], problems: &mut Vec<Problem>) -> Self {
        let mut lexicon = Self::default();
        let stemmer = EnglishStemmer::default();
        for file in files {
            let lines = Lines::of(file);
            let document = parse(file, &lines, problems);
            let table: &DeTable<'_> = document.get_ref();
            let stem = file.name.rsplit(['/', '\\']).next().unwrap_or(&file.name).split('.').next().unwrap_or_default();
            let mut root = Fields::of(table, &lines, 1);
            match stem {
                "synonyms" => lexicon.read_synonyms(&mut root, &stemmer, problems),
                "urdu" => lexicon.read_urdu(&mut root, problems),
                "function" => lexicon.read_function(&mut root, problems),
                "urdu-function" => lexicon.read_urdu_function(&mut root, problems),
                "names" => lexicon.read_names(&mut root, problems),
                _ => problems.push(Problem::error(
                    &root.place(),
                    stem,
                    "unknown word list; known are synonyms, urdu, function, urdu-function and names",
                )),
            }
            root.finish(problems);
        }
        lexicon
    }

    fn read_synonyms(&mut self, root: &mut Fields<'_, '_>, stemmer: &EnglishStemmer, problems: &mut Vec<Problem>) {
        let mut owners: HashMap<String, String> = HashMap::new();
        let mut by_stem: HashMap<Vec<String>, Vec<(Vec<String>, String)>> = HashMap::new();
        for mut group in root.tables("group", problems) {
            let place = group.place();
            let term = group.required("term", problems);
            let members = group.list("words", problems);
            group.finish(problems);
            for member in std::iter::once(&term).chain(&members) {
                let key = folded(member);
                match owners.insert(key.join(" "), term.clone()) {
                    Some(owner) if owner != term => {
                        problems.push(Problem::error(
                            &place,
                            "words",
                            format!("`{member}` stands under `{owner}` already; a word may have one meaning only"),
                        ));
                    }
                    _ => {}
                }
                let stems = key.iter().map(|w| stemmer.stem(w).into_owned()).collect();
                self.spellings.extend(key.iter().map(|w| Box::from(w.as_str())));
                self.english.add(&key, term.as_str().into());
                by_stem.entry(stems).or_default().push((key, term.clone()));
            }
        }
        for (stems, members) in by_stem {
            // "attacks" belongs to "attack", not to "attacker", though all three share a stem.
            let one = members.iter().all(|(_, term)| Some(term) == members.first().map(|(_, t)| t));
            let owner = if one { members.first() } else { members.iter().find(|(key, _)| *key == stems) };
            if let Some((_, term)) = owner {
                self.english_stems.add(&stems, term.as_str().into());
            }
        }
    }

    fn read_urdu(&mut self, root: &mut Fields<'_, '_>, problems: &mut Vec<Problem>) {
        for mut entry in root.tables("word", problems) {
            let means = entry.required("means", problems);
            for roman in entry.list("roman", problems) {
                self.roman.add(&folded(&roman), means.as_str().into());
            }
            for urdu in entry.list("urdu", problems) {
                self.urdu.add(&folded(&urdu), means.as_str().into());
            }
            entry.finish(problems);
        }
    }

    fn read_function(&mut self, root: &mut Fields<'_, '_>, problems: &mut Vec<Problem>) {
        fill(&mut self.stop, root.list("stop", problems));
        fill(&mut self.negations, root.list("negation", problems));
        fill(&mut self.turns, root.list("turn", problems));
        add_phrases(&mut self.state, &root.list("state", problems));
        read_asks(root, "question", &mut self.asks, problems);
    }

    fn read_urdu_function(&mut self, root: &mut Fields<'_, '_>, problems: &mut Vec<Problem>) {
        fill(&mut self.roman_stop, root.list("roman_stop", problems));
        fill(&mut self.urdu_stop, root.list("urdu_stop", problems));
        fill(&mut self.negations, root.list("roman_negation", problems));
        fill(&mut self.negations, root.list("urdu_negation", problems));
        add_phrases(&mut self.state, &root.list("roman_state", problems));
        add_phrases(&mut self.state, &root.list("urdu_state", problems));
        read_asks(root, "roman_question", &mut self.urdu_asks, problems);
        read_asks(root, "urdu_question", &mut self.urdu_asks, problems);
    }

    fn read_names(&mut self, root: &mut Fields<'_, '_>, problems: &mut Vec<Problem>) {
        fill(&mut self.honorifics, root.list("honorifics", problems));
        fill(&mut self.joiners, root.list("joiners", problems));
        fill(&mut self.protected, root.list("protected", problems));
        for (place, pair) in root.lists("twins", problems) {
            let [a, b] = pair.as_slice() else {
                problems.push(Problem::error(&place, "twins", "a pair of twins is two names: [\"khalid\", \"khalil\"]"));
                continue;
            };
            let (a, b): (Box<str>, Box<str>) = (fold(a).into(), fold(b).into());
            self.twins.insert((b.clone(), a.clone()));
            self.twins.insert((a, b));
        }
    }

    /// Leaves out all that is made for one subject: synonyms, translations and stop words. What is common in a foreign collection is told by
    /// its own counts, and "get", empty talk in one, may be the point in another.
    #[must_use]
    pub fn for_any_subject(self) -> Self {
        Self {
            asks: self.asks,
            urdu_asks: self.urdu_asks,
            honorifics: self.honorifics,
            joiners: self.joiners,
            protected: self.protected,
            twins: self.twins,
            asks_are_terms: true,
            ..Self::default()
        }
    }

    /// Whether two folded words are on the list of those never merged.
    pub fn are_twins(&self, a: &str, b: &str) -> bool {
        // The set is small; building a key of two boxes is cheaper than a second table.
        self.twins.contains(&(Box::from(a), Box::from(b)))
    }
}

fn folded(phrase: &str) -> Vec<String> {
    words(phrase).into_iter().map(|w| w.text.into_owned()).collect()
}

fn fill(set: &mut HashSet<Box<str>>, entries: Vec<String>) {
    for entry in entries {
        // Phrases of function words are met word by word.
        if let [word] = folded(&entry).as_slice() {
            set.insert(word.as_str().into());
        }
    }
}

fn add_phrases(phrases: &mut Phrases<()>, texts: &[String]) {
    for text in texts {
        let folded: Vec<String> = words(text).into_iter().map(|w| w.text.into_owned()).collect();
        phrases.add(&folded, ());
    }
}

fn read_asks(root: &mut Fields<'_, '_>, name: &'static str, into: &mut Phrases<Wanted>, problems: &mut Vec<Problem>) {
    let Some(mut table) = root.table(name, problems) else {
        return;
    };
    for (field, wanted) in [
        ("who", Wanted::Who),
        ("when", Wanted::When),
        ("where", Wanted::Where),
        ("how_many", Wanted::HowMany),
        ("how_long", Wanted::HowLong),
        ("why", Wanted::Why),
        ("how", Wanted::How),
        ("which", Wanted::Which),
        ("what", Wanted::What),
    ] {
        for phrase in table.list(field, problems) {
            into.add(&folded(&phrase), wanted);
        }
    }
    table.finish(problems);
}
