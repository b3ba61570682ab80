//! Who that has signed in gets which rights. The rules stand in a setting, as JSON.

use serde::Deserialize;

use super::{Identity, Who};
use crate::{ids::CredentialId, permission::Role, token::Rights};

/// The most rules.
const MAX_RULES: usize = 200;

/// The rules in their order. The first that fits decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules(Vec<Rule>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Rule {
    whom: Whom,
    rights: Rights,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Whom {
    Email(String),
    Domain(String),
    Group(String),
    Service(String),
}

/// A rule as it is written.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Written {
    email: Option<String>,
    domain: Option<String>,
    group: Option<String>,
    service: Option<String>,
    role: Role,
    credential_id: Option<CredentialId>,
}

/// The rules can't be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleFault {
    /// Not JSON of the expected form.
    #[error(
        "is a JSON list such as [{{\"email\":\"ann@example.com\",\"role\":\"admin\"}}], but not at \
         line {line}, column {column}"
    )]
    Json {
        /// Where reading has ended.
        line: usize,
        /// Where reading has ended.
        column: usize,
    },
    /// A rule that names nobody, or several.
    #[error(
        "names exactly one of email, domain, group and service in each rule; rule {0} does not"
    )]
    Whom(usize),
    /// None, or very many.
    #[error("has 1 to 200 rules")]
    Count,
}

impl Rules {
    /// Reads the rules.
    ///
    /// # Errors
    /// [`RuleFault`].
    pub fn parse(text: &str) -> Result<Self, RuleFault> {
        let written: Vec<Written> =
            serde_json::from_str(text).map_err(|error| RuleFault::Json {
                line: error.line(),
                column: error.column(),
            })?;
        if !(1..=MAX_RULES).contains(&written.len()) {
            return Err(RuleFault::Count);
        }
        let rules = written.into_iter().enumerate().map(|(index, rule)| {
            let rights = Rights {
                role: rule.role,
                scope: rule.credential_id.clone(),
            };
            let whom = whom(rule).ok_or(RuleFault::Whom(index + 1))?;
            Ok(Rule { whom, rights })
        });
        rules.collect::<Result<_, _>>().map(Self)
    }

    /// The rights of somebody who has signed in; none when no rule fits.
    #[must_use]
    pub fn rights(&self, identity: &Identity) -> Option<&Rights> {
        self.rule(identity).map(|rule| &rule.rights)
    }

    /// The group to which somebody owes their rights, where it is one.
    #[must_use]
    pub fn group(&self, identity: &Identity) -> Option<&str> {
        match &self.rule(identity)?.whom {
            Whom::Group(group) => Some(group),
            _ => None,
        }
    }

    fn rule(&self, identity: &Identity) -> Option<&Rule> {
        self.0.iter().find(|rule| fits(&rule.whom, identity))
    }
}

fn whom(rule: Written) -> Option<Whom> {
    let lower = |text: String| text.trim().to_ascii_lowercase();
    let named = match (rule.email, rule.domain, rule.group, rule.service) {
        (Some(email), None, None, None) => Whom::Email(lower(email)),
        (None, Some(domain), None, None) => {
            Whom::Domain(lower(domain).trim_start_matches('@').to_owned())
        }
        (None, None, Some(group), None) => Whom::Group(group),
        (None, None, None, Some(client)) => Whom::Service(client),
        _ => return None,
    };
    let (Whom::Email(name) | Whom::Domain(name) | Whom::Group(name) | Whom::Service(name)) = &named;
    (!name.trim().is_empty()).then_some(named)
}

fn fits(whom: &Whom, identity: &Identity) -> bool {
    match (whom, &identity.who) {
        (Whom::Email(wanted), Who::Person(email)) => wanted == email,
        (Whom::Domain(wanted), Who::Person(email)) => email
            .rsplit_once('@')
            .is_some_and(|(_, domain)| domain == wanted),
        (Whom::Group(wanted), Who::Person(_)) => identity.groups.contains(wanted),
        (Whom::Service(wanted), Who::Service(client)) => wanted == client,
        _ => false,
    }
}
