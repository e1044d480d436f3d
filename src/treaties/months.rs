//! Calendar arithmetic of treaty law: months are added to year and month, the day
//! stays, and is clamped to the last day of the target month (31 August and six
//! months is 28 February). Not invertible, so nothing here subtracts.

use jiff::{Span, civil::Date};

use crate::domain::{EntryIntoForceClause, EntryIntoForceMode};

/// The same day `months` later, clamped; the last day of the calendar beyond it.
pub fn add_months(day: Date, months: u32) -> Date {
    let span = Span::new().try_months(i64::from(months));
    span.and_then(|span| day.checked_add(span)).unwrap_or(Date::MAX)
}

/// So many days later.
pub fn add_days(day: Date, days: u32) -> Date {
    let span = Span::new().try_days(i64::from(days));
    span.and_then(|span| day.checked_add(span)).unwrap_or(Date::MAX)
}

/// A number with its unit, in the form for one or for more.
pub fn counted(count: impl Into<u64>, unit: &str) -> String {
    let count = count.into();
    if count == 1 { format!("1 {unit}") } else { format!("{count} {unit}s") }
}

/// When an instrument takes effect, the treaty's own entry into force aside.
pub fn effect_of_deposit(clause: &EntryIntoForceClause, deposited: Date) -> Date {
    match clause.mode {
        EntryIntoForceMode::FirstOfMonth => add_months(deposited.first_of_month(), clause.months),
        EntryIntoForceMode::SameDay => add_months(deposited, clause.months),
        EntryIntoForceMode::DaysAfterDeposit => add_days(deposited, clause.days),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    /// Written from the calendar alone, without a date library's arithmetic.
    fn naive(year: i16, month: i8, day: i8, months: u32) -> (i16, i8, i8) {
        let count = i64::from(year) * 12 + i64::from(month) - 1 + i64::from(months);
        let (year, month) = (count / 12, count % 12 + 1);
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let last = match month {
            2 => 28 + i8::from(leap),
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        (year as i16, month as i8, day.min(last))
    }

    #[test]
    fn one_is_told_as_one() {
        let told = [0_u32, 1, 2].map(|count| counted(count, "month"));
        assert_eq!(told, ["0 months", "1 month", "2 months"]);
    }

    #[test]
    fn months_are_clamped_and_never_overflow_into_the_next() {
        for day in 28..=31 {
            assert_eq!(add_months(date(2025, 8, day), 6), date(2026, 2, 28));
        }
        assert_eq!(add_months(date(2027, 8, 31), 6), date(2028, 2, 29));
        assert_eq!(add_months(date(2002, 8, 30), 6), date(2003, 2, 28));
        assert_ne!(add_months(date(2025, 8, 31), 6), add_days(date(2025, 8, 31), 180));
        assert_eq!(add_months(Date::MAX, 1), Date::MAX);
    }

    #[test]
    fn first_of_month_treaties_bind_on_the_rows_that_the_depositary_shows() {
        let clause =
            |mode, months, days| EntryIntoForceClause { mode, months, days, threshold: 40, article: "17".into() };
        let ottawa = clause(EntryIntoForceMode::FirstOfMonth, 6, 0);
        for (deposited, effect) in [
            (date(2000, 3, 1), date(2000, 9, 1)),
            (date(2005, 7, 1), date(2006, 1, 1)),
            (date(1999, 4, 30), date(1999, 10, 1)),
            (date(2000, 2, 29), date(2000, 8, 1)),
            (date(1998, 10, 8), date(1999, 4, 1)),
        ] {
            assert_eq!(effect_of_deposit(&ottawa, deposited), effect);
        }
        let ccw = clause(EntryIntoForceMode::SameDay, 6, 0);
        assert_eq!(effect_of_deposit(&ccw, date(2002, 8, 30)), date(2003, 2, 28));
        let thirty = clause(EntryIntoForceMode::DaysAfterDeposit, 0, 30);
        assert_eq!(effect_of_deposit(&thirty, date(2025, 1, 31)), date(2025, 3, 2));
    }

    proptest! {
        #[test]
        fn months_are_added_as_the_calendar_says(year in 1i16..3000, month in 1i8..=12, day in 1i8..=31, months in 0u32..600) {
            let Ok(from) = Date::new(year, month, day) else { return Ok(()) };
            let to = add_months(from, months);
            prop_assert_eq!((to.year(), to.month(), to.day()), naive(year, month, day, months));
        }
    }
}
