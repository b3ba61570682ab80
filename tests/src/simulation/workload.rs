//! What people, clock and queue do, drawn by the seed.

use anyhow::Result;
use certwright_harness::requests::Key;
use emsign_sandbox::{DEFAULT_ACCESS_KEY, IssueMany};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    faults::Faults,
    history::{History, Wish},
    task::{self, Purpose},
};

/// Invocations that are under way at once, at most.
const MOST_TASKS: usize = 7;

/// First labels of names, most of them ordinary; the others ask the CA for something special.
const LABELS: [&str; 10] = [
    "",
    "",
    "",
    "",
    "pending2.",
    "reject.",
    "wrong-key.",
    "revoke-refused.",
    "html.",
    "slow.",
];

#[derive(Clone, Copy)]
enum Action {
    Place,
    PlaceAgain,
    PlaceOther,
    Check,
    CheckDue,
    Revoke,
    Cancel,
    Delete,
    Restore,
    Rule,
    Decide,
    Import,
    Sync,
    License,
    AdmitHeld,
    StopJob,
    RetryDead,
    Verify,
    Rotate,
    Dcv,
    Stall,
    Elsewhere,
    Wait,
    Round,
    Deliver,
    Trouble,
    Relief,
    Read,
}

const ACTIONS: [(usize, Action); 28] = [
    (14, Action::Place),
    (5, Action::PlaceAgain),
    (2, Action::PlaceOther),
    (14, Action::Check),
    (3, Action::CheckDue),
    (6, Action::Revoke),
    (4, Action::Cancel),
    (4, Action::Delete),
    (3, Action::Restore),
    (2, Action::Rule),
    (8, Action::Decide),
    (5, Action::Import),
    (1, Action::Sync),
    (5, Action::License),
    (3, Action::AdmitHeld),
    (1, Action::StopJob),
    (2, Action::RetryDead),
    (2, Action::Verify),
    (1, Action::Rotate),
    (2, Action::Dcv),
    (3, Action::Stall),
    (2, Action::Elsewhere),
    (14, Action::Wait),
    (12, Action::Round),
    (14, Action::Deliver),
    (10, Action::Trouble),
    (2, Action::Relief),
    (2, Action::Read),
];

impl Action {
    fn kind(self) -> &'static str {
        match self {
            Self::Place => "place",
            Self::PlaceAgain => "place again",
            Self::PlaceOther => "place other under the same key",
            Self::Check => "check",
            Self::CheckDue => "check all due",
            Self::Revoke => "revoke",
            Self::Cancel => "cancel",
            Self::Delete => "delete",
            Self::Restore => "restore",
            Self::Rule => "set whose orders wait",
            Self::Decide => "decide on a waiting order",
            Self::Import => "import",
            Self::Sync => "sync",
            Self::License => "license",
            Self::AdmitHeld => "admit held",
            Self::StopJob => "stop a job",
            Self::RetryDead => "retry dead letters",
            Self::Verify => "verify credential",
            Self::Rotate => "rotate credential",
            Self::Dcv => "verify dcv",
            Self::Stall => "stall",
            Self::Elsewhere => "order elsewhere",
            Self::Wait => "time passes",
            Self::Round => "schedule",
            Self::Deliver => "delivery",
            Self::Trouble => "trouble",
            Self::Relief => "relief",
            Self::Read => "read",
        }
    }
}

/// Kinds of events that a history can do without, the least interesting first.
pub(super) const KINDS: [&str; 31] = [
    "read",
    "relief",
    "sync",
    "verify credential",
    "rotate credential",
    "verify dcv",
    "stall",
    "retry dead letters",
    "admit held",
    "stop a job",
    "check all due",
    "license",
    "order elsewhere",
    "restore",
    "decide on a waiting order",
    "set whose orders wait",
    "delete",
    "import",
    "cancel",
    "revoke",
    "check",
    "place again",
    "place other under the same key",
    "schedule",
    "delivery",
    "time passes",
    "trouble",
    "place",
    "message lost",
    "message repeated",
    "crash",
];

#[derive(Deserialize)]
struct IdRow {
    id: String,
}

impl History {
    /// One thing that somebody does, or that befalls the CA.
    pub(super) fn act(&mut self) -> Result<()> {
        let Some(action) = self.draws.weighted(&ACTIONS) else {
            return Ok(());
        };
        if !self.takes_place(action.kind()) {
            return Ok(());
        }
        match action {
            Action::Wait => return self.wait(),
            Action::Trouble => {
                let in_force = self.stage.sandbox.borrow().faults();
                let now = self.stage.now();
                for rule in self.faults.draw(&mut self.draws, now, &in_force) {
                    let text = serde_json::to_string(&rule)?;
                    self.note(format!("trouble: {text}"));
                    self.stage.sandbox.borrow_mut().add_fault(rule);
                }
                return Ok(());
            }
            Action::Relief => {
                self.note("the CA is well again");
                self.stage.sandbox.borrow_mut().clear_faults();
                return Ok(());
            }
            Action::Elsewhere => return self.order_elsewhere(),
            Action::Stall => return self.stall(),
            _ if self.tasks.len() >= MOST_TASKS => return Ok(()),
            _ => {}
        }
        match action {
            Action::Place => self.place()?,
            Action::PlaceAgain => self.place_again(),
            Action::PlaceOther => self.place_other()?,
            Action::Rule => self.set_rule(),
            Action::Decide => self.decide()?,
            Action::StopJob => self.stop_job()?,
            Action::Round => {
                let round = task::round(self.stage.world.clone());
                self.begin("schedule", Purpose::Other, round);
            }
            Action::Deliver => self.deliver(),
            Action::Check
            | Action::Revoke
            | Action::Cancel
            | Action::Delete
            | Action::Restore
            | Action::Dcv => self.act_on_order(action)?,
            other => self.act_on_all(other),
        }
        Ok(())
    }

    fn wait(&mut self) -> Result<()> {
        let (low, high) = self
            .draws
            .weighted(&[
                (8, (1, 20)),
                (6, (20, 150)),
                (3, (150, 1_800)),
                (1, (1_800, 20_000)),
            ])
            .unwrap_or((1, 20));
        if high > 150 && self.draws.happens(700) {
            self.finish_tasks()?;
        }
        let seconds = self.draws.seconds(low, high);
        self.note(format!("{seconds} seconds pass"));
        self.pass(seconds);
        Ok(())
    }

    /// What is under way stands still for longer than its work is leased, while the schedule and
    /// the queue go on; then it goes on too.
    fn stall(&mut self) -> Result<()> {
        let seconds = self.draws.seconds(121, 145);
        self.note(format!("everything under way stalls for {seconds} seconds"));
        self.pass(seconds);
        let stalled = std::mem::take(&mut self.tasks);
        let round = task::round(self.stage.world.clone());
        self.begin("schedule", Purpose::Other, round);
        self.finish_tasks()?;
        for message in self.stage.world.take_due() {
            let delivery = task::deliver(self.stage.world.clone(), message);
            self.begin("deliver", Purpose::Other, delivery);
        }
        self.finish_tasks()?;
        self.tasks = stalled;
        Ok(())
    }

    /// Orders that are placed at the CA without us.
    fn order_elsewhere(&mut self) -> Result<()> {
        // Now and then more than a page of them.
        let most = if self.draws.happens(80) { 250 } else { 4 };
        let count = self.draws.below(most).saturating_add(1);
        self.names = self.names.saturating_add(1);
        let domain = format!("e{}.whitlock.example", self.names);
        let many: IssueMany =
            serde_json::from_value(json!({ "count": count, "domainName": domain }))?;
        let now = self.stage.now();
        let issued = self.stage.sandbox.borrow_mut().issue_many(&many, now);
        self.note(format!(
            "{count} orders elsewhere under {domain}: {}",
            issued.is_ok()
        ));
        Ok(())
    }

    fn order(&mut self) -> Result<Value> {
        self.names = self.names.saturating_add(1);
        let label = self.draws.pick(&LABELS).copied().unwrap_or("");
        let name = format!("{label}n{}.whitlock.example", self.names);
        let known = self.requests.borrow().get(&name).cloned();
        let csr = match known {
            Some(csr) => csr,
            None => {
                let number = u64::try_from(self.names)?;
                let csr = Key::of(number)?.request(&[&name])?;
                self.requests.borrow_mut().insert(name.clone(), csr.clone());
                csr
            }
        };
        Ok(json!({
            "credentialId": self.credential, "productCode": "842", "groupNumber": "3107745521",
            "domain": name, "csr": csr,
            "agreement": { "accepted": true, "signerPlace": "Portland" },
        }))
    }

    fn place(&mut self) -> Result<()> {
        let body = self.order()?;
        let wish = self.wishes.len();
        self.note(format!("wish k{wish} for n{}", self.names));
        self.wishes.push(Wish {
            key: format!("k{wish}"),
            bodies: vec![body.clone()],
            order: None,
        });
        self.send("POST", "/v1/orders", body, Purpose::Place { wish, body: 0 });
        Ok(())
    }

    fn place_again(&mut self) {
        let wish = self.draws.below(self.wishes.len());
        let Some(bodies) = self.wishes.get(wish).map(|wish| wish.bodies.clone()) else {
            return;
        };
        let body = self.draws.below(bodies.len());
        let Some(value) = bodies.get(body) else {
            return;
        };
        self.send(
            "POST",
            "/v1/orders",
            value.clone(),
            Purpose::Place { wish, body },
        );
    }

    fn place_other(&mut self) -> Result<()> {
        let other = self.order()?;
        let wish = self.draws.below(self.wishes.len());
        let Some(wished) = self.wishes.get_mut(wish) else {
            return Ok(());
        };
        wished.bodies.push(other.clone());
        let body = wished.bodies.len().saturating_sub(1);
        self.send("POST", "/v1/orders", other, Purpose::Place { wish, body });
        Ok(())
    }

    /// The queue delivers what it has: in any order, some of it twice, some of it never.
    fn deliver(&mut self) {
        let due = self.stage.world.take_due();
        self.queue.extend(due);
        for _ in 0..self.draws.below(4) {
            if self.queue.is_empty() || self.tasks.len() >= MOST_TASKS {
                return;
            }
            let index = self.draws.below(self.queue.len());
            let message = self.queue.swap_remove(index);
            if self.draws.happens(100) && self.takes_place("message lost") {
                self.note("a message is lost");
                continue;
            }
            if self.draws.happens(150) && self.takes_place("message repeated") {
                self.queue.push(message.clone());
            }
            let label = format!("deliver {} pieces", message.work.len());
            let delivery = task::deliver(self.stage.world.clone(), message);
            self.begin(&label, Purpose::Other, delivery);
        }
    }

    fn act_on_order(&mut self, action: Action) -> Result<()> {
        let all = "SELECT id FROM orders ORDER BY ordered_at, id";
        let issued = "SELECT id FROM orders WHERE state IN ('held', 'fulfilled') \
                      ORDER BY ordered_at, id";
        let is_aimed = matches!(action, Action::Revoke) && self.draws.happens(800);
        let ids: Vec<IdRow> = self.stage.rows(if is_aimed { issued } else { all })?;
        // The newest are the most eventful.
        let newest = ids.len().saturating_sub(8);
        let ids = if self.draws.happens(800) {
            ids.get(newest..).unwrap_or_default()
        } else {
            &ids
        };
        let Some(IdRow { id }) = self.draws.pick(ids) else {
            return Ok(());
        };
        let path = format!("/v1/orders/{id}");
        let (method, path, body, purpose) = match action {
            Action::Revoke => {
                let body = json!({ "reason": "superseded", "remark": "simulated" });
                ("POST", format!("{path}/revoke"), body, Purpose::Other)
            }
            Action::Cancel => {
                let body = json!({ "remark": "simulated" });
                ("POST", format!("{path}/cancel"), body, Purpose::Other)
            }
            Action::Delete => ("DELETE", path, Value::Null, Purpose::Delete(id.clone())),
            Action::Restore => {
                self.deleted.remove(id);
                let purpose = Purpose::Restore(id.clone());
                ("POST", format!("{path}/restore"), Value::Null, purpose)
            }
            Action::Dcv => {
                let body = json!({ "domain": "whitlock.example", "method": "dnsTxt" });
                ("POST", format!("{path}/dcv/verify"), body, Purpose::Other)
            }
            _ => ("POST", format!("{path}/check"), json!({}), Purpose::Other),
        };
        self.send(method, &path, body, purpose);
        Ok(())
    }

    /// A person stops one of the newest jobs.
    fn stop_job(&mut self) -> Result<()> {
        let ids: Vec<IdRow> = self
            .stage
            .rows("SELECT id FROM jobs ORDER BY is_running DESC, created_at DESC, id LIMIT 3")?;
        if let Some(IdRow { id }) = self.draws.pick(&ids) {
            let path = format!("/v1/jobs/{id}/stop");
            self.send("POST", &path, Value::Null, Purpose::Other);
        }
        Ok(())
    }

    fn act_on_all(&mut self, action: Action) {
        let (method, path, body) = match action {
            Action::CheckDue => ("POST", "/v1/orders/check-due".to_owned(), Value::Null),
            Action::Import => {
                let path = format!("/v1/credentials/{}/import", self.credential);
                ("POST", path, json!({}))
            }
            Action::Sync => ("POST", "/v1/sync".to_owned(), json!({})),
            Action::AdmitHeld => (
                "POST",
                "/v1/certificates/admit-held".to_owned(),
                Value::Null,
            ),
            Action::RetryDead => ("POST", "/v1/dead-letters/retry".to_owned(), Value::Null),
            Action::Verify => {
                let path = format!("/v1/credentials/{}/verify", self.credential);
                ("POST", path, Value::Null)
            }
            Action::Rotate => {
                let path = format!("/v1/credentials/{}/rotate", self.credential);
                ("POST", path, json!({ "accessKey": DEFAULT_ACCESS_KEY }))
            }
            Action::License if self.draws.happens(100) => {
                ("DELETE", "/v1/license".to_owned(), Value::Null)
            }
            Action::License => {
                let seats = self.draws.below(8).saturating_add(1);
                self.note(format!("a license for {seats}"));
                ("PUT", "/v1/license".to_owned(), self.stage.license(seats))
            }
            _ => {
                let lists = [
                    "orders",
                    "certificates",
                    "jobs",
                    "audit",
                    "credentials",
                    "summary",
                    "dead-letters",
                ];
                let list = self.draws.pick(&lists).copied().unwrap_or("orders");
                ("GET", format!("/v1/{list}"), Value::Null)
            }
        };
        self.send(method, &path, body, Purpose::Other);
    }

    /// All trouble ends; time goes on in growing leaps until everything has had its turn.
    pub(super) fn quiet(&mut self) -> Result<()> {
        self.note("quiet");
        self.stage.sandbox.borrow_mut().clear_faults();
        if self.draws.happens(500) {
            self.finish_tasks()?;
        }
        self.tasks.clear();
        self.queue.clear();
        self.stage.world.give_way(false);
        self.is_quiet = true;
        for (times, seconds) in [(15, 60), (15, 600), (14, 3_600)] {
            for _ in 0..times {
                self.pass(seconds);
                self.calm_round()?;
            }
        }
        Ok(())
    }

    /// A person who retries what was set aside, then a round of the schedule and everything that
    /// it sends, one after another.
    fn calm_round(&mut self) -> Result<()> {
        self.act_on_all(Action::RetryDead);
        self.finish_tasks()?;
        let round = task::round(self.stage.world.clone());
        self.begin("schedule", Purpose::Other, round);
        self.finish_tasks()?;
        // Delivered work asks for further work; more than this in one moment would be a loop.
        for _ in 0..200 {
            let due = self.stage.world.take_due();
            if due.is_empty() {
                return Ok(());
            }
            for message in due {
                let delivery = task::deliver(self.stage.world.clone(), message);
                self.begin("deliver", Purpose::Other, delivery);
                self.finish_tasks()?;
            }
        }
        self.violation("work without end");
        Ok(())
    }

    /// With seats for everything and one more import, nothing that the CA has is missing here.
    pub(super) fn finale(&mut self) -> Result<()> {
        let license = self.stage.license(10_000);
        self.stage.ask("PUT", "/v1/license", &license)?;
        let import = format!("/v1/credentials/{}/import", self.credential);
        // Nothing is being placed any more, so that no absence is concluded from these lists.
        if self.draws.happens(500) {
            let rule = Faults::of_lists(&mut self.draws);
            self.stage.sandbox.borrow_mut().add_fault(rule);
        }
        self.stage.ask("POST", &import, &json!({}))?;
        for _ in 0..8 {
            self.pass(60);
            self.calm_round()?;
        }
        self.stage
            .ask("POST", "/v1/certificates/admit-held", &Value::Null)?;
        for _ in 0..4 {
            self.pass(60);
            self.calm_round()?;
        }
        super::inspect::complete(self)
    }
}
