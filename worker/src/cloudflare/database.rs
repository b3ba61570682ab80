//! D1 behind the storage port.

use std::cell::Cell;

use js_sys::JSON;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use worker::{
    D1Database, D1PreparedStatement, D1ResultMeta, worker_sys::types::D1Result as D1ResultSys,
};

use crate::database::{Cost, Database, DatabaseFault, Parameter, Rows, Statement};

/// The database binding, and what this invocation has cost it.
pub(super) struct D1 {
    binding: D1Database,
    cost: Cell<Cost>,
}

impl D1 {
    pub(super) fn new(binding: D1Database) -> Self {
        Self {
            binding,
            cost: Cell::default(),
        }
    }

    fn prepare(&self, statement: &Statement) -> Result<D1PreparedStatement, DatabaseFault> {
        let values: Vec<JsValue> = statement.parameters.iter().map(value).collect();
        self.binding
            .prepare(statement.sql)
            .bind(&values)
            .map_err(fault)
    }

    fn count(&self, result: &D1ResultSys) {
        let meta = result.meta().ok();
        let meta = meta.and_then(|meta| serde_wasm_bindgen::from_value(meta.into()).ok());
        if let Some(meta) = meta {
            self.add(&meta);
        }
    }

    /// Adds what a statement cost, and says how many rows it changed.
    fn add(&self, meta: &D1ResultMeta) -> u64 {
        let size = |number: Option<usize>| number.unwrap_or(0) as u64;
        let mut cost = self.cost.get();
        cost.rows_read += size(meta.rows_read);
        cost.rows_written += size(meta.rows_written);
        cost.queries += 1;
        self.cost.set(cost);
        size(meta.changes)
    }
}

/// D1 takes numbers as doubles, and no BigInt; ours are exact in them.
fn value(parameter: &Parameter) -> JsValue {
    match parameter {
        Parameter::Null => JsValue::NULL,
        Parameter::Integer(number) => JsValue::from_f64(*number as f64),
        Parameter::Text(text) => JsValue::from_str(text),
    }
}

fn thrown(value: JsValue) -> DatabaseFault {
    fault(value.into())
}

fn fault(error: worker::Error) -> DatabaseFault {
    DatabaseFault(error.to_string())
}

impl Database for D1 {
    async fn query(&self, statement: Statement) -> Result<Rows, DatabaseFault> {
        let prepared = self.prepare(&statement)?;
        let promise = prepared.inner().all().map_err(thrown)?;
        let result = JsFuture::from(promise).await.map_err(thrown)?;
        let result: D1ResultSys = result.unchecked_into();
        if let Some(error) = result.error().map_err(thrown)? {
            return Err(DatabaseFault(error));
        }
        self.count(&result);
        // The engine writes the rows as text much faster than they could be converted one by one.
        let rows = result.results().map_err(thrown)?.unwrap_or_default();
        let text = JSON::stringify(&rows).map_err(thrown)?;
        Ok(Rows(text.into()))
    }

    async fn batch(&self, statements: Vec<Statement>) -> Result<Vec<u64>, DatabaseFault> {
        let prepared: Result<Vec<_>, _> = statements
            .iter()
            .map(|statement| self.prepare(statement))
            .collect();
        let prepared = prepared?;
        if prepared.is_empty() {
            return Ok(Vec::new());
        }
        let results = self.binding.batch(prepared).await.map_err(fault)?;
        results
            .iter()
            .map(|result| match (result.error(), result.meta()) {
                (Some(error), _) => Err(DatabaseFault(error)),
                (None, Ok(Some(meta))) => Ok(self.add(&meta)),
                (None, _) => Ok(0),
            })
            .collect()
    }

    fn cost(&self) -> Cost {
        self.cost.get()
    }
}
