//! Which client is the company's.

use std::collections::BTreeSet;

use model::growcrm::{Client, ClientId};
use model::{Finding, FindingKind, Rule};

use super::{Need, Snapshot};
use crate::rules::Rules;

/// Where the company's contacts belong.
pub(super) enum Place {
    /// There is nobody to put anywhere.
    Unneeded,
    /// Into this client.
    At(ClientId),
    /// Into a client that is to be created.
    ToCreate,
    /// Nowhere, because of this.
    Nowhere(Finding),
}

/// The label by which a client is known to be a company's.
pub(super) fn tag(snapshot: &Snapshot) -> String {
    format!("{PREFIX}{}", snapshot.company.id)
}

const PREFIX: &str = "cw-company-";

/// The client of the map, unless it is gone; else the one that is labeled so.
pub(super) fn place(snapshot: &Snapshot, rules: &Rules) -> Result<Place, Need> {
    if let Some(id) = snapshot.place.filter(|id| !snapshot.is_gone(*id)) {
        return at(snapshot, id);
    }
    let clients = snapshot.clients.as_ref().ok_or(Need::Clients)?;
    let clients = clients.iter().filter(|client| !snapshot.is_gone(client.id));
    let (tag, company) = (tag(snapshot), snapshot.company.id);
    let tagged = clients.clone().filter(|client| client.is_tagged(&tag));
    let tagged: Vec<&Client> = tagged.collect();
    let words = match &tagged[..] {
        [client] if companies(client) == 1 => return at(snapshot, client.id),
        [client] => format!(
            "Grow CRM client {} is tagged for several companies, and the account owner follows one; leave it \
             one tag that begins with {PREFIX}",
            client.id
        ),
        [] => {
            let namesakes = clients.filter(|c| is_namesake(snapshot, c));
            let namesakes: Vec<&Client> = namesakes.collect();
            match &namesakes[..] {
                [] if rules.growcrm.create_clients && !snapshot.clients_are_new => {
                    return Err(Need::ClientsAnew);
                }
                [] if rules.growcrm.create_clients => return Ok(Place::ToCreate),
                [] => format!(
                    "no client in Grow CRM is tagged {tag}, so nobody of company {company} is mirrored; tag its \
                     client, or have clients created (create-clients)"
                ),
                _ => format!(
                    "no client in Grow CRM is tagged {tag}, but client {} has the company's name; if it is \
                     the company's, tag it {tag}",
                    listed(&namesakes)
                ),
            }
        }
        _ => format!(
            "Grow CRM clients {} are all tagged {tag}; leave the tag on the one that is the company's",
            listed(&tagged)
        ),
    };
    let gone = snapshot
        .place
        .map(|id| format!("client {id}, which was the company's, is gone from Grow CRM, and "));
    let words = format!("{}{words}", gone.unwrap_or_default());
    Ok(Place::Nowhere(nowhere(snapshot, words)))
}

/// Where the CRM would not create anybody, it is looked first whether the client is there.
fn at(snapshot: &Snapshot, client: ClientId) -> Result<Place, Need> {
    if snapshot.doubted.contains(&client) && !snapshot.client.contains_key(&client) {
        return Err(Need::Client(client));
    }
    Ok(Place::At(client))
}

fn nowhere(snapshot: &Snapshot, words: String) -> Finding {
    Finding {
        rule: Rule::MirrorGrowCrm,
        kind: FindingKind::NoMirror,
        company: Some(snapshot.company.id),
        contacts: Vec::new(),
        words,
        evidence: Vec::new(),
    }
}

/// How many companies it is labeled for.
fn companies(client: &Client) -> usize {
    let tags = client.tags.iter().map(|tag| tag.trim().to_lowercase());
    let ours: BTreeSet<String> = tags.filter(|tag| tag.starts_with(PREFIX)).collect();
    ours.len()
}

/// Whether it has the company's name and is labeled for nobody.
fn is_namesake(snapshot: &Snapshot, client: &Client) -> bool {
    let name = |name: &model::Private| name.reveal().trim().to_lowercase();
    companies(client) == 0 && name(&client.company_name) == name(&snapshot.company.name)
}

fn listed(clients: &[&Client]) -> String {
    let ids: Vec<String> = clients.iter().map(|client| client.id.to_string()).collect();
    ids.join(" and ")
}
