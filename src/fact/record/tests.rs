//! Records: what is written is read, and of other bytes nothing is made.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::*;
use crate::fact::{EntityId, SourceId};

fn write(fact: &Fact) -> Vec<u8> {
    let entities = |named: &[EntityIx]| named.iter().map(|at| at.0).collect::<Vec<u32>>();
    let ShortAnswers { who, place, how_many, when, why } = &fact.short;
    let text = FactText {
        id: fact.id.as_str(),
        claim: &fact.claim,
        title: fact.title.as_deref(),
        date: fact.date,
        standing: fact.standing,
        sources: &fact.citations.iter().map(|at| at.0).collect::<Vec<u32>>(),
        people: &entities(&fact.people),
        places: &entities(&fact.places),
        organisations: &entities(&fact.organisations),
        topics: &fact.topics,
        questions: &fact.questions,
        short: [who, place, how_many, when, why].map(Option::as_deref),
    };
    let mut record = Vec::new();
    text.write(&mut record);
    record
}

fn text() -> impl Strategy<Value = Box<str>> {
    prop_oneof![any::<String>(), "[a-z ]{0,300}"].prop_map(Into::into)
}

fn part() -> impl Strategy<Value = PartialDate> {
    prop_oneof![
        (1i16..=9999).prop_filter_map("year", PartialDate::year),
        (1i16..=9999, 1u8..=12).prop_filter_map("month", |(y, m)| PartialDate::month(y, m)),
        (1i16..=9999, 1u8..=12, 1u8..=31).prop_filter_map("day", |(y, m, d)| PartialDate::day(y, m, d)),
    ]
}

prop_compose! {
    fn date()(start in part(), end in option::of(part()), approximate: bool, uncertain: bool) -> FactDate {
        FactDate { start, end, approximate, uncertain }
    }
}

fn entities() -> impl Strategy<Value = Vec<EntityIx>> {
    vec(any::<u32>().prop_map(EntityIx), 0..3)
}

prop_compose! {
    fn fact()(
        id in "[a-z0-9:#-]{1,100}",
        claim in text(),
        title in option::of(text()),
        date in option::of(date()),
        [topics, questions] in [vec(text(), 0..4), vec(text(), 0..200)],
        [people, places, organisations] in [entities(), entities(), entities()],
        citations in vec(any::<u32>().prop_map(SourceIx), 1..4),
        conflicts in vec(any::<u32>().prop_map(FactIx), 0..4),
        standing in prop::sample::select(vec![Standing::WellSourced, Standing::SingleSource, Standing::Disputed]),
        [who, place, how_many, when, why] in [option::of(text()), option::of(text()), option::of(text()), option::of(text()), option::of(text())],
    ) -> Fact {
        let short = ShortAnswers { who, place, how_many, when, why };
        let (id, citations) = (FactId::new(&id).unwrap(), Citations::new(&citations).unwrap());
        Fact { id, claim, title, date, topics, people, places, organisations, citations, conflicts, standing, short, questions }
    }
}

prop_compose! {
    fn source()(
        id in "[a-z0-9:#-]{1,100}",
        title in text(),
        published in option::of(date()),
        [publisher, url, language, origin, supports] in [option::of(text()), option::of(text()), option::of(text()), option::of(text()), option::of(text())],
    ) -> Source {
        Source { id: SourceId::new(&id).unwrap(), publisher, title, url, published, language, origin, supports }
    }
}

prop_compose! {
    fn entity()(
        id in "[a-z0-9:#-]{1,100}",
        name in text(),
        kind in prop::sample::select(EntityKind::ALL.to_vec()),
        aliases in vec(text(), 0..4),
        summary in option::of(text()),
        sources in vec(any::<u32>().prop_map(SourceIx), 0..3),
        [begins, ends] in [vec("[a-z]{1,9}", 0..3), vec("[a-z]{1,9}", 0..3)],
    ) -> Entity {
        let facts = |ids: Vec<String>| ids.iter().map(|id| FactId::new(id).unwrap()).collect();
        Entity { id: EntityId::new(&id).unwrap(), name, kind: kind.0, aliases, summary, sources, begins: facts(begins), ends: facts(ends) }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_fact_comes_back_from_its_record(fact in fact()) {
        let record = write(&fact);
        prop_assert_eq!(fact_id(&record), Some(fact.id.as_str()));
        prop_assert_eq!(cited(&record).map(SourceIx).collect::<Vec<_>>(), fact.citations.iter().collect::<Vec<_>>());
        prop_assert_eq!(&questions(&record), &fact.questions);
        let read = Fact::read(&record, fact.conflicts.clone()).unwrap();
        prop_assert_eq!(format!("{read:?}"), format!("{fact:?}"));
    }

    #[test]
    fn any_source_and_entity_come_back_from_their_records(source in source(), entity in entity()) {
        let mut record = Vec::new();
        source.write(&mut record);
        prop_assert_eq!(Source::read(&record), Some(source));
        record.clear();
        entity.write(&mut record);
        prop_assert_eq!(format!("{:?}", Entity::read(&record)), format!("{:?}", Some(entity)));
    }

    #[test]
    fn numbers_are_changed_where_they_stand(mut fact in fact(), shift in 0u32..9) {
        let small = |at: u32| at % 7;
        let sources: Vec<SourceIx> = fact.citations.iter().map(|at| SourceIx(small(at.0))).collect();
        fact.citations = Citations::new(&sources).unwrap();
        for entity in fact.people.iter_mut().chain(&mut fact.places).chain(&mut fact.organisations) {
            entity.0 = small(entity.0);
        }
        let mut record = write(&fact);
        let table = |add: u32| (0..7).map(|at| at + add).collect::<Vec<u32>>();
        renumber(&mut record, &table(shift), &table(100 + shift));
        fact.citations = Citations::new(&sources.iter().map(|at| SourceIx(at.0 + shift)).collect::<Vec<_>>()).unwrap();
        for entity in fact.people.iter_mut().chain(&mut fact.places).chain(&mut fact.organisations) {
            entity.0 += 100 + shift;
        }
        prop_assert_eq!(record, write(&fact));
    }

    #[test]
    fn cut_or_longer_records_are_none(fact in fact(), source in source(), at: prop::sample::Index, more in vec(any::<u8>(), 1..9)) {
        let whole = write(&fact);
        prop_assert!(Fact::read(&whole[..at.index(whole.len())], Vec::new()).is_none());
        prop_assert!(Fact::read(&[&whole[..], &more].concat(), Vec::new()).is_none());
        let mut whole = Vec::new();
        source.write(&mut whole);
        prop_assert!(Source::read(&whole[..at.index(whole.len())]).is_none());
    }

    #[test]
    fn any_bytes_are_read_in_peace(bytes in vec(any::<u8>(), 0..60), fact in fact(), at: prop::sample::Index, byte: u8) {
        for mut record in [bytes, { let mut record = write(&fact); let at = at.index(record.len()); record[at] = byte; record }] {
            let _ = (Fact::read(&record, Vec::new()), Source::read(&record), Entity::read(&record), fact_id(&record));
            let _ = (cited(&record).count(), questions(&record));
            renumber(&mut record, &[1, 2], &[3]);
        }
    }
}
