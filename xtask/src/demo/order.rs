//! One order from its CSR to its revocation, its deletion and its return.

use anyhow::{Context, Result, bail, ensure};
use certwright_harness::client::wait_until;
use certwright_harness::requests::Key;
use serde_json::{Value, json};

use super::{CA_LIMIT, Demo, text};

/// A DV certificate for one name.
const PRODUCT: &str = "842";

impl Demo {
    /// Makes a key and a CSR for a name in the new domain, and stores the CSR.
    pub(super) fn fresh_csr(&self, domain: &str) -> Result<(Value, String)> {
        let name = format!("www.{domain}");
        let csr = Key::fresh()?.request(&[&name])?;
        let stored = self.worker.post_ok("/v1/csrs", &json!({ "csr": csr }))?;
        let fingerprint = text(&stored, "keyFingerprint")?;
        let outcome = format!(
            "{}, {}, key {}…, signature verified",
            text(&stored, "commonName")?,
            text(&stored, "key")?,
            fingerprint.get(..8).unwrap_or(fingerprint),
        );
        Ok((stored, outcome))
    }

    /// Has every check made without spending anything; gives the order.
    pub(super) fn rehearse(&self, credential: &str, csr: &Value) -> Result<(Value, String)> {
        let groups = self.items(&format!("/v1/groups?credentialId={credential}"))?;
        let group = groups
            .iter()
            .find(|group| group["entry"]["isDefault"] == true)
            .or_else(|| groups.first())
            .context("the account shows no group")?;
        let order = json!({
            "credentialId": credential,
            "productCode": PRODUCT,
            "groupNumber": group["entry"]["number"],
            "domain": text(csr, "commonName")?,
            "csrId": text(csr, "id")?,
            "agreement": { "accepted": true, "signerPlace": "Portland" },
        });
        let rehearsed = self.worker.post_ok("/v1/orders/validate", &order)?;
        let findings = rehearsed["findings"].as_array().into_iter().flatten();
        let findings: Vec<&str> = findings
            .filter_map(|finding| finding["message"].as_str())
            .collect();
        ensure!(
            rehearsed["isValid"] == true,
            "the order cannot be placed: {}",
            findings.join("; ")
        );
        let mut outcome = "valid; nothing stored, nothing sent".to_owned();
        if !findings.is_empty() {
            outcome.push_str(&format!("; noticed: {}", findings.join("; ")));
        }
        Ok((order, outcome))
    }

    /// Places the order, and sends the same request again; gives the order.
    pub(super) fn place(&self, order: &Value) -> Result<(Value, String)> {
        let key = format!("demo-{}", text(order, "domain")?);
        let send = || {
            let key = [("Idempotency-Key", key.as_str())];
            self.worker.json("POST", "/v1/orders", &key, order)?.ok()
        };
        let placed = send()?;
        let again = send()?;
        ensure!(
            placed["id"] == again["id"],
            "sending the order twice made two orders"
        );
        let state = text(&placed["status"], "state")?;
        let number = placed["caOrderNumber"].as_str().unwrap_or("none yet");
        let outcome = format!("CA order {number}, {state}; sent twice, placed once");
        Ok((placed, outcome))
    }

    /// Checks the order until its certificate is here.
    pub(super) fn issue(&self, placed: &Value) -> Result<((), String)> {
        let path = format!("/v1/orders/{}", text(placed, "id")?);
        let mut order = Value::Null;
        wait_until(CA_LIMIT, || {
            order = self.worker.post_ok(&format!("{path}/check"), &json!({}))?;
            match text(&order["status"], "state")? {
                "pending" | "placing" => Ok(false),
                "fulfilled" => Ok(true),
                _ => bail!("{}", text(&order["status"], "guidance")?),
            }
        })
        .with_context(|| format!("the certificate has not come: {}", order["status"]))?;
        let certificate = text(&order, "certificateId")?;
        let certificate = format!("/v1/certificates/{certificate}");
        let view = self.worker.get_ok(&certificate)?;
        let pem = self.worker.get_ok(&format!("{certificate}/pem"))?;
        let count = pem
            .as_str()
            .map_or(0, |pem| pem.matches("BEGIN CERTIFICATE").count());
        let outcome = format!(
            "by {} until {}; PEM with {count} certificates",
            text(&view, "issuer")?,
            text(&view, "notAfter")?.get(..10).unwrap_or_default(),
        );
        Ok(((), outcome))
    }

    /// Asks the CA to revoke, and waits until the CA says that it did.
    pub(super) fn revoke(&self, placed: &Value) -> Result<((), String)> {
        let path = format!("/v1/orders/{}", text(placed, "id")?);
        let reason = json!({ "reason": "superseded", "remark": "The demo is over." });
        let asked = self.worker.post_ok(&format!("{path}/revoke"), &reason)?;
        let at_first = text(&asked["status"], "state")?.to_owned();
        let mut order = Value::Null;
        wait_until(CA_LIMIT, || {
            order = self.worker.post_ok(&format!("{path}/check"), &json!({}))?;
            Ok(order["status"]["state"] == "revoked")
        })
        .with_context(|| format!("the CA has not revoked: {}", order["status"]))?;
        let outcome = format!("asked for (still {at_first}), then revoked; its seat is free again");
        Ok(((), outcome))
    }

    /// Forgets the order here.
    pub(super) fn delete(&self, placed: &Value) -> Result<((), String)> {
        let id = text(placed, "id")?;
        let before = self.ca.get_ok("/control/calls")?["total"].clone();
        self.worker.delete_ok(&format!("/v1/orders/{id}"))?;
        ensure!(
            !self.is_listed(placed)?,
            "the deleted order is still listed"
        );
        let name = text(placed, "domain")?;
        let kept = self.items(&format!("/v1/certificates?host={name}"))?.len();
        ensure!(kept > 0, "the certificate went with the order");
        let after = self.ca.get_ok("/control/calls")?["total"].clone();
        let sent = if before == after {
            "nothing sent to the CA"
        } else {
            "the CA was called by others meanwhile"
        };
        let outcome = format!("gone from the list; certificate stays, {sent}");
        Ok(((), outcome))
    }

    /// Takes the deletion back.
    pub(super) fn restore(&self, placed: &Value) -> Result<((), String)> {
        let path = format!("/v1/orders/{}/restore", text(placed, "id")?);
        let order = self.worker.post_ok(&path, &json!({}))?;
        ensure!(self.is_listed(placed)?, "the order did not come back");
        let state = text(&order["status"], "state")?;
        Ok(((), format!("listed again, as it was: {state}")))
    }

    fn is_listed(&self, placed: &Value) -> Result<bool> {
        let name = text(placed, "domain")?;
        let listed = self.items(&format!("/v1/orders?host={name}"))?;
        Ok(listed.iter().any(|order| order["id"] == placed["id"]))
    }
}
