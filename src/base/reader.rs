//! Reading TOML tables by hand, so that every problem is found in one go and has its line.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::fact::{Place, Problem};

/// A file of the base: its name as the reader knows it, and its text.
#[derive(Debug, Clone)]
pub struct NamedText {
    /// The name in problems.
    pub name: String,
    /// What stands in it.
    pub text: String,
}

/// Byte offsets to lines.
pub struct Lines<'t> {
    file: &'t str,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    /// The lines of a file.
    pub fn of(file: &'t NamedText) -> Self {
        let starts = std::iter::once(0).chain(file.text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { file: &file.name, starts }
    }

    /// The line of a byte offset, from 1.
    pub fn line(&self, offset: usize) -> usize {
        self.starts.partition_point(|&start| start <= offset)
    }

    /// The place of a byte offset.
    pub fn place(&self, offset: usize) -> Place {
        Place { file: self.file.to_owned(), line: self.line(offset) }
    }
}

/// The tables of one array of tables in a file, `[[fact]]` for instance. Anything else in the file is a problem.
pub fn tables<'d>(
    document: &'d DeTable<'_>,
    lines: &Lines<'_>,
    expected: &str,
    problems: &mut Vec<Problem>,
) -> Vec<(usize, &'d DeTable<'d>)>
where
{
    let mut found = Vec::new();
    for (key, value) in document {
        let place = lines.place(key.span().start);
        if key.get_ref() != expected {
            problems.push(Problem::error(
                &place,
                key.get_ref().to_string(),
                format!("unknown field; this file holds [[{expected}]] tables only"),
            ));
            continue;
        }
        let DeValue::Array(array) = value.get_ref() else {
            problems.push(Problem::error(&place, expected, format!("write [[{expected}]] with two brackets on each side")));
            continue;
        };
        for item in array {
            match item.get_ref() {
                // The lifetime of the borrowed text is shortened to that of the document.
                DeValue::Table(table) => found.push((lines.line(item.span().start), shorten(table))),
                _ => problems.push(Problem::error(&lines.place(item.span().start), expected, "this is not a table")),
            }
        }
    }
    found
}

fn shorten<'d>(table: &'d DeTable<'_>) -> &'d DeTable<'d> {
    table
}

/// Takes fields out of a table; what is left at the end is unknown.
pub struct Fields<'d, 'l> {
    table: &'d DeTable<'d>,
    lines: &'l Lines<'l>,
    place: Place,
    known: Vec<&'static str>,
    /// The line of each field taken.
    pub at: Vec<(String, usize)>,
}

impl<'d, 'l> Fields<'d, 'l> {
    /// The fields of a table that opens at `line`.
    pub fn of(table: &'d DeTable<'d>, lines: &'l Lines<'l>, line: usize) -> Self {
        let place = Place { file: lines.file.to_owned(), line };
        Self { table, lines, place, known: Vec::new(), at: Vec::new() }
    }

    /// Where the table opens.
    pub fn place(&self) -> Place {
        self.place.clone()
    }

    fn take(&mut self, name: &'static str) -> Option<&'d Spanned<DeValue<'d>>> {
        self.known.push(name);
        let value = self.table.get(name)?;
        self.at.push((name.to_owned(), self.lines.line(value.span().start)));
        Some(value)
    }

    /// A text, if it is there.
    pub fn text(&mut self, name: &'static str, problems: &mut Vec<Problem>) -> Option<String> {
        let value = self.take(name)?;
        let text = value.get_ref().as_str().map(str::to_owned);
        if text.is_none() {
            problems.push(Problem::error(&self.lines.place(value.span().start), name, "write text in double quotes here"));
        }
        text
    }

    /// A text that must be there.
    pub fn required(&mut self, name: &'static str, problems: &mut Vec<Problem>) -> String {
        let known = self.table.contains_key(name);
        let text = self.text(name, problems);
        if !known {
            problems.push(Problem::error(&self.place, name, format!("the field `{name}` is missing; add it")));
        }
        text.unwrap_or_default()
    }

    /// A list of texts, empty if it is not there.
    pub fn list(&mut self, name: &'static str, problems: &mut Vec<Problem>) -> Vec<String> {
        let Some(value) = self.take(name) else {
            return Vec::new();
        };
        let Some(array) = value.get_ref().as_array() else {
            problems.push(Problem::error(&self.lines.place(value.span().start), name, "write a list here: [\"…\", \"…\"]"));
            return Vec::new();
        };
        let mut items = Vec::with_capacity(array.len());
        for item in array {
            match item.get_ref().as_str() {
                Some(text) => items.push(text.to_owned()),
                None => problems.push(Problem::error(
                    &self.lines.place(item.span().start),
                    name,
                    "every entry of this list must be text in double quotes",
                )),
            }
        }
        items
    }

    /// A table of texts, empty if it is not there.
    pub fn pairs(&mut self, name: &'static str, problems: &mut Vec<Problem>) -> Vec<(String, String)> {
        let Some(value) = self.take(name) else {
            return Vec::new();
        };
        let Some(table) = value.get_ref().as_table() else {
            problems.push(Problem::error(&self.lines.place(value.span().start), name, "write a table here: { who = \"…\" }"));
            return Vec::new();
        };
        let mut pairs = Vec::new();
        for (key, value) in table {
            match value.get_ref().as_str() {
                Some(text) => pairs.push((key.get_ref().to_string(), text.to_owned())),
                None => problems.push(Problem::error(
                    &self.lines.place(value.span().start),
                    name,
                    "every entry of this table must be text in double quotes",
                )),
            }
        }
        pairs
    }

    /// An array of tables, empty if it is not there.
    pub fn tables(&mut self, name: &'static str, problems: &mut Vec<Problem>) -> Vec<Fields<'d, 'l>> {
        let Some(value) = self.take(name) else {
            return Vec::new();
        };
        let items = value.get_ref().as_array().map(|array| array.iter().collect::<Vec<_>>()).unwrap_or_default();
        let tables: Vec<_> =
            items.iter().filter_map(|i| Some(Fields::of(i.get_ref().as_table()?, self.lines, self.lines.line(i.span().start)))).collect();
        if tables.len() != items.len() || items.is_empty() {
            problems.push(Problem::error(
                &self.lines.place(value.span().start),
                name,
                format!("write [[{name}]] with two brackets on each side"),
            ));
        }
        tables
    }

    /// A table, if it is there.
    pub fn table(&mut self, name: &'static str, problems: &mut Vec<Problem>) -> Option<Fields<'d, 'l>> {
        let value = self.take(name)?;
        let table = value.get_ref().as_table();
        if table.is_none() {
            problems.push(Problem::error(&self.lines.place(value.span().start), name, format!("write a table here: {name} = {{ … }}")));
        }
        Some(Fields::of(table?, self.lines, self.lines.line(value.span().start)))
    }

    /// A list of lists of texts, each with its place, empty if it is not there.
    pub fn lists(&mut self, name: &'static str, problems: &mut Vec<Problem>) -> Vec<(Place, Vec<String>)> {
        let Some(value) = self.take(name) else {
            return Vec::new();
        };
        let mut lists = Vec::new();
        for item in value.get_ref().as_array().into_iter().flat_map(|array| array.iter()) {
            let texts =
                item.get_ref().as_array().map(|inner| inner.iter().filter_map(|t| t.get_ref().as_str().map(str::to_owned)).collect());
            lists.push((self.lines.place(item.span().start), texts.unwrap_or_default()));
        }
        if lists.is_empty() {
            problems.push(Problem::error(&self.lines.place(value.span().start), name, "write a list of lists here: [[\"…\", \"…\"], …]"));
        }
        lists
    }

    /// True or false, if it is there.
    pub fn switch(&mut self, name: &'static str, problems: &mut Vec<Problem>) -> Option<bool> {
        let value = self.take(name)?;
        let switch = value.get_ref().as_bool();
        if switch.is_none() {
            problems.push(Problem::error(&self.lines.place(value.span().start), name, "write true or false here"));
        }
        switch
    }

    /// Where a field stands that was taken, else the table.
    pub fn place_of(&self, name: &str) -> Place {
        let line = self.at.iter().rev().find(|(field, _)| field == name).map_or(self.place.line, |(_, line)| *line);
        Place { file: self.place.file.clone(), line }
    }

    /// A number, if it is there.
    pub fn number(&mut self, name: &'static str, problems: &mut Vec<Problem>) -> Option<f64> {
        let value = self.take(name)?;
        let number = match value.get_ref() {
            DeValue::Float(float) => float.as_str().parse().ok(),
            DeValue::Integer(integer) => integer.as_str().parse().ok(),
            _ => None,
        };
        if number.is_none() {
            problems.push(Problem::error(&self.lines.place(value.span().start), name, "write a number here"));
        }
        number
    }

    /// Reports every field that nobody asked for.
    pub fn finish(self, problems: &mut Vec<Problem>) {
        for key in self.table.keys() {
            let name: &str = key.get_ref();
            if !self.known.contains(&name) {
                let message = format!("unknown field; known are {}", self.known.join(", "));
                problems.push(Problem::error(&self.lines.place(key.span().start), name, message));
            }
        }
    }
}

/// Parses a file; what is broken in its syntax is reported, the rest is read on.
pub fn parse<'t>(file: &'t NamedText, lines: &Lines<'_>, problems: &mut Vec<Problem>) -> Spanned<DeTable<'t>> {
    let (document, errors) = DeTable::parse_recoverable(&file.text);
    for error in errors {
        let place = lines.place(error.span().map_or(0, |span| span.start));
        problems.push(Problem::error(&place, "syntax", format!("{}; see https://toml.io for how TOML is written", error.message())));
    }
    document
}
