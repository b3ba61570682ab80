//! The license and the certificates that wait for a seat.

use anyhow::{Context, Result, ensure};
use certwright_harness::license::License;
use serde_json::{Value, json};

use super::directory::text_of_first_job;
use super::{Demo, JOB_LIMIT, many};

/// Seats that the small license leaves free.
const FEW: u64 = 3;
/// Certificates that arrive at once, more than there are seats then.
const ARRIVING: u64 = 6;
/// Seats that the bigger license has to spare.
const SPARE: u64 = 100;

impl Demo {
    /// Sets a license that is nearly used up.
    pub(super) fn small_license(&self) -> Result<((), String)> {
        let used = number(&self.worker.get_ok("/v1/license")?, "used")?;
        let license = self.set_license(used + FEW)?;
        let outcome = format!(
            "signed for {}, of which {used} are taken",
            many(number(&license, "seats")?, "seat"),
        );
        Ok(((), outcome))
    }

    /// Lets more certificates arrive at once than seats are free.
    pub(super) fn hold(&self, credential: &str, domain: &str) -> Result<((), String)> {
        let license = self.worker.get_ok("/v1/license")?;
        let free = number(&license, "seats")?.saturating_sub(number(&license, "used")?);
        let many = json!({ "count": ARRIVING, "domainName": domain });
        self.ca.post_ok("/control/orders/issue-many", &many)?;
        let import = self.import_orders(credential)?;
        let held = number(&import, "certificatesHeld")?;
        ensure!(held > 0, "no certificate was held: {import}");
        let outcome = format!(
            "{ARRIVING} certificates arrived for {free} free seats: {} stored, {held} held",
            number(&import, "certificatesStored")?,
        );
        Ok(((), outcome))
    }

    /// Sets a license with seats for everything that waits.
    pub(super) fn bigger_license(&self) -> Result<((), String)> {
        let license = self.worker.get_ok("/v1/license")?;
        let (used, held) = (number(&license, "used")?, number(&license, "held")?);
        let license = self.set_license(used + held + SPARE)?;
        let outcome = format!(
            "signed for {}; {used} taken, {held} wait",
            many(number(&license, "seats")?, "seat"),
        );
        Ok(((), outcome))
    }

    /// Stores what was held.
    pub(super) fn admit(&self) -> Result<((), String)> {
        let mut admitted = 0;
        loop {
            let path = "/v1/certificates/admit-held";
            let started = self.worker.post_ok(path, &json!({}))?;
            let job = text_of_first_job(&started)?;
            let job = self.worker.wait_for_job(job, JOB_LIMIT, |_| {})?;
            let stored = number(&job["report"]["import"], "certificatesStored")?;
            admitted += stored;
            let left = number(&self.worker.get_ok("/v1/license")?, "held")?;
            if left == 0 {
                break;
            }
            // One request takes up a bounded number.
            ensure!(stored > 0, "{} still held", many(left, "certificate"));
        }
        let outcome = format!(
            "{} stored, none held any more",
            many(admitted, "certificate")
        );
        Ok(((), outcome))
    }

    fn set_license(&self, seats: u64) -> Result<Value> {
        let license = License::starting_now("Demo", u32::try_from(seats)?, 365)?;
        let token = license.sign(self.secrets.license_key())?;
        self.worker
            .put_ok("/v1/license", &json!({ "license": token }))
    }
}

fn number(value: &Value, member: &str) -> Result<u64> {
    value[member]
        .as_u64()
        .with_context(|| format!("the reply has no number {member}: {value:#}"))
}
