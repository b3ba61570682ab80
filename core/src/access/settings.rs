//! What a deployment says about Access: all of it, or nothing.

use super::{RuleFault, Rules};

/// The address of a team, `https://TEAM.cloudflareaccess.com`: the issuer of its assertions, and
/// the only address besides the CA's that is ever called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TeamDomain(String);

impl TeamDomain {
    /// Reads the address. Only a team's own is taken, whatever a setting says, so that it can't
    /// send the Worker anywhere else.
    ///
    /// # Errors
    /// [`AccessSettingsFault::Team`].
    pub fn parse(text: &str) -> Result<Self, AccessSettingsFault> {
        let text = text.trim().trim_end_matches('/');
        let team = text
            .strip_prefix("https://")
            .and_then(|rest| rest.strip_suffix(".cloudflareaccess.com"))
            .filter(|team| (1..=63).contains(&team.len()))
            .filter(|team| !team.starts_with('-') && !team.ends_with('-'))
            .filter(|team| {
                team.bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            });
        match team {
            Some(_) => Ok(Self(text.to_owned())),
            None => Err(AccessSettingsFault::Team),
        }
    }

    /// The address without a slash at the end, as assertions name it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Where the team's keys are.
    #[must_use]
    pub fn keys_address(&self) -> String {
        format!("{}/cdn-cgi/access/certs", self.0)
    }
}

/// What a deployment says about Access.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessSettings {
    /// The team's address.
    pub team: TeamDomain,
    /// The audience tag of the Access application that stands before this Worker.
    pub audience: String,
    /// Who gets which rights.
    pub rules: Rules,
}

/// A setting is missing or malformed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccessSettingsFault {
    /// Not a team's address.
    #[error("ACCESS_TEAM_DOMAIN is https://TEAM.cloudflareaccess.com")]
    Team,
    /// Not an audience tag.
    #[error("ACCESS_AUD is the application's audience tag of 64 hexadecimal digits")]
    Audience,
    /// The rules can't be read.
    #[error("ACCESS_ROLES {0}")]
    Rules(#[from] RuleFault),
    /// Some of the three settings are there and others not.
    #[error("{0} is missing; Access needs ACCESS_TEAM_DOMAIN, ACCESS_AUD and ACCESS_ROLES")]
    Missing(&'static str),
}

impl AccessSettings {
    /// Reads the three settings; without any of them Access is not used.
    ///
    /// # Errors
    /// [`AccessSettingsFault`].
    pub fn read(
        team: Option<&str>,
        audience: Option<&str>,
        rules: Option<&str>,
    ) -> Result<Option<Self>, AccessSettingsFault> {
        if (team, audience, rules) == (None, None, None) {
            return Ok(None);
        }
        let team = team.ok_or(AccessSettingsFault::Missing("ACCESS_TEAM_DOMAIN"))?;
        let audience = audience.ok_or(AccessSettingsFault::Missing("ACCESS_AUD"))?;
        let rules = rules.ok_or(AccessSettingsFault::Missing("ACCESS_ROLES"))?;
        let audience = audience.trim();
        let is_tag = audience.len() == 64 && audience.bytes().all(|b| b.is_ascii_hexdigit());
        if !is_tag {
            return Err(AccessSettingsFault::Audience);
        }
        Ok(Some(Self {
            team: TeamDomain::parse(team)?,
            audience: audience.to_owned(),
            rules: Rules::parse(rules)?,
        }))
    }
}
