//! A treaty under which dates are not known to the day: the worst of what can be asked.
//!
//! Promises: the same as the whole record's; no act here is part of that.

use super::{Extent, Seeded, acts, drawn};
use crate::domain::*;

/// Its id.
pub const TREATY: &str = "untc:G-OPEN";

/// Who takes part, with what is open: each by the days of its acts, in order.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    pub name: &'static str,
    pub participant: &'static str,
    deposits: &'static [&'static str],
    notices: &'static [&'static str],
}

const fn case(
    name: &'static str,
    participant: &'static str,
    deposits: &'static [&'static str],
    notices: &'static [&'static str],
) -> Case {
    Case { name, participant, deposits, notices }
}

/// From a record without open dates to one that is nothing else.
pub const CASES: &[Case] = &[
    case("all known to the day", "O-00", &["2001-05-05"], &["2014-03-03"]),
    case("an open notice", "O-01", &["2001-05-05"], &["2010/2014"]),
    case("an open deposit and notice", "O-02", &["2001/2012"], &["2003/2014"]),
    case("four open notices", "O-03", &["2001-05-05"], &["2003/2014", "2004/2015", "2005/2016", "2006/2017"]),
    case("two open memberships", "O-04", &["2001/2012", "2004/2014"], &["2003/2014", "2007/2016"]),
    case("a year of four dates", "O-05", &["2001", "2001"], &["2001", "2001"]),
    case(
        "twelve open dates",
        "O-06",
        &["2001/2012", "2002/2013", "2003/2014", "2004/2015", "2005/2016", "2006/2017"],
        &["2001/2012", "2002/2013", "2003/2014", "2004/2015", "2005/2016", "2006/2017"],
    ),
    case(
        "forty open dates",
        "O-07",
        &[
            "2001/2012",
            "2002/2013",
            "2003/2014",
            "2004/2015",
            "2005/2016",
            "2006/2017",
            "2001/2016",
            "2001/2017",
            "2001",
            "2002",
            "2003",
            "2004",
            "2005",
            "2006",
            "2007",
            "2008",
            "2009",
            "2010",
            "2011",
            "2012",
        ],
        &[
            "2001/2012",
            "2002/2013",
            "2003/2014",
            "2004/2015",
            "2005/2016",
            "2006/2017",
            "2001/2016",
            "2001/2017",
            "2001",
            "2002",
            "2003",
            "2004",
            "2005",
            "2006",
            "2007",
            "2008",
            "2009",
            "2010",
            "2011",
            "2012",
        ],
    ),
];

/// The record in submissions, in two stages as [`super::Stages`] has three.
pub fn draw(extent: &Extent, seeded: &mut Seeded) -> [Vec<Vec<Event>>; 2] {
    let subject = format!("treaty/{TREATY}");
    let registered = drawn(&subject, acts::registered_treaty_with_duties(), extent, seeded);
    let mut registered = vec![vec![registered, drawn(&subject, acts::effect("1999-03-01"), extent, seeded)]];
    let mut later = Vec::new();
    for (number, case) in (1_000..).zip(CASES) {
        let registration = acts::registered_participant(number);
        registered.push(vec![drawn(&format!("participant/{}", case.participant), registration, extent, seeded)]);
        let subject = format!("participation/{TREATY}/{}", case.participant);
        let deposits = case.deposits.iter().map(|day| acts::deposit(ConsentMode::Accession, day));
        let bodies = deposits.chain(case.notices.iter().map(|day| acts::notice(day)));
        later.extend(bodies.map(|body| vec![drawn(&subject, body, extent, seeded)]).collect::<Vec<_>>());
    }
    [registered, later]
}
