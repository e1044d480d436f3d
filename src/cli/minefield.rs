//! `minefield show|at|list|search|history|accounts`: records of mined areas.
//!
//! Promises: plain words come first, and every answer, above all an empty one, says
//! that no record does not mean no mines; the word is released, never safe.

use std::iter;

use clap::{Args, Subcommand, ValueEnum};

use super::{Exit, Failure, Global, land_tables, output::Output, parse_known_at};
use crate::{
    authoring::point_as_typed,
    client::{Client, KnownAt, LandAt, LandSearch, reply::RecordAccountsResponse, to_json},
    domain::{CivilDate, LandStatus, WgsPosition},
};

#[derive(Debug, Subcommand)]
pub enum Command {
    /// One record: how it stands, what is known and what waits.
    Show {
        /// Id of the record, e.g. XX-D3-0007.
        record: String,
        #[command(flatten)]
        when: When,
    },
    /// What about this plot: records whose danger area holds a point.
    At {
        /// "-49.5, -123.25", "49°30'00\"S 123°15'00\"W" or MGRS.
        #[arg(value_parser = parse_point, allow_hyphen_values = true)]
        point: WgsPosition,
        #[command(flatten)]
        when: When,
    },
    /// All records, of a country or status.
    List {
        #[command(flatten)]
        filter: Filter,
        #[command(flatten)]
        when: When,
    },
    /// Records with a danger area in a box of the map.
    Search {
        /// South-western corner of the box.
        #[arg(value_parser = parse_point, allow_hyphen_values = true)]
        south_west: WgsPosition,
        /// North-eastern corner; a box may go across the antimeridian.
        #[arg(value_parser = parse_point, allow_hyphen_values = true)]
        north_east: WgsPosition,
        #[command(flatten)]
        filter: Filter,
        #[command(flatten)]
        when: When,
    },
    /// The events on a record, who signed them, and what was disclosed.
    History {
        record: String,
        #[command(flatten)]
        when: When,
    },
    /// The square metres of a record, parcel by parcel.
    Accounts {
        record: String,
        #[command(flatten)]
        when: When,
    },
}

/// For which date in the world and from which state of knowledge.
#[derive(Clone, Debug, Args)]
pub struct When {
    /// As it was in the world on a day, YYYY-MM-DD; today when absent.
    #[arg(long, value_name = "DATE")]
    at: Option<CivilDate>,
    /// As known at a time (2026-06-19T12:00:00Z), at the end of a day in UTC (2026-06-19),
    /// or when the ledger held so many entries.
    #[arg(long, value_name = "TIME|DAY|SIZE", value_parser = parse_known_at)]
    known_at: Option<KnownAt>,
}

/// Which records.
#[derive(Clone, Debug, Args)]
pub struct Filter {
    /// Two capital letters (ISO 3166-1 alpha-2).
    #[arg(long)]
    country: Option<String>,
    /// Only records that stand so; may be given more than once.
    #[arg(long)]
    status: Vec<StatusName>,
}

/// A status as typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum StatusName {
    Open,
    Released,
    Reopened,
}

pub async fn run(command: Command, global: &Global, output: &Output) -> Result<Exit, Failure> {
    let client = global.connect().await?;
    let held = match command {
        Command::Show { record, when } => {
            let answer = client.record(&record, &when.into()).await?;
            output.show(&to_json("GetRecordResponse", &answer), || land_tables::record(&answer))?;
            answer.holds_at
        }
        Command::At { point, when } => {
            let answer = client.records_at(point, &when.into()).await?;
            let json = to_json("RecordsAtResponse", &answer);
            output.show(&json, || land_tables::at(&answer.records, &answer.at, &answer.caution))?;
            answer.holds_at
        }
        Command::List { filter, when } => return search(&client, filter.search(None), when, output).await,
        Command::Search { south_west, north_east, filter, when } => {
            return search(&client, filter.search(Some((south_west, north_east))), when, output).await;
        }
        Command::History { record, when } => {
            let answer = client.record_history(&record, &when.into()).await?;
            let json = to_json("RecordHistoryResponse", &answer);
            output.show_list(&json, "items", || {
                let about = land_tables::says(&format!("What is recorded on {record}, in the order of the ledger."));
                iter::once(about).chain(land_tables::history(&answer.items, &answer.caution)).collect()
            })?;
            answer.holds_at
        }
        Command::Accounts { record, when } => {
            let answer = client.record_accounts(&record, &when.into()).await?;
            let json = to_json("RecordAccountsResponse", &answer);
            output.show(&json, || {
                let RecordAccountsResponse { parcels, totals, findings, at, caution, .. } = &answer;
                let about = land_tables::says(&format!("The land of {record} as of {at}, in square metres."));
                iter::once(about).chain(land_tables::accounts(parcels, totals.as_ref(), findings, caution)).collect()
            })?;
            answer.holds_at
        }
    };
    output.note_what_it_holds_for(held.as_ref());
    Ok(Exit::Done)
}

async fn search(client: &Client, search: LandSearch, when: When, output: &Output) -> Result<Exit, Failure> {
    let answer = client.search_records(&search, &when.into()).await?;
    let json = to_json("SearchRecordsResponse", &answer);
    output.show_list(&json, "records", || land_tables::found(&answer.records, &answer.at, &answer.caution))?;
    output.note_what_it_holds_for(answer.holds_at.as_ref());
    Ok(Exit::Done)
}

impl From<When> for LandAt {
    fn from(when: When) -> Self {
        Self { at: when.at.map(|at| at.to_string()), known_at: when.known_at }
    }
}

impl Filter {
    fn search(self, corners: Option<(WgsPosition, WgsPosition)>) -> LandSearch {
        let status = |name: StatusName| match name {
            StatusName::Open => LandStatus::Open,
            StatusName::Released => LandStatus::Released,
            StatusName::Reopened => LandStatus::Reopened,
        };
        LandSearch { corners, country: self.country, statuses: self.status.into_iter().map(status).collect() }
    }
}

fn parse_point(text: &str) -> Result<WgsPosition, String> {
    let typed = point_as_typed(text).ok_or_else(|| {
        "write latitude first, then longitude, e.g. \"-49.5, -123.25\" or \"49°30'00\\\"S 123°15'00\\\"W\", or MGRS"
            .to_owned()
    })?;
    Ok(typed.position)
}
