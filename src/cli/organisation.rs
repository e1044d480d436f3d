//! `organisation list|show`: who may sign what.

use clap::Subcommand;

use super::{
    Exit, Failure, Global, ReadArguments,
    block::{Block, fields, table},
    output::{Output, short_name},
};
use crate::client::{
    reply::{Organisation, OrganisationStanding},
    to_json,
};

#[derive(Debug, Subcommand)]
pub enum Command {
    /// All organisations.
    List {
        #[command(flatten)]
        read: ReadArguments,
    },
    /// One organisation with its posts, keys and mandates.
    Show {
        /// e.g. lv-desk
        id: String,
        #[command(flatten)]
        read: ReadArguments,
    },
}

pub async fn run(command: Command, global: &Global, output: &Output) -> Result<Exit, Failure> {
    let client = global.connect().await?;
    match command {
        Command::List { read } => {
            let answer = client.organisations(read.known_at).await?;
            let json = to_json("ListOrganisationsResponse", &answer);
            output.show_list(&json, "organisations", || vec![list(&answer.organisations)])?;
            output.note_what_it_holds_for(answer.holds_at.as_ref());
        }
        Command::Show { id, read } => {
            let answer = client.organisation(&id, read.known_at).await?;
            let organisation = answer.organisation.clone().unwrap_or_default();
            output.show(&to_json("GetOrganisationResponse", &answer), || show(&organisation))?;
            output.note_what_it_holds_for(answer.holds_at.as_ref());
        }
    }
    Ok(Exit::Done)
}

fn list(organisations: &[Organisation]) -> Block {
    let rows = organisations.iter().map(|organisation| {
        [
            organisation.id.clone(),
            organisation.name.clone(),
            short_name(organisation.r#type().as_str_name(), "ORGANISATION_TYPE_"),
            organisation.country.clone(),
            organisation.members.len().to_string(),
            standing(organisation),
            organisation.admitted_index.to_string(),
        ]
    });
    table(["id", "name", "type", "country", "posts", "standing", "index"], rows)
}

/// Whether its posts may sign. What governs takes effect with its entry, so an
/// entry of the registry never waits.
fn standing(organisation: &Organisation) -> String {
    match organisation.standing() {
        OrganisationStanding::Succeeded => format!("succeeded by {}", organisation.successor),
        standing => short_name(standing.as_str_name(), "ORGANISATION_STANDING_"),
    }
}

fn show(organisation: &Organisation) -> Vec<Block> {
    let keys = organisation.members.iter().flat_map(|member| {
        let roles: Vec<String> = member.roles().map(|role| short_name(role.as_str_name(), "ROLE_")).collect();
        let post = [member.id.clone(), member.post.clone(), roles.join(", ")];
        let keys = member.keys.iter().map(|key| {
            let ending = short_name(key.ending().as_str_name(), "KEY_ENDING_");
            // The first eight digits tell keys apart; JSON has them whole.
            format!(
                "{} {}",
                &hex::encode(&key.id)[..8.min(key.id.len() * 2)],
                if ending == "unspecified" { "active" } else { &ending }
            )
        });
        let keys: Vec<String> = keys.collect();
        let [id, title, roles] = post;
        [[id, title, roles, keys.join("\n")]]
    });
    let mandates = organisation.mandates.iter().map(|mandate| {
        let covers: Vec<String> = mandate.treaties.iter().chain(&mandate.countries).cloned().collect();
        [
            short_name(mandate.r#type().as_str_name(), "MANDATE_TYPE_"),
            covers.join(", "),
            mandate.since.clone(),
            mandate.until.clone(),
        ]
    });
    let whole = [
        ("organisation", organisation.id.clone()),
        ("name", organisation.name.clone()),
        ("type", short_name(organisation.r#type().as_str_name(), "ORGANISATION_TYPE_")),
        ("country", organisation.country.clone()),
        ("standing", standing(organisation)),
        ("verifiers named", organisation.verifiers.join(", ")),
        ("admitted at index", organisation.admitted_index.to_string()),
    ];
    vec![
        fields(whole),
        table(["post", "title", "roles", "keys"], keys),
        table(["mandate", "covers", "since", "until"], mandates),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::reply::Key;
    use crate::client::reply::Member;

    #[test]
    fn an_organisation_fits_80_columns_with_its_keys() {
        let key = Key { id: vec![0xab; 32].into(), ..Key::default() };
        let member = Member {
            id: "recorder-1".into(),
            post: "Recorder of the treaty desk".into(),
            roles: vec![1, 6],
            keys: vec![key],
            ..Member::default()
        };
        let organisation = Organisation {
            id: "lv-desk".into(),
            name: "Desk for the public record of Latvia".into(),
            r#type: 1,
            country: "LV".into(),
            members: vec![member],
            ..Organisation::default()
        };
        let text: Vec<String> = show(&organisation).iter().map(|block| block.text(80)).collect();
        let text = text.join("\n");
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        assert!(text.contains("abababab active") && text.contains("recorder, administrator"), "{text}");
    }
}
