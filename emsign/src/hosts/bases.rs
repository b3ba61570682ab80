//! Where a deployment's calls go: the CA's hosts, and what its administrator configured.

use certwright_core::credential::Environment;
use http::Uri;

use super::{BaseRefused, BaseUrl, Reach, base, checked_base};

/// Every environment.
const ALL: [Environment; 5] = [
    Environment::ProductionGlobal,
    Environment::ProductionUs,
    Environment::ProductionHub,
    Environment::CaSandbox,
    Environment::Development,
];

/// The bases of a deployment. A call goes below one of them or nowhere.
#[derive(Clone, Debug, Default)]
pub struct Bases {
    configured: Vec<(Environment, BaseUrl)>,
}

impl Bases {
    /// Reads the bases that a deployment configures. `setting` gives the value of a setting by its
    /// name, if it has one: [`setting_name`] of each environment, and `DEVELOPMENT_CA_REMOTE`.
    ///
    /// The look-alike of a development deployment is on this machine, unless that setting says
    /// `true`; then it is a host on the internet like the others.
    ///
    /// # Errors
    /// The name of the setting that is refused, and why.
    pub fn configured(
        setting: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, (&'static str, BaseRefused)> {
        let is_remote = setting("DEVELOPMENT_CA_REMOTE").is_some_and(|value| value == "true");
        let mut bases = Self::default();
        for environment in ALL {
            let name = setting_name(environment);
            let reach = match environment {
                Environment::Development if !is_remote => Reach::ThisMachine,
                _ => Reach::Internet,
            };
            if let Some(text) = setting(name) {
                let base = checked_base(&text, reach).map_err(|refused| (name, refused))?;
                bases.configured.push((environment, base));
            }
        }
        Ok(bases)
    }

    /// Where calls for an environment go; `None` when this deployment has no such environment.
    #[must_use]
    pub fn of(&self, environment: Environment) -> Option<BaseUrl> {
        let is_meant = |(known, _): &&(Environment, BaseUrl)| *known == environment;
        match self.configured.iter().find(is_meant) {
            Some((_, base)) => Some(base.clone()),
            None => checked_base(base(environment)?, Reach::Internet).ok(),
        }
    }

    /// Whether a call may go to this address: an operation right below one of the bases. Requests
    /// are built from bases alone; this is the second line, asked where they leave.
    #[must_use]
    pub fn allow(&self, address: &Uri) -> bool {
        let address = address.to_string();
        let is_below = |base: BaseUrl| {
            let operation = address
                .strip_prefix(base.as_str())
                .and_then(|rest| rest.strip_prefix('/'));
            operation.is_some_and(|name| {
                !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric())
            })
        };
        ALL.into_iter()
            .filter_map(|environment| self.of(environment))
            .any(is_below)
    }
}

/// The setting that configures an environment's base: the path prefix of the CA's hosts is not
/// documented for all of them (emSign API reference, A1), and hosts have changed before.
#[must_use]
pub fn setting_name(environment: Environment) -> &'static str {
    match environment {
        Environment::ProductionGlobal => "CA_BASE_PRODUCTION_GLOBAL",
        Environment::ProductionUs => "CA_BASE_PRODUCTION_US",
        Environment::ProductionHub => "CA_BASE_PRODUCTION_HUB",
        Environment::CaSandbox => "CA_BASE_SANDBOX",
        Environment::Development => "DEVELOPMENT_CA_BASE",
    }
}
