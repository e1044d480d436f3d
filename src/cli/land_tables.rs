//! Tables about records of mined areas, at most 80 columns wide.

use super::{
    block::{Block, sentences, table},
    output::short_name,
};
use crate::{
    client::reply::{
        DangerAreaInForce, GetRecordResponse, LandAccount, LandEvent, LandFinding, LandSignature, Outline,
        ParcelPicture, PartErasure, PartShown, RecordHistoryItem, RecordPicture, RecordSummary, RecordTotals,
    },
    domain::{AreaKind, Classification, LandStatus, LayingMethod, PartForm, PartKind, degrees},
};

/// One record.
pub fn record(answer: &GetRecordResponse) -> Vec<Block> {
    let Some(picture) = &answer.record else { return vec![says(&answer.caution)] };
    let mut tables = vec![says(&sentence(picture, &answer.at)), identity(picture)];
    tables.extend(filled(parcels(&picture.parcels, picture.totals.as_ref())));
    tables.extend(filled(layings(picture)));
    tables.extend(filled(parts(&picture.parts)));
    tables.extend(filled(waiting(picture)));
    tables.extend(filled(findings(&picture.findings)));
    tables.push(says(&answer.caution));
    tables
}

/// What holds a point.
pub fn at(records: &[RecordSummary], date: &str, caution: &str) -> Vec<Block> {
    let first = match records {
        [] => {
            format!("No record has a danger area at this point on {date}. That does not mean that there are no mines.")
        }
        [one] => format!("On {date} this point lies in the danger area of {}: {}.", one.record, standing(one)),
        more => format!("On {date} this point lies in the danger areas of {} records.", more.len()),
    };
    listed(&first, records, caution)
}

/// What a search found.
pub fn found(records: &[RecordSummary], date: &str, caution: &str) -> Vec<Block> {
    let first = match records {
        [] => format!("No record was found for {date}. That does not mean that there are no mines."),
        [_] => format!("1 record as of {date}."),
        more => format!("{} records as of {date}.", more.len()),
    };
    listed(&first, records, caution)
}

/// The events on a record.
pub fn history(items: &[RecordHistoryItem], caution: &str) -> Vec<Block> {
    let rows = items.iter().map(|item| {
        let position = item.position.clone().unwrap_or_default();
        [
            undated(&item.date),
            happened(item),
            item.signatures.iter().map(signed_by).collect::<Vec<_>>().join("\n"),
            position.index.to_string(),
        ]
    });
    vec![table(["date", "what", "signed by", "index"], rows), says(caution)]
}

fn signed_by(signature: &LandSignature) -> String {
    let LandSignature { organisation, member, capacity, verdict, index } = signature;
    let capacity = capacity.replace('_', " ");
    let said = match (verdict.as_str(), index) {
        ("" | "approve", None) => capacity,
        ("approve", Some(index)) => format!("{capacity}, entry {index}"),
        (verdict, _) => format!("{capacity}: {verdict}"),
    };
    format!("{organisation}/{member} ({said})")
}

/// The square metres of a record.
pub fn accounts(
    of: &[ParcelPicture],
    totals: Option<&RecordTotals>,
    remarks: &[LandFinding],
    caution: &str,
) -> Vec<Block> {
    let row = |name: String, account: &LandAccount| {
        [
            name,
            area(account.opening_m2),
            format!("+{}", account.added_m2),
            format!("{:+}", account.corrected_m2),
            format!("-{}", account.cancelled_m2),
            format!("-{}", account.reduced_m2),
            format!("-{}", account.cleared_m2),
            area(account.closing_m2),
        ]
    };
    let rows = of.iter().map(|parcel| row(parcel.id.clone(), &parcel.account.unwrap_or_default()));
    let total = totals.filter(|_| of.len() > 1).map(|totals| row("total".into(), &totals.account.unwrap_or_default()));
    let header = ["m2", "opening", "added", "corrected", "cancelled", "reduced", "cleared", "closing"];
    let mut tables = vec![table(header, rows.chain(total))];
    let outside = of.iter().filter_map(|parcel| {
        let outside = parcel.account?.cleared_outside_m2;
        (outside > 0).then(|| [parcel.id.clone(), format!("{outside} m2 cleared beyond what was reported")])
    });
    tables.extend(filled(table(["parcel", "outside the account"], outside)));
    tables.extend(filled(findings(remarks)));
    tables.push(says(caution));
    tables
}

/// The table, or nothing at all when it has no rows.
fn filled(table: Block) -> Option<Block> {
    (!table.is_empty()).then_some(table)
}

/// A sentence of its own.
pub fn says(sentence: &str) -> Block {
    sentences(None, [sentence.to_owned()])
}

fn listed(first: &str, records: &[RecordSummary], caution: &str) -> Vec<Block> {
    let rows = records.iter().map(|record| {
        [
            record.record.clone(),
            status(record.status).to_owned(),
            kind(record),
            record.place.clone(),
            open_area(record),
            record.findings.len().to_string(),
        ]
    });
    let mut tables = vec![says(first)];
    tables.extend(filled(table(["record", "status", "kind", "place", "open m2", "remarks"], rows)));
    tables.push(says(caution));
    tables
}

fn sentence(picture: &RecordPicture, date: &str) -> String {
    let summary = picture.summary.clone().unwrap_or_default();
    let waits = match picture.waiting.len() {
        0 => String::new(),
        1 => "; one event waits for signatures".to_owned(),
        more => format!("; {more} events wait for signatures"),
    };
    format!("On {date} {} is {}{waits}.", summary.record, standing(&summary))
}

fn standing(summary: &RecordSummary) -> &'static str {
    match LandStatus::from_number(summary.status) {
        Some(LandStatus::Open) => "open: shown as mined",
        Some(LandStatus::Released) => "released, which does not mean safe",
        Some(LandStatus::Reopened) => "reopened: shown as mined again",
        None => "of a status that this program does not know: treat it as mined",
    }
}

fn status(number: i32) -> &'static str {
    LandStatus::from_number(number).map_or("unknown", LandStatus::name)
}

fn kind(record: &RecordSummary) -> String {
    let classification = Classification::from_number(record.classification).map(Classification::name);
    let kind = AreaKind::from_number(record.kind).map(AreaKind::name);
    [classification, kind].into_iter().flatten().collect::<Vec<_>>().join(" ").replace('_', " ")
}

fn open_area(record: &RecordSummary) -> String {
    match record.unknown_parcels {
        _ if record.parcels == 0 => "not stated".to_owned(),
        0 => record.open_m2.to_string(),
        unknown => format!("{} and {unknown} not known", record.open_m2),
    }
}

fn identity(picture: &RecordPicture) -> Block {
    let summary = picture.summary.clone().unwrap_or_default();
    let mut rows = vec![
        ["kind".to_owned(), kind(&summary)],
        ["country".to_owned(), if summary.country.is_empty() { "not stated".into() } else { summary.country.clone() }],
        ["place".to_owned(), summary.place.clone()],
        ["opened".to_owned(), event(picture.opened.as_ref())],
    ];
    for shown in &summary.danger_areas {
        rows.push(["danger area".to_owned(), format!("{}, {}", outline(shown), event(shown.event.as_ref()))]);
    }
    if summary.danger_areas.is_empty() {
        rows.push(["danger area".to_owned(), "none is shown to the public".to_owned()]);
    }
    rows.extend(picture.regimes.iter().map(|regime| ["regime".to_owned(), regime.clone()]));
    rows.extend(picture.other_ids.iter().map(|id| ["other id".to_owned(), id.clone()]));
    table(["record", &summary.record], rows)
}

fn outline(shown: &DangerAreaInForce) -> String {
    match shown.area.as_ref().and_then(|area| area.outline.as_ref()) {
        Some(Outline::Circle(circle)) => {
            let centre = circle.centre.unwrap_or_default();
            format!("{} m around {}, {}", circle.radius_m, degrees(centre.latitude), degrees(centre.longitude))
        }
        Some(Outline::Polygon(polygon)) => {
            let first = polygon.ring.first().copied().unwrap_or_default();
            let (latitude, longitude) = (degrees(first.latitude), degrees(first.longitude));
            format!("polygon of {} corners from {latitude}, {longitude}", polygon.ring.len())
        }
        None => "of a form that this program does not know".to_owned(),
    }
}

fn parcels(of: &[ParcelPicture], totals: Option<&RecordTotals>) -> Block {
    let rows = of.iter().map(|parcel| {
        let account = parcel.account.unwrap_or_default();
        let mut notes = Vec::new();
        notes.extend(parcel.withdrawn.then(|| "withdrawn by a correction".to_owned()));
        notes.extend(parcel.numeric_only.then(|| "numbers only".to_owned()));
        notes.extend(parcel.released_by.as_ref().map(|release| format!("release {}", event(Some(release)))));
        notes.extend(parcel.release_waiting.iter().map(|waits| format!("release waits: {}", event(Some(waits)))));
        [
            parcel.id.clone(),
            status(parcel.status).to_owned(),
            area(account.closing_m2),
            account.cleared_m2.to_string(),
            notes.join("\n"),
        ]
    });
    let total = totals.filter(|_| of.len() > 1).map(|totals| {
        let released = format!("{} m2 released", totals.released_m2);
        let account = totals.account.unwrap_or_default();
        ["total".to_owned(), String::new(), area(account.closing_m2), account.cleared_m2.to_string(), released]
    });
    table(["parcel", "status", "m2 left", "cleared", "notes"], rows.chain(total))
}

fn area(area: Option<u64>) -> String {
    area.map_or_else(|| "not known".to_owned(), |area| area.to_string())
}

fn layings(picture: &RecordPicture) -> Block {
    let rows = picture.layings.iter().map(|laying| {
        let method =
            LayingMethod::from_number(laying.method).map_or("not stated", LayingMethod::name).replace('_', " ");
        let verified = if laying.verified { "verified" } else { "unverified" };
        [undated(&laying.completed), method, laying.laid_by.clone(), verified.to_owned(), event(laying.event.as_ref())]
    });
    table(["laid", "method", "by", "", "recorded"], rows)
}

fn undated(date: &str) -> String {
    if date.is_empty() { "undated".to_owned() } else { date.to_owned() }
}

fn parts(of: &[PartShown]) -> Block {
    let rows = of.iter().map(|part| {
        let kind = PartKind::from_number(part.kind).map_or("unknown", PartKind::name).replace('_', " ");
        let form = PartForm::from_number(part.form).map_or("unknown", PartForm::name);
        let opened = match part.commitments {
            0 => String::new(),
            commitments => format!("{} of {commitments}", part.opened),
        };
        let mut form = vec![format!("{form}, slot {}", part.slot)];
        form.extend(part.erasures.iter().map(erased));
        let review = part.withholding.as_ref().map(|why| format!("{}; review {}", why.basis, why.review_on));
        [kind, form.join("\n"), opened, review.unwrap_or_default(), event(part.event.as_ref())]
    });
    table(["part", "form", "opened", "why withheld", "recorded"], rows)
}

/// The content does not exist any more; that it was committed to stays.
fn erased(erasure: &PartErasure) -> String {
    let on = if erasure.erased.is_empty() { String::new() } else { format!(" on {}", erasure.erased) };
    let what = if erasure.superseded { "before a correction, erased" } else { "erased" };
    format!("{what}{on}, entry {}", erasure.event.as_ref().map(|event| event.index).unwrap_or_default())
}

fn waiting(picture: &RecordPicture) -> Block {
    let rows = picture.waiting.iter().map(|waits| {
        [waits.kind.replace('_', " "), waits.parcels.join(", "), waits.message.clone(), event(waits.event.as_ref())]
    });
    table(["waits", "parcels", "for what", "recorded"], rows)
}

fn findings(of: &[LandFinding]) -> Block {
    let rows = of.iter().map(|finding| {
        let about = [finding.parcel.clone(), finding.event.as_ref().map(|at| event(Some(at))).unwrap_or_default()];
        let about: Vec<String> = about.into_iter().filter(|text| !text.is_empty()).collect();
        [finding.code.replace('_', " "), finding.message.clone(), about.join(", ")]
    });
    table(["remark", "", "about"], rows)
}

fn happened(item: &RecordHistoryItem) -> String {
    let mut says = item.kind.replace('_', " ");
    says.extend(item.about.as_ref().map(|about| format!(" (entry {})", about.index)));
    let standing = super::output::short_name(item.standing().as_str_name(), "LAND_EVENT_STANDING_");
    says.push_str(&format!("\n{standing}{}", if item.verified { ", verified" } else { "" }));
    if !item.used {
        says.push_str(", not used for this date");
    }
    for part in item.parts.iter().filter(|part| part.commitments > 0) {
        let kind = PartKind::from_number(part.kind).map_or("part", PartKind::name).replace('_', " ");
        says.push_str(&format!("\n{kind}: {} of {} commitments opened", part.opened, part.commitments));
        part.erasures.iter().for_each(|erasure| says.push_str(&format!(", {}", erased(erasure))));
    }
    item.findings.iter().for_each(|finding| says.push_str(&format!("\nfinding: {}", short_name(&finding.code, ""))));
    says
}

fn event(event: Option<&LandEvent>) -> String {
    event.map(|event| format!("entry {} by {}", event.index, event.organisation)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_answer_says_that_no_record_does_not_mean_no_mines() {
        let text = |blocks: Vec<Block>| blocks.iter().map(|block| block.text(200)).collect::<Vec<_>>().join("\n");
        for shown in [text(at(&[], "2026-06-01", "caution")), text(found(&[], "2026-06-01", "caution"))] {
            assert!(shown.contains("does not mean that there are no mines") && shown.contains("caution"), "{shown}");
        }
    }

    #[test]
    fn a_status_of_a_newer_service_is_treated_as_mined() {
        let summary = RecordSummary { status: 99, ..RecordSummary::default() };
        assert!(standing(&summary).contains("treat it as mined"));
    }
}
