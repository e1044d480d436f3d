//! What law remarks in the readings of a record, told of all of them together.
//!
//! Promises: one finding for each code and event, with both ends of the days that it names;
//! what not all readings lead to says what those assume that do, and what one end of a stretch
//! alone leads to says that end. Findings that say different things stay apart.
//! Leaves to others: what is remarked in one reading (`remarks`), what the readings assume that
//! lead somewhere (`leading`).

use std::collections::BTreeMap;

use super::{
    Remark, both_ends,
    days::Part,
    explain::few,
    followed::{self, Followed},
    leading::{Cell, Leads, Led, Read},
    record::Record,
    remarks::{self, Found, Only},
};
use crate::domain::{CitedEvent, LegalFinding, LegalRemark};

/// What tells findings apart, whatever days they name.
type About<'f> = (LegalRemark, Option<&'f CitedEvent>, &'f str);

/// What has to be assumed besides the reading, whichever days it names: of what, and in words.
type Besides<'f> = (&'f str, &'f str);

/// A finding with what leads to it.
struct Told<'f> {
    message: Box<str>,
    by: BTreeMap<Besides<'f>, ByReading<'f>>,
}

/// Of readings by their numbers each corner that leads to a finding, with the days on which
/// what is dated besides does; none where it does on all of them.
type ByReading<'f> = BTreeMap<usize, BTreeMap<usize, &'f [Part]>>;

/// What law remarks in any reading.
pub fn remarks(record: &Record<'_, '_>, followed: &[Followed<'_, '_>]) -> Vec<Remark> {
    let on_record = remarks::on_record(record);
    let followed = followed::apart_beside(record, followed);
    let mut found: BTreeMap<About<'_>, Vec<Told<'_>>> = BTreeMap::new();
    for (number, of_reading) in followed.iter().enumerate() {
        for (corner, course) in of_reading.corners.iter().enumerate() {
            for Found { finding, only } in &course.findings {
                let told = told_of(&mut found, finding);
                let by = told.by.entry((&only.of, &only.words)).or_default().entry(number).or_default();
                by.insert(corner, &only.parts);
            }
        }
    }
    let read = AllRead::of(&followed);
    let mut remarks: Vec<Remark> = Vec::new();
    for ((code, event, article), told) in found {
        remarks.extend(told.into_iter().map(|Told { message, by }| {
            let finding = LegalFinding { code, event: event.cloned(), article: article.into(), message };
            Remark { finding, assuming: read.assuming(by) }
        }));
    }
    remarks.extend(on_record.into_iter().map(|Found { finding, only }| {
        let assuming = only.told().into_iter().collect();
        Remark { finding, assuming }
    }));
    remarks.sort_by(|one, other| about(&one.finding).cmp(&about(&other.finding)));
    remarks
}

fn about(finding: &LegalFinding) -> About<'_> {
    (finding.code, finding.event.as_ref(), &finding.article)
}

/// The finding that says the same of other days, now of these, too; or a new one.
fn told_of<'m, 'f>(found: &'m mut BTreeMap<About<'f>, Vec<Told<'f>>>, finding: &'f LegalFinding) -> &'m mut Told<'f> {
    let told = found.entry(about(finding)).or_default();
    let same =
        told.iter().enumerate().find_map(|(at, told)| Some((at, both_ends::around(&told.message, &finding.message)?)));
    let at = match same {
        Some((at, message)) => {
            told[at].message = message;
            at
        }
        None => {
            told.push(Told { message: finding.message.clone(), by: BTreeMap::new() });
            told.len() - 1
        }
    };
    &mut told[at]
}

/// Everything that was read, taken apart once for all findings.
struct AllRead<'r, 'a> {
    each: Vec<ReadApart<'r, 'a>>,
}

/// A reading with its corners, where it has more than one and they were followed, and the
/// points that were followed in their place.
struct ReadApart<'r, 'a> {
    whole: Read<'r, 'a>,
    corners: Vec<Read<'r, 'a>>,
    points: Vec<Read<'r, 'a>>,
    followed: usize,
}

impl<'r, 'a> AllRead<'r, 'a> {
    fn of(followed: &[Followed<'r, 'a>]) -> Self {
        let each = followed.iter().map(|followed| {
            let count = followed.corners.len();
            let points = followed.points.iter().map(|point| Read::of(point.clone())).collect();
            let corners = match count > 1 && followed.points.is_empty() {
                true => followed.reading.corners(count).0,
                false => Vec::new(),
            };
            let corners = if corners.len() == count { corners } else { Vec::new() };
            let corners = corners.into_iter().map(Read::of).collect();
            ReadApart { whole: Read::of(followed.reading.clone()), corners, points, followed: count }
        });
        Self { each: each.collect() }
    }

    /// What is assumed for a finding; nothing where all readings lead to it.
    fn assuming(&self, by: BTreeMap<Besides<'_>, ByReading<'_>>) -> Vec<Box<str>> {
        // What is remarked on all days of a date besides is what is remarked on some of them, elsewhere.
        let (plain, mut dated): (Vec<_>, Vec<_>) = by.into_iter().partition(|(besides, _)| *besides == ("", ""));
        match (plain.into_iter().next(), dated.as_mut_slice()) {
            (Some((_, plain)), [((_, ""), only)]) => plain.into_iter().for_each(|(number, corners)| {
                only.entry(number).or_default().extend(corners);
            }),
            (Some(plain), _) => dated.push(plain),
            (None, _) => {}
        }
        let told = dated.iter().map(|((of, words), by)| {
            let only = |parts: &[Part]| Only { of: (*of).into(), parts: parts.to_vec(), words: (*words).into() };
            self.leads(by).assuming(&only)
        });
        let told: Vec<Vec<Box<str>>> = told.collect();
        if told.iter().any(Vec::is_empty) { Vec::new() } else { few(told.concat()) }
    }

    /// What leads to a finding and what does not, as far apart as it has to be.
    fn leads(&self, by: &ByReading<'_>) -> Leads<'_, 'r, 'a> {
        let (mut cells, mut points) = (Vec::new(), Vec::new());
        for (number, read) in self.each.iter().enumerate() {
            let Some(by) = by.get(&number) else {
                cells.push(Cell { read: &read.whole, led: None });
                continue;
            };
            let led = |corner: usize| by.get(&corner).map(|parts| Led { parts: parts.to_vec(), some: false });
            if by.len() < read.followed && !read.corners.is_empty() {
                cells.extend((0..).zip(&read.corners).map(|(corner, read)| Cell { read, led: led(corner) }));
                continue;
            }
            // Of the days between points nobody knows.
            let in_points = by.len() < read.followed && !read.points.is_empty();
            points.extend(in_points.then_some(number));
            cells.push(Cell { read: &read.whole, led: Some(Led::around(by.values().copied())) });
        }
        let finer = || {
            let cells = self.each.iter().enumerate().flat_map(|(number, read)| {
                let by = by.get(&number);
                let led = move |corner: usize| by?.get(&corner).map(|parts| Led { parts: parts.to_vec(), some: false });
                let read: Vec<&Read<'r, 'a>> = match (points.contains(&number), by) {
                    (true, _) => read.points.iter().collect(),
                    (false, Some(by)) if by.len() < read.followed => read.corners.iter().collect(),
                    (false, _) => vec![&read.whole],
                };
                read.into_iter().enumerate().map(move |(corner, read)| Cell { read, led: led(corner) })
            });
            cells.collect()
        };
        let finer = if points.is_empty() { Vec::new() } else { finer() };
        Leads { cells, finer }
    }
}
