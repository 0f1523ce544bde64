//! What was built of a base, or saved of one that was.

use std::borrow::Cow;

use bytemuck::{Pod, Zeroable};
use self_cell::self_cell;

use super::build::rarity;
use super::days::Days;
use super::over::Numbers;
use super::postings::Postings;
use super::spelling::{Spelling, WordIx};
use super::tables::Tables;
use super::texts::Texts;
use super::{TermIx, WordOrigin, number};
use crate::image::{Image, Tag, Unusable, Writer};
use crate::vectors::Packed;

const TERMS: Tag = Tag::new(*b"terms   ");
const IDF: Tag = Tag::new(*b"idf     ");
const TERM_VECTORS: Tag = Tag::new(*b"termvect");
const ORIGINS: Tag = Tag::new(*b"origins ");
const SCALARS: Tag = Tag::new(*b"scalars ");

/// Where a word is from, in a byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Pod, Zeroable)]
#[repr(transparent)]
pub(super) struct Origin(u8);

impl From<WordOrigin> for Origin {
    fn from(origin: WordOrigin) -> Self {
        Self(origin as u8)
    }
}

impl From<Origin> for WordOrigin {
    fn from(origin: Origin) -> Self {
        match origin.0 {
            0 => Self::Base,
            1 => Self::List,
            _ => Self::Urdu,
        }
    }
}

/// The index of a base. It never changes.
#[derive(Debug)]
pub(super) struct Core<'i> {
    /// Words known to the base and the word lists.
    pub(super) spelling: Spelling<'i>,
    /// For each word of `spelling`, where it is from.
    pub(super) origins: Cow<'i, [Origin]>,
    pub(super) terms: Texts<'i>,
    /// Rarity of each term.
    pub(super) idf: Cow<'i, [f32]>,
    /// A vector for each term, for words one by one.
    pub(super) term_vectors: Cow<'i, [Packed]>,
    pub(super) tables: Tables<'i>,
    pub(super) postings: Postings<'i>,
    pub(super) days: Days<'i>,
    pub(super) scalars: Scalars,
}

/// What there is one of.
#[derive(Debug, Clone, Copy, PartialEq, Pod, Zeroable)]
#[repr(C)]
pub(super) struct Scalars {
    /// Mean length of facts in terms.
    pub(super) average_length: f32,
    /// Rarity of a word that no fact holds.
    pub(super) unknown_idf: f32,
    /// How many facts come with question forms, and how many there are.
    pub(super) formed: u32,
    pub(super) facts: u32,
}

impl<'i> Core<'i> {
    /// The index that was saved in an image.
    pub(super) fn open(image: &'i Image) -> Result<Self, Unusable> {
        let scalars = image.slice(SCALARS)?;
        let [scalars] = scalars else { return Err(Unusable::damaged(format!("its section `{SCALARS}` is not that of one index"))) };
        let core = Self {
            spelling: Spelling::open(image)?,
            origins: image.slice(ORIGINS)?.into(),
            terms: Texts::open(image, TERMS)?,
            idf: image.slice(IDF)?.into(),
            term_vectors: image.slice(TERM_VECTORS)?.into(),
            tables: Tables::open(image)?,
            postings: Postings::open(image)?,
            days: Days::open(image)?,
            scalars: *scalars,
        };
        if core.tables.count() != scalars.facts as usize {
            return Err(Unusable::damaged("its index is not that of its facts"));
        }
        Ok(core)
    }

    /// Gathers what [`Self::open`] reads.
    pub(super) fn save<'w>(&'w self, writer: &mut Writer<'w>) {
        self.spelling.save(writer);
        writer.numbers(ORIGINS, &self.origins);
        self.terms.save(writer, TERMS);
        writer.numbers(IDF, &self.idf);
        writer.numbers(TERM_VECTORS, &self.term_vectors);
        self.tables.save(writer);
        self.postings.save(writer);
        self.days.save(writer);
        writer.bytes(SCALARS, bytemuck::bytes_of(&self.scalars));
    }

    pub(super) fn term(&self, text: &str) -> Option<TermIx> {
        self.terms.find(text).map(TermIx)
    }

    pub(super) fn find_word(&self, word: &str) -> Option<WordIx> {
        self.spelling.find(word)
    }

    pub(super) fn origin(&self, word: WordIx) -> Option<WordOrigin> {
        self.origins.get(word.0 as usize).map(|origin| (*origin).into())
    }

    /// How rare a term of the base is.
    pub(super) fn rarity(&self, term: TermIx) -> f32 {
        self.idf.get(term.0 as usize).copied().unwrap_or_default()
    }

    /// How rare a term is that the base does not know, however many facts above it hold it: as rare as what one fact of the base holds. A
    /// count would have every edit change how those are weighed that it has nothing to do with, and by how many levels they are spread over.
    pub(super) fn new_rarity(&self) -> f32 {
        rarity(1, self.tables.count())
    }

    /// Where numbers go on above.
    pub(super) fn end(&self) -> Numbers {
        Numbers {
            fact: number(self.tables.count()),
            passage: number(self.tables.wants.len()),
            term: self.terms.count(),
            word: number(self.origins.len()),
        }
    }

    /// Bytes taken, texts left out.
    pub(super) fn bytes(&self) -> usize {
        self.tables.bytes()
            + self.postings.bytes()
            + self.days.bytes()
            + self.term_vectors.len() * size_of::<Packed>()
            + self.idf.len() * size_of::<f32>()
            + self.spelling.bytes()
            + self.origins.len() * size_of::<Origin>()
            + self.terms.bytes()
    }
}

self_cell!(
    /// An index that is read where it was saved.
    pub(super) struct Saved {
        owner: Image,
        #[covariant]
        dependent: Core,
    }

    impl {Debug}
);

/// An index in this process's own memory, or in a file that is mapped.
#[derive(Debug)]
pub(super) enum Held {
    Built(Box<Core<'static>>),
    Saved(Saved),
}

impl Held {
    /// The index that was saved in an image.
    pub(super) fn open(image: &Image) -> Result<Self, Unusable> {
        Saved::try_new(image.clone(), |image| Core::open(image)).map(Self::Saved)
    }

    pub(super) fn core(&self) -> &Core<'_> {
        match self {
            Self::Built(core) => core,
            Self::Saved(saved) => saved.borrow_dependent(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Asked, Index, Sums};
    use crate::fact::check;
    use crate::fact::draft::{Draft, FactDraft, SourceDraft};
    use crate::image::{Image, SourceFile, Stamp, Unusable, Writer};
    use crate::lexicon::Lexicon;

    fn base(claims: &[&str]) -> crate::fact::Base {
        let source = SourceDraft { id: "s".to_owned(), title: "Made".to_owned(), ..SourceDraft::default() };
        let fact = |(at, claim): (usize, &&str)| FactDraft {
            id: format!("f{at}"),
            claim: (*claim).to_owned(),
            questions: if at == 0 {
                vec!["what was signed in wana".to_owned(), "which paper did they sign".to_owned()]
            } else {
                Vec::new()
            },
            date: (at == 1).then(|| "2022-06-02".to_owned()),
            sources: vec!["s".to_owned()],
            ..FactDraft::default()
        };
        let draft = Draft { facts: claims.iter().enumerate().map(fact).collect(), sources: vec![source], entities: Vec::new() };
        check::assemble(&draft).unwrap().0
    }

    fn saved(index: &Index) -> Vec<u8> {
        let source = SourceFile { bytes: 0, modified: None, checksum: 0 };
        let mut writer = Writer::new(Stamp { program: "test".to_owned(), words: 0, source });
        index.save(&mut writer);
        let mut bytes = Vec::new();
        writer.write(&mut bytes).unwrap();
        bytes
    }

    const CLAIMS: [&str; 3] =
        ["A paper was signed in Wana on 1 May 2022.", "A truce began in Swat.", "Nothing was signed in Swat for weeks until June."];

    #[test]
    fn what_was_saved_is_what_was_built() {
        let base = base(&CLAIMS);
        let built = Index::build(&base, Lexicon::default(), None);
        let image = Image::of_bytes(&saved(&built)).unwrap();
        let opened = Index::open(&image, &base, Lexicon::default(), None).unwrap();
        assert_eq!(saved(&opened), saved(&built));
        assert_eq!(format!("{:?}", opened.core()), format!("{:?}", built.core()));
        for typed in ["signd", "truse", "swaat", "wana"] {
            assert_eq!(opened.respellings(typed, |_| true), built.respellings(typed, |_| true), "{typed}");
        }
        let asked: Vec<Asked> = ["sign", "swat"].iter().filter_map(|term| Some(Asked { term: built.term(term)?, weight: 1.0 })).collect();
        assert_eq!(asked.len(), 2);
        let found = |index: &Index| index.shortlist(&asked, None, 9, &mut Sums::default());
        assert_eq!(found(&opened), found(&built));
        assert_eq!(found(&opened).len(), 3);
    }

    #[test]
    fn the_index_of_other_facts_is_refused() {
        let built = Index::build(&base(&CLAIMS), Lexicon::default(), None);
        let image = Image::of_bytes(&saved(&built)).unwrap();
        let fewer = base(CLAIMS.get(..2).unwrap());
        assert!(matches!(Index::open(&image, &fewer, Lexicon::default(), None), Err(Unusable::Damaged { .. })));
    }
}
