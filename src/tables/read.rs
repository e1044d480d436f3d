//! From the bytes of a file to rows under the columns of the mapping, and footnotes.
//!
//! Promises: what is wrong with the file as a whole is told with its line; a row that
//! does not fit the header is told and keeps no other from being read.

use super::{
    Columns, Mapping, Refusal, TableRule,
    cell::squeezed,
    footnotes::{FOOTNOTE_COLUMNS, Footnote, FootnoteLine, Footnotes, Noted, footnotes},
};
use crate::limits::TABLE_ROWS;

/// A table as it was read.
#[derive(Clone, Debug)]
pub struct Sheet {
    pub(super) rows: Vec<Result<RawRow, Misfit>>,
    pub(super) footnotes: Footnotes,
}

/// A row that does not fit the header: the name, where a cell stands under its column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    pub name: String,
    pub refusal: Refusal,
}

/// The cells of a row that the mapping names, as they are written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RawRow {
    pub line: u64,
    pub participant: String,
    pub signature: String,
    pub deposit: String,
    pub provisional: String,
    pub in_force: String,
    pub withdrawal: String,
    pub marks: String,
}

/// A record with its line.
type Record = (u64, Vec<String>);

/// Reads a table; `footnote_file` is the file of footnotes that the mapping names.
pub fn read(table: &[u8], footnote_file: Option<&[u8]>, mapping: &Mapping) -> Result<Sheet, Vec<Refusal>> {
    let one = |refusal| vec![refusal];
    let mut records = records(table, mapping).map_err(one)?;
    let section = mapping.footnotes.section.as_deref();
    let begins = records.iter().position(|(_, cells)| section.is_some_and(|section| is_section(cells, section)));
    let below = begins.map(|at| records.split_off(at)).unwrap_or_default();
    let mut lines: Vec<(u64, FootnoteLine)> =
        mapping.own_footnotes.iter().map(|footnote| (0, footnote.clone())).collect();
    lines.extend(footnote_lines(below.get(1..).unwrap_or_default()).map_err(one)?);
    if let Some(file) = footnote_file {
        lines.extend(footnote_lines(&self::records(file, mapping).map_err(one)?).map_err(one)?);
    }
    let rows = rows(&records, &mapping.columns).map_err(one)?;
    let footnotes = footnotes(&lines, mapping)?;
    Ok(Sheet { rows, footnotes })
}

impl Sheet {
    /// Footnotes that no row marks, each once by the first line of its mark.
    pub(super) fn unmarked<'s>(&'s self, marked: &[Box<str>]) -> impl Iterator<Item = (&'s str, u64)> {
        let unused = self.footnotes.iter().filter(|(mark, _)| !marked.iter().any(|used| **used == ***mark));
        let unused: Vec<_> = unused.map(|(mark, notes)| (mark.as_str(), line_of(notes))).collect();
        unused.into_iter()
    }

    /// Whether a footnote of the mark says more than words.
    pub(super) fn has_meaning(&self, mark: &str) -> bool {
        self.footnotes.get(mark).into_iter().flatten().any(|noted| noted.footnote != Footnote::Note)
    }
}

fn line_of(notes: &[Noted]) -> u64 {
    notes.first().map(|note| note.line).unwrap_or_default()
}

fn is_section(cells: &[String], section: &str) -> bool {
    let mut cells = cells.iter().map(|cell| squeezed(cell));
    cells.next().is_some_and(|first| first == squeezed(section)) && cells.all(|cell| cell.is_empty())
}

/// A row behind those of the file.
const LAST_ROW: &str = "end";

fn records(bytes: &[u8], mapping: &Mapping) -> Result<Vec<Record>, Refusal> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let valid = &bytes[..error.valid_up_to()];
        let line = valid.iter().filter(|byte| **byte == b'\n').count() as u64 + 1;
        let message = "the file is not UTF-8 from here on; save it as UTF-8";
        Refusal::new(TableRule::TextMustBeUtf8, line, "", message)
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let delimiter = mapping.delimiter_byte().expect("the mapping was checked");
    // The reader closes at the end of the file what a quotation mark left open: a last row of
    // our own is then no row of its own.
    let ended = format!("{text}\n{LAST_ROW}");
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(ended.as_bytes());
    let read = reader.records().map(|record| record.expect("text in memory that is UTF-8 and flexible is always read"));
    let mut read: Vec<csv::StringRecord> = read.collect();
    let last = read.pop().expect("the last row is read");
    let (mut records, mut lines) = (Vec::new(), Lines { text, at: 0, line: 1 });
    let begins = |record: &csv::StringRecord| record.position().map_or(0, csv::Position::byte);
    if !last.iter().eq(LAST_ROW.split(char::from(delimiter))) {
        let message = "a quotation mark opens a cell of this row, and none closes it before the end of the file; \
                       close it, or write it twice within quotation marks where it belongs to the text";
        return Err(Refusal::new(TableRule::QuotationMustClose, lines.of_record(begins(&last)), "", message));
    }
    for record in read {
        let line = lines.of_record(begins(&record));
        if record.iter().any(|cell| !squeezed(cell).is_empty()) {
            records.push((line, record.iter().map(str::to_owned).collect()));
        }
    }
    Ok(records)
}

/// Counts lines as records are met, in their order.
struct Lines<'t> {
    text: &'t str,
    at: usize,
    line: u64,
}

impl Lines<'_> {
    /// The line of the first character of a record; `from` may lie at the end of the record before it.
    fn of_record(&mut self, from: u64) -> u64 {
        let from = usize::try_from(from).unwrap_or(usize::MAX).clamp(self.at, self.text.len());
        let bytes = self.text.as_bytes();
        let blank = bytes[from..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let passed = &bytes[self.at..from + blank];
        self.line += passed.iter().filter(|byte| **byte == b'\n').count() as u64;
        self.at = from + blank;
        self.line
    }
}

/// Footnotes under a header of their own: the columns that it names, in any order.
fn footnote_lines(records: &[Record]) -> Result<Vec<(u64, FootnoteLine)>, Refusal> {
    let Some(((line, header), rest)) = records.split_first() else { return Ok(Vec::new()) };
    let mut header: Vec<String> = header.iter().map(|cell| squeezed(cell)).collect();
    header.truncate(header.iter().rposition(|cell| !cell.is_empty()).map_or(0, |last| last + 1));
    let wrong = |message: String| Refusal::new(TableRule::HeaderMustBeAsMapped, *line, "", message);
    for (at, column) in header.iter().enumerate() {
        if !FOOTNOTE_COLUMNS.contains(&column.as_str()) || header[..at].contains(column) {
            let known = FOOTNOTE_COLUMNS.join(", ");
            return Err(wrong(format!("footnotes have the columns {known}, each once; {column:?} is none of them")));
        }
    }
    let rows = rest.iter().map(|(line, cells)| {
        let over = cells.iter().skip(header.len()).any(|cell| !squeezed(cell).is_empty());
        if over {
            let message = format!("the footnote has more cells than its header, {}", header.len());
            return Err(Refusal::new(TableRule::RowMustFitHeader, *line, "", message));
        }
        let cells = header.iter().map(String::as_str).zip(cells.iter().map(String::as_str));
        Ok((*line, FootnoteLine::of_cells(cells)))
    });
    rows.collect()
}

fn rows(records: &[Record], columns: &Columns) -> Result<Vec<Result<RawRow, Misfit>>, Refusal> {
    let outside = |message: &str| Refusal::new(TableRule::TableMustBeWithinLimit, 1, "", message);
    let Some(((line, header), rest)) = records.split_first() else { return Err(outside("the file is empty")) };
    let header: Vec<String> = header.iter().map(|cell| squeezed(cell)).collect();
    check_header(*line, &header, columns)?;
    if rest.is_empty() || rest.len() > TABLE_ROWS {
        return Err(outside(&format!("the table has {} rows; it takes 1 to {TABLE_ROWS}", rest.len())));
    }
    Ok(rest.iter().map(|(line, cells)| row(*line, cells, &header, columns)).collect())
}

fn check_header(line: u64, header: &[String], columns: &Columns) -> Result<(), Refusal> {
    let wrong = |message: String| Err(Refusal::new(TableRule::HeaderMustBeAsMapped, line, "", message));
    let named: Vec<String> = columns.named().map(squeezed).collect();
    for column in &named {
        match header.iter().filter(|text| *text == column).count() {
            1 => {}
            0 => return wrong(format!("there is no column {column:?}; there are: {}", header.join(" | "))),
            _ => return wrong(format!("the column {column:?} stands there several times")),
        }
    }
    match header.iter().find(|text| !named.contains(text)) {
        Some(unmapped) => wrong(format!(
            "the mapping does not say what {unmapped:?} holds; name it, under columns.ignored if nothing"
        )),
        None => Ok(()),
    }
}

fn row(line: u64, cells: &[String], header: &[String], columns: &Columns) -> Result<RawRow, Misfit> {
    let cell = |column: Option<&str>| {
        let at = column.and_then(|column| header.iter().position(|text| *text == squeezed(column)));
        at.and_then(|at| cells.get(at).cloned()).unwrap_or_default()
    };
    if cells.len() != header.len() {
        let message = format!("the row has {} cells, the header {}", cells.len(), header.len());
        let refusal = Refusal::new(TableRule::RowMustFitHeader, line, "", message);
        return Err(Misfit { name: squeezed(&cell(Some(&columns.participant))), refusal });
    }
    let Columns { participant, signature, deposit, provisional, in_force, withdrawal, marks, ignored: _ } = columns;
    Ok(RawRow {
        line,
        participant: cell(Some(participant)),
        signature: cell(signature.as_deref()),
        deposit: cell(deposit.as_deref()),
        provisional: cell(provisional.as_deref()),
        in_force: cell(in_force.as_deref()),
        withdrawal: cell(withdrawal.as_deref()),
        marks: cell(marks.as_deref()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::testing::mapping;

    fn refused(table: &[u8]) -> (TableRule, u64) {
        let refusals = read(table, None, &mapping()).unwrap_err();
        (refusals[0].rule, refusals[0].line)
    }

    #[test]
    fn another_encoding_is_refused_with_the_line_where_it_shows() {
        let mut table = b"Participant,Signature,Deposit\nA,,\nC\xf4te,,\n".to_vec();
        assert_eq!(refused(&table), (TableRule::TextMustBeUtf8, 3));
        table.clear();
        table.extend("Participant".encode_utf16().flat_map(u16::to_le_bytes));
        assert_ne!(refused(&table).0, TableRule::RowMustFitHeader);
    }

    #[test]
    fn a_mark_of_byte_order_blank_lines_and_lines_of_other_systems_change_nothing() {
        let text = "\u{feff}Participant,Signature,Deposit\r\n\r\nEastland,,4 Dec 1997\r\n,,\r\n";
        let sheet = read(text.as_bytes(), None, &mapping()).unwrap();
        let row = sheet.rows[0].as_ref().unwrap();
        assert_eq!((sheet.rows.len(), row.line, row.deposit.as_str()), (1, 3, "4 Dec 1997"));
    }

    #[test]
    fn a_header_is_whole_and_has_nothing_that_nobody_reads() {
        for header in
            ["Participant,Signature", "Participant,Signature,Deposit,Deposit", "Participant,Signature,Deposit,Effect"]
        {
            let table = format!("{header}\nA,,,\n");
            assert_eq!(refused(table.as_bytes()).0, TableRule::HeaderMustBeAsMapped, "{header}");
        }
        assert_eq!(refused(b"").0, TableRule::TableMustBeWithinLimit);
        assert_eq!(refused(b"Participant,Signature,Deposit\n").0, TableRule::TableMustBeWithinLimit);
    }

    #[test]
    fn a_quotation_mark_that_nothing_closes_is_refused_where_its_row_begins() {
        let rows = "Participant,Signature,Deposit\nA,1 Jan 2000,\n";
        for last in ["B,\"4 Dec 1997", "B,,\"4 Dec 1997\n", "\"B", "B,,\"\"\"", "B,,\"4 Dec\n1997\nC,,"] {
            assert_eq!(refused(format!("{rows}{last}").as_bytes()), (TableRule::QuotationMustClose, 3), "{last}");
        }
        for last in ["B,\"4 Dec 1997\",", "\"B \"\"the\"\"\",,\n", "B,,\"\"", "end,,"] {
            let sheet = read(format!("{rows}{last}").as_bytes(), None, &mapping()).unwrap();
            assert!(sheet.rows.iter().all(Result::is_ok) && sheet.rows.len() == 2, "{last}: {:?}", sheet.rows);
        }
    }

    #[test]
    fn a_row_of_another_width_is_refused_alone() {
        let text = "Participant,Signature,Deposit\nA,1 Jan 2000\nB,1 Jan 2000,\n";
        let sheet = read(text.as_bytes(), None, &mapping()).unwrap();
        assert_eq!(sheet.rows[0].as_ref().unwrap_err().refusal.rule, TableRule::RowMustFitHeader);
        assert!(sheet.rows[1].is_ok());
    }

    #[test]
    fn footnotes_are_read_below_the_table_and_from_a_file_of_their_own() {
        let text = "Participant,Signature,Deposit\nA,,\nFootnotes,,\nmark,meaning,name\n1,formerly,B\n";
        let sheet = read(text.as_bytes(), Some(b"mark,meaning,text\n2,note,words\n"), &mapping()).unwrap();
        assert_eq!(sheet.footnotes.keys().collect::<Vec<_>>(), ["1", "2"]);
        let refusals = read(text.replace("name", "nom").as_bytes(), None, &mapping()).unwrap_err();
        assert_eq!((refusals[0].rule, refusals[0].line), (TableRule::HeaderMustBeAsMapped, 4));
    }
}
