//! Tantivy in memory: BM25 over English stems, by the words as they are and by those at a distance of one as well.

use tantivy::collector::TopDocs;
use tantivy::columnar::Column;
use tantivy::directory::RamDirectory;
use tantivy::query::{BooleanQuery, BoostQuery, FuzzyTermQuery, Occur, Query, TermQuery};
use tantivy::schema::{FAST, Field, INDEXED, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{Language, LowerCaser, RemoveLongFilter, SimpleTokenizer, Stemmer, StopWordFilter, TextAnalyzer};
use tantivy::{Index, IndexReader, IndexSettings, IndexWriter, ReloadPolicy, Searcher, Term, doc};

use crate::collection::Row;
use crate::engine::{Editable, Engine, stop_words};

/// Memory that facts are gathered in while they are indexed, for each thread: enough for a million.
const GATHERED: usize = 1 << 30;
/// The analyser of facts, by the name that tantivy gives it.
const STEMS: &str = "en_stem";

/// An index in memory.
pub(crate) struct Bm25 {
    directory: RamDirectory,
    text: Field,
    place: Field,
    writer: IndexWriter,
    reader: IndexReader,
    searcher: Searcher,
    /// The places of the facts of each segment.
    places: Vec<Column<u64>>,
    of_questions: TextAnalyzer,
}

impl Bm25 {
    /// Indexes with as many threads as this machine has cores, into one segment.
    pub(crate) fn build(rows: &[Row]) -> Self {
        let mut schema = Schema::builder();
        let indexing = TextFieldIndexing::default().set_tokenizer(STEMS).set_index_option(IndexRecordOption::WithFreqs);
        let text = schema.add_text_field("text", TextOptions::default().set_indexing_options(indexing));
        let place = schema.add_u64_field("place", INDEXED | FAST);
        let directory = RamDirectory::create();
        let index = Index::create(directory.clone(), schema.build(), IndexSettings::default()).expect("an index in memory");
        let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let mut writer: IndexWriter = index.writer_with_num_threads(threads, threads * GATHERED).expect("a writer");
        for (at, row) in (0u64..).zip(rows) {
            writer.add_document(doc!(text => row.text.as_str(), place => at)).expect("a fact is indexed");
        }
        writer.commit().expect("the facts are indexed");
        let segments = index.searchable_segment_ids().expect("segments");
        if segments.len() > 1 {
            writer.merge(&segments).wait().expect("segments are merged");
        }
        writer.garbage_collect_files().wait().expect("what was merged goes");
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into().expect("a reader");
        let of_questions = TextAnalyzer::builder(SimpleTokenizer::default())
            .filter(RemoveLongFilter::limit(40))
            .filter(LowerCaser)
            .filter(StopWordFilter::remove(stop_words().map(str::to_owned)))
            .filter(Stemmer::new(Language::English))
            .build();
        let searcher = reader.searcher();
        let mut built = Self { directory, text, place, writer, reader, searcher, places: Vec::new(), of_questions };
        built.look_anew();
        built
    }

    /// Bytes of all its files.
    pub(crate) fn bytes(&self) -> usize {
        self.directory.total_mem_usage()
    }

    fn look_anew(&mut self) {
        self.reader.reload().expect("the reader sees what is new");
        self.searcher = self.reader.searcher();
        let column = |segment: &tantivy::SegmentReader| segment.fast_fields().u64("place").expect("a column of places");
        self.places = self.searcher.segment_readers().iter().map(column).collect();
    }

    fn terms(&mut self, question: &str) -> Vec<Term> {
        let mut terms = Vec::new();
        self.of_questions.token_stream(question).process(&mut |token| terms.push(Term::from_field_text(self.text, &token.text)));
        terms
    }

    /// The best of ten facts that hold any of this.
    fn first_of(&self, any: Vec<Box<dyn Query>>) -> Option<usize> {
        let any = BooleanQuery::new(any.into_iter().map(|query| (Occur::Should, query)).collect());
        let best = self.searcher.search(&any, &TopDocs::with_limit(10).order_by_score()).expect("a search");
        let mut places = best.iter().map(|(_, at)| self.places.get(at.segment_ord as usize)?.first(at.doc_id));
        places.next()?.and_then(|place| usize::try_from(place).ok())
    }
}

fn exactly(term: Term) -> TermQuery {
    TermQuery::new(term, IndexRecordOption::WithFreqs)
}

/// The words as they are.
pub(crate) struct Exact<'b>(pub(crate) &'b mut Bm25);

impl Engine for Exact<'_> {
    const NAME: &'static str = "tantivy, BM25";
    type Prepared = String;

    fn prepare(&self, question: &str) -> String {
        question.to_owned()
    }

    fn first(&mut self, question: &String) -> Option<usize> {
        let terms = self.0.terms(question);
        self.0.first_of(terms.into_iter().map(|term| Box::new(exactly(term)) as Box<dyn Query>).collect())
    }
}

impl Editable for Exact<'_> {
    fn edit(&mut self, place: usize, row: &Row) {
        let bm25 = &mut *self.0;
        let at = u64::try_from(place).expect("a place among the facts");
        bm25.writer.delete_term(Term::from_field_u64(bm25.place, at));
        bm25.writer.add_document(doc!(bm25.text => row.text.as_str(), bm25.place => at)).expect("a fact is indexed");
        bm25.writer.commit().expect("the edit is indexed");
        bm25.look_anew();
    }
}

/// The words as they are, or at a distance of one; as they are counts the more.
pub(crate) struct Fuzzy<'b>(pub(crate) &'b mut Bm25);

/// What a word that is met as it is counts for, beside one that is met at a distance.
const MET_EXACTLY: f32 = 2.0;

impl Engine for Fuzzy<'_> {
    const NAME: &'static str = "tantivy, BM25 and fuzzy terms";
    type Prepared = String;

    fn prepare(&self, question: &str) -> String {
        question.to_owned()
    }

    fn first(&mut self, question: &String) -> Option<usize> {
        let mut any: Vec<Box<dyn Query>> = Vec::new();
        for term in self.0.terms(question) {
            any.push(Box::new(BoostQuery::new(Box::new(exactly(term.clone())), MET_EXACTLY)));
            any.push(Box::new(FuzzyTermQuery::new(term, 1, true)));
        }
        self.0.first_of(any)
    }
}
