//! One history: what is under way, what happened, and the driving of it.

use std::collections::BTreeSet;

use anyhow::Result;
use certwright_worker::caller::Caller;
use certwright_worker::testing::ADMIN_TOKEN;
use certwright_worker::work::Message;
use emsign_sandbox::DEFAULT_ACCESS_KEY;
use serde::Deserialize;
use serde_json::Value;

use crate::draws::Draws;

use super::{
    Outcome, Plan, Requests, Tally,
    faults::Faults,
    stage::Stage,
    task::{self, Ended, Purpose, Task},
};

/// Seconds that an invocation may last. The platform ends those that last longer; the Worker
/// counts on that before it takes a call for unanswered (`CALL_LIMIT`). It is longer than the
/// lease of a piece of work, so that holders of lost leases are played too.
const LONGEST: i64 = 170;

/// An order that somebody wants, under one idempotency key.
pub(super) struct Wish {
    pub(super) key: String,
    /// What was sent under the key; only the first that is taken may count.
    pub(super) bodies: Vec<Value>,
    /// The order that came of it, and of which body.
    pub(super) order: Option<(String, usize)>,
}

/// One history.
pub(super) struct History {
    seed: u64,
    pub(super) stage: Stage,
    pub(super) credential: String,
    pub(super) requests: Requests,
    pub(super) draws: Draws,
    pub(super) faults: Faults,
    pub(super) tasks: Vec<Task>,
    /// Messages that the queue has accepted and not delivered.
    pub(super) queue: Vec<Message>,
    pub(super) wishes: Vec<Wish>,
    /// Orders that were deleted and not restored since.
    pub(super) deleted: BTreeSet<String>,
    /// Deletions by number during which a restore of the same order was under way. Either may have
    /// come first, so they promise nothing.
    overlapped: BTreeSet<usize>,
    pub(super) orders: usize,
    pub(super) names: usize,
    /// Of 1000 operations, after how many the invocation ends for good.
    crashes: usize,
    /// Whether nothing of interest is expected any more.
    pub(super) is_quiet: bool,
    seats_used: u64,
    started: usize,
    plan: Plan,
    tally: Tally,
    trace: Vec<String>,
    violations: Vec<String>,
}

#[derive(Deserialize)]
struct Number {
    value: u64,
}

impl History {
    pub(super) fn new(
        seed: u64,
        stage: Stage,
        credential: String,
        requests: Requests,
        plan: &Plan,
    ) -> Self {
        let mut draws = Draws::new(seed);
        let crashes = draws.pick(&[0, 5, 20, 60]).copied().unwrap_or(0);
        Self {
            seed,
            stage,
            credential,
            requests,
            draws,
            faults: Faults::default(),
            tasks: Vec::new(),
            queue: Vec::new(),
            wishes: Vec::new(),
            deleted: BTreeSet::new(),
            overlapped: BTreeSet::new(),
            orders: 0,
            names: 0,
            crashes,
            is_quiet: false,
            seats_used: 0,
            started: 0,
            plan: plan.clone(),
            tally: Tally {
                histories: 1,
                ..Tally::default()
            },
            trace: Vec::new(),
            violations: Vec::new(),
        }
    }

    pub(super) fn outcome(mut self) -> Outcome {
        self.tally.orders = self.orders as u64;
        let struck = self.stage.sandbox.borrow().struck().clone();
        for ((operation, kind), times) in struck {
            for _ in 0..times {
                self.tally.event(&format!("fault {kind} of {operation}"));
            }
        }
        Outcome {
            seed: self.seed,
            trace: self.trace,
            violations: self.violations,
            tally: self.tally,
        }
    }

    /// Whether an event of this kind takes place; those that do are counted.
    pub(super) fn takes_place(&mut self, kind: &'static str) -> bool {
        if self.plan.muted.contains(kind) {
            return false;
        }
        if !self.is_quiet {
            self.tally.event(kind);
        }
        true
    }

    pub(super) fn note(&mut self, line: impl AsRef<str>) {
        if self.is_quiet {
            return;
        }
        self.tell(line);
    }

    fn tell(&mut self, line: impl AsRef<str>) {
        let line = format!("{:>7}s  {}", self.stage.elapsed(), line.as_ref());
        self.trace.push(line);
    }

    pub(super) fn violation(&mut self, what: impl AsRef<str>) {
        let what: String = what.as_ref().chars().take(200).collect();
        self.tell(format!("VIOLATION {what}"));
        self.violations.push(what);
    }

    /// Plays the steps of trouble. Each draws from numbers of its own, so that leaving one out
    /// changes no other's.
    pub(super) fn play(&mut self) -> Result<()> {
        self.stage.world.give_way(true);
        for _ in 0..self.plan.steps {
            let (act, go_on) = (Draws::new(self.draws.next()), Draws::new(self.draws.next()));
            let rest = std::mem::replace(&mut self.draws, act);
            self.act()?;
            self.draws = go_on;
            for _ in 0..self.draws.below(40) {
                self.go_on()?;
            }
            self.draws = rest;
        }
        Ok(())
    }

    /// Begins an invocation.
    pub(super) fn begin(
        &mut self,
        label: &str,
        purpose: Purpose,
        future: impl Future<Output = Ended> + 'static,
    ) {
        self.started = self.started.saturating_add(1);
        let number = self.started;
        self.note(format!("#{number} {label}"));
        self.overlaps(number, &purpose);
        let now = self.stage.now();
        self.tasks.push(Task::new(number, now, purpose, future));
    }

    /// Marks deletions that a restore of the same order overlaps with.
    fn overlaps(&mut self, number: usize, purpose: &Purpose) {
        let under_way = self.tasks.iter();
        match purpose {
            Purpose::Delete(id) => {
                let mut restores = under_way.map(|task| &task.purpose);
                if restores.any(|other| matches!(other, Purpose::Restore(of) if of == id)) {
                    self.overlapped.insert(number);
                }
            }
            Purpose::Restore(id) => {
                let deletions = under_way
                    .filter(|task| matches!(&task.purpose, Purpose::Delete(of) if of == id));
                self.overlapped.extend(deletions.map(|task| task.number));
            }
            Purpose::Place { .. } | Purpose::Other => {}
        }
    }

    /// Begins a request of the administrator's.
    pub(super) fn send(&mut self, method: &'static str, path: &str, body: Value, purpose: Purpose) {
        self.send_as(None, method, path, body, purpose);
    }

    /// Begins a request of the administrator's, or of another caller.
    pub(super) fn send_as(
        &mut self,
        caller: Option<Caller>,
        method: &'static str,
        path: &str,
        body: Value,
        purpose: Purpose,
    ) {
        let key = match &purpose {
            Purpose::Place { wish, .. } => self.wishes.get(*wish).map(|wish| wish.key.clone()),
            _ => None,
        };
        let label = match &key {
            Some(key) => format!("{method} {path} key {key}"),
            None => format!("{method} {path}"),
        };
        let world = self.stage.world.clone();
        let request = task::request(world, caller, method, path.to_owned(), key, body);
        self.begin(&label, purpose, request);
    }

    /// One operation of one invocation; or that invocation ends there.
    fn go_on(&mut self) -> Result<()> {
        if self.tasks.is_empty() {
            return Ok(());
        }
        let index = self.draws.below(self.tasks.len());
        if self.draws.happens(self.crashes) && self.takes_place("crash") {
            let task = self.tasks.swap_remove(index);
            self.note(format!("#{} crashes", task.number));
            return Ok(());
        }
        if self.draws.happens(20) {
            let seconds = self.draws.seconds(1, 20);
            self.pass(seconds);
        }
        self.poll(index)
    }

    /// One operation of an invocation. The license is looked at after each.
    fn poll(&mut self, index: usize) -> Result<()> {
        let Some(task) = self.tasks.get_mut(index) else {
            return Ok(());
        };
        self.tally.operations = self.tally.operations.saturating_add(1);
        let ended = task.poll();
        self.watch_seats()?;
        if let Some(ended) = ended {
            let task = self.tasks.swap_remove(index);
            self.ended(&task, ended);
        }
        Ok(())
    }

    /// Everything that is under way comes to its end.
    pub(super) fn finish_tasks(&mut self) -> Result<()> {
        while !self.tasks.is_empty() {
            self.poll(0)?;
        }
        Ok(())
    }

    /// Time passes; invocations that last too long end.
    pub(super) fn pass(&mut self, seconds: i64) {
        self.stage.pass(seconds);
        let now = self.stage.now();
        let (ended, go_on): (Vec<Task>, Vec<Task>) = std::mem::take(&mut self.tasks)
            .into_iter()
            .partition(|task| now.saturating_sub(task.began) > LONGEST);
        self.tasks = go_on;
        for task in ended {
            self.note(format!("#{} lasts too long and is ended", task.number));
            self.tally.event("invocation ended after its time");
        }
    }

    fn watch_seats(&mut self) -> Result<()> {
        let rows: Vec<Number> = self
            .stage
            .rows("SELECT value FROM counters WHERE name = 'seats'")?;
        let used = rows.first().map_or(0, |row| row.value);
        if used > self.seats_used {
            let seats = self.stage.seats()?;
            if used > seats {
                self.violation(format!("{used} seats are used, the license has {seats}"));
            }
        }
        self.seats_used = used;
        Ok(())
    }

    fn ended(&mut self, task: &Task, ended: Ended) {
        let number = task.number;
        match ended {
            Ended::Work(None) => self.note(format!("#{number} is done")),
            Ended::Work(Some(fault)) => {
                self.violation(format!("#{number}: work failed: {fault}"));
            }
            Ended::Reply(status, value) => {
                let text = value.to_string();
                let brief = value.pointer("/status/state").or_else(|| value.get("code"));
                let brief = brief.and_then(Value::as_str).unwrap_or("");
                self.note(format!("#{number} gives {status} {brief}"));
                if status == 500 {
                    self.violation(format!("#{number}: a fault of ours: {text}"));
                }
                if text.contains(DEFAULT_ACCESS_KEY) || text.contains(ADMIN_TOKEN) {
                    self.violation(format!("#{number}: the reply tells a secret"));
                }
                if (200..300).contains(&status) {
                    self.granted(number, &task.purpose.clone(), &value);
                }
            }
        }
        let logged = self.stage.world.take_log();
        for line in logged {
            self.violation(format!("#{number} logged: {line}"));
        }
    }

    fn granted(&mut self, number: usize, purpose: &Purpose, value: &Value) {
        match purpose {
            Purpose::Delete(_) if self.overlapped.contains(&number) => {}
            Purpose::Delete(id) => {
                self.deleted.insert(id.clone());
            }
            Purpose::Restore(id) => {
                self.deleted.remove(id);
            }
            Purpose::Place { wish, body } => {
                let id = value.get("id").and_then(Value::as_str).unwrap_or("");
                let id = id.to_owned();
                let Some(wish) = self.wishes.get_mut(*wish) else {
                    return;
                };
                let first = wish
                    .order
                    .get_or_insert_with(|| (id.clone(), *body))
                    .clone();
                if first != (id.clone(), *body) {
                    let key = wish.key.clone();
                    self.violation(format!(
                        "#{number}: key {key} stands for {id} and for {}",
                        first.0
                    ));
                }
            }
            Purpose::Other => {}
        }
    }
}
