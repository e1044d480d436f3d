//! Dates in the world: civil dates and EDTF (ISO 8601-2), never instants.

use std::{fmt, str::FromStr};

use edtf::level_1::{Date as EdtfDate, Edtf};
use jiff::civil::Date;

use super::InvalidIdentifier;

/// One civil day, `YYYY-MM-DD`, in the calendar of whoever keeps the act's book
/// (for treaties: the depositary). Never converted between time zones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CivilDate(pub Date);

impl fmt::Display for CivilDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0.to_string())
    }
}

impl FromStr for CivilDate {
    type Err = InvalidIdentifier;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = || InvalidIdentifier::new("date", text, "it must be a day that exists, as YYYY-MM-DD");
        day_of(text).map(Self).ok_or_else(invalid)
    }
}

/// The day of `YYYY-MM-DD`, from the year 1 on.
fn day_of(text: &str) -> Option<Date> {
    let shaped = text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    shaped.then(|| text.parse().ok()).flatten().filter(|day: &Date| day.year() >= 1)
}

/// When something happened in the world, as precisely as the source says: EDTF
/// level 0 and open intervals (`2025-08-20`, `2025-11`, `2025`, `../2025-12-02`,
/// `2025-12-05/..`, `2025-06-01/2025-06-19`). Kept as written.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct WorldDate {
    text: Box<str>,
    earliest: Option<Date>,
    latest: Option<Date>,
}

impl WorldDate {
    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The first day that it can mean; `None` when the interval is open there.
    pub fn earliest(&self) -> Option<Date> {
        self.earliest
    }

    /// The last day that it can mean; `None` when the interval is open there.
    pub fn latest(&self) -> Option<Date> {
        self.latest
    }

    /// The day, when it is known to the day.
    pub fn day(&self) -> Option<Date> {
        self.earliest.filter(|day| self.latest == Some(*day))
    }
}

impl fmt::Display for WorldDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl FromStr for WorldDate {
    type Err = InvalidIdentifier;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = || {
            InvalidIdentifier::new("date", text, "it must be an EDTF date: 2025-08-20, 2025-11, 2025, ../2025-12-02")
        };
        // Nearly every date is a day: those need no EDTF parser.
        if let Some(day) = day_of(text) {
            return Ok(Self { text: text.into(), earliest: Some(day), latest: Some(day) });
        }
        let (earliest, latest) = match Edtf::parse(text).map_err(|_| invalid())? {
            Edtf::Date(date) => {
                let (first, last) = days_of(date).ok_or_else(invalid)?;
                (Some(first), Some(last))
            }
            Edtf::Interval(from, to) => {
                let ((first, _), (_, last)) = days_of(from).zip(days_of(to)).ok_or_else(invalid)?;
                (Some(first), Some(last))
            }
            Edtf::IntervalFrom(from, _) => (Some(days_of(from).ok_or_else(invalid)?.0), None),
            Edtf::IntervalTo(_, to) => (None, Some(days_of(to).ok_or_else(invalid)?.1)),
            Edtf::DateTime(_) | Edtf::YYear(_) => return Err(invalid()),
        };
        if earliest.zip(latest).is_some_and(|(from, to)| from > to) {
            return Err(InvalidIdentifier::new(
                "date",
                text,
                "the interval must end on or after the day on which it begins",
            ));
        }
        Ok(Self { text: text.into(), earliest, latest })
    }
}

/// First and last day of an EDTF date of year, month or day precision without
/// seasons, masks or qualifiers.
fn days_of(date: EdtfDate) -> Option<(Date, Date)> {
    use edtf::level_1::{Certainty, Precision};
    if date.certainty() != Certainty::Certain {
        return None;
    }
    let civil = |year: i32, month: u32, day: u32| {
        let year = i16::try_from(year).ok().filter(|year| *year >= 1)?;
        Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
    };
    match date.precision() {
        Precision::Day(year, month, day) => civil(year, month, day).map(|day| (day, day)),
        Precision::Month(year, month) => civil(year, month, 1).map(|first| (first, first.last_of_month())),
        Precision::Year(year) => civil(year, 1, 1).zip(civil(year, 12, 31)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bounds(text: &str) -> (Option<String>, Option<String>) {
        let date: WorldDate = text.parse().expect("valid");
        (date.earliest().map(|d| d.to_string()), date.latest().map(|d| d.to_string()))
    }

    #[test]
    fn what_is_no_date_is_told_as_what_must_be() {
        let day = "2025-02-30".parse::<CivilDate>().expect_err("no such day").to_string();
        assert_eq!(day, "date \"2025-02-30\" is not valid: it must be a day that exists, as YYYY-MM-DD");
        let open = "../..".parse::<WorldDate>().expect_err("open at both ends").to_string();
        assert!(open.starts_with("date \"../..\" is not valid: it must be an EDTF date: "), "{open}");
    }

    #[test]
    fn a_date_knows_the_days_that_it_can_mean() {
        let day = |d: &str| Some(d.to_owned());
        assert_eq!(bounds("2025-08-20"), (day("2025-08-20"), day("2025-08-20")));
        assert_eq!(bounds("2024-02"), (day("2024-02-01"), day("2024-02-29")));
        assert_eq!(bounds("2025"), (day("2025-01-01"), day("2025-12-31")));
        assert_eq!(bounds("../2025-12-02"), (None, day("2025-12-02")));
        assert_eq!(bounds("2025-12-05/.."), (day("2025-12-05"), None));
        assert_eq!(bounds("2025-06-01/2025-06-19"), (day("2025-06-01"), day("2025-06-19")));
    }

    #[test]
    fn a_day_that_does_not_exist_is_refused() {
        for text in [
            "2025-02-29",
            "2025-13",
            "2025-06-19/2025-06-01",
            "20 Aug 2025",
            "2025-08-20T10:00:00Z",
            "2025-21",
            "2025?",
            "",
        ] {
            assert!(text.parse::<WorldDate>().is_err(), "{text}");
        }
        assert!("2025-02-29".parse::<CivilDate>().is_err());
        assert!("2025-2-9".parse::<CivilDate>().is_err());
    }
}
