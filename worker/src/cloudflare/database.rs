//! D1 behind the storage port.

use std::cell::Cell;

use wasm_bindgen::JsValue;
use worker::{D1Database, D1PreparedStatement, D1Result};

use crate::database::{Cost, Database, DatabaseFault, Parameter, Row, Statement};

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

    fn count(&self, result: &D1Result) -> u64 {
        let Ok(Some(meta)) = result.meta() else {
            return 0;
        };
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

fn fault(error: worker::Error) -> DatabaseFault {
    DatabaseFault(error.to_string())
}

impl Database for D1 {
    async fn query(&self, statement: Statement) -> Result<Vec<Row>, DatabaseFault> {
        let result = self.prepare(&statement)?.all().await.map_err(fault)?;
        self.count(&result);
        if let Some(error) = result.error() {
            return Err(DatabaseFault(error));
        }
        result.results::<Row>().map_err(fault)
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
            .map(|result| match result.error() {
                Some(error) => Err(DatabaseFault(error)),
                None => Ok(self.count(result)),
            })
            .collect()
    }

    fn cost(&self) -> Cost {
        self.cost.get()
    }
}
