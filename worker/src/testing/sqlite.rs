//! SQLite behind the storage port, with the migrations that D1 gets.

use std::{
    cell::{Cell, RefCell},
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{
    Connection, StatementStatus,
    backup::Backup,
    limits::Limit,
    types::{ToSqlOutput, ValueRef},
};
use serde_json::{Map, Value};

use super::pause::Pauses;
use crate::database::{Cost, Database, DatabaseFault, Parameter, Rows, Statement};

/// A database in memory.
pub struct Sqlite {
    connection: RefCell<Connection>,
    pauses: Pauses,
    statements: Cell<u64>,
    steps: Cell<u64>,
}

impl From<rusqlite::Error> for DatabaseFault {
    fn from(error: rusqlite::Error) -> Self {
        Self(error.to_string())
    }
}

impl rusqlite::ToSql for Parameter {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Integer(number) => ValueRef::Integer(*number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
        }))
    }
}

/// The migrations of the package that cargo runs. The path from compile time may name the place of
/// an earlier build, when the repository was moved since.
fn migrations() -> PathBuf {
    let package = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let folder = package.map(|package| package.join("../migrations"));
    folder
        .filter(|folder| folder.is_dir())
        .unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations"))
}

impl Sqlite {
    /// An empty database with every migration applied, in the order of their names.
    ///
    /// # Errors
    /// [`DatabaseFault`].
    pub fn migrated() -> Result<Self, DatabaseFault> {
        let folder = migrations();
        let listing = fs::read_dir(&folder).map_err(|error| DatabaseFault(error.to_string()))?;
        let mut files: Vec<_> = listing
            .filter_map(|entry| Some(entry.ok()?.path()))
            .collect();
        files.retain(|path| path.extension().is_some_and(|extension| extension == "sql"));
        files.sort();
        let connection = Connection::open_in_memory()?;
        for file in files {
            let sql =
                fs::read_to_string(&file).map_err(|error| DatabaseFault(error.to_string()))?;
            connection.execute_batch(&sql)?;
        }
        Ok(Self::of(connection))
    }

    fn of(connection: Connection) -> Self {
        // Above the number of the statements that there are, so that none is prepared twice.
        connection.set_prepared_statement_cache_capacity(256);
        // As D1's runtime has it: a longer compound SELECT fails there alone.
        let _ = connection.set_limit(Limit::SQLITE_LIMIT_COMPOUND_SELECT, 5);
        Self {
            connection: RefCell::new(connection),
            pauses: Pauses::default(),
            statements: Cell::new(0),
            steps: Cell::new(0),
        }
    }

    /// Another database with the same content.
    ///
    /// # Errors
    /// [`DatabaseFault`].
    pub fn copy(&self) -> Result<Self, DatabaseFault> {
        let mut copy = Connection::open_in_memory()?;
        let original = self.connection.borrow();
        let pages_at_once = 1_000;
        Backup::new(&original, &mut copy)?.run_to_completion(
            pages_at_once,
            Duration::ZERO,
            None,
        )?;
        Ok(Self::of(copy))
    }

    /// The database file as it would stand on a disk, pages that are free again included.
    ///
    /// # Errors
    /// [`DatabaseFault`].
    pub fn file(&self) -> Result<Vec<u8>, DatabaseFault> {
        let mut connection = self.connection.borrow_mut();
        Ok(connection.serialize(rusqlite::MAIN_DB)?.to_vec())
    }

    fn count(&self, statements: usize) {
        self.statements
            .set(self.statements.get() + statements as u64);
    }

    fn count_steps(&self, prepared: &rusqlite::Statement<'_>) {
        let steps = prepared.reset_status(StatementStatus::VmStep);
        self.steps
            .set(self.steps.get() + u64::from(steps.unsigned_abs()));
    }

    /// How many instructions of SQLite's virtual machine all statements so far took: in proportion
    /// to the rows that were looked at, and the same in each run.
    #[must_use]
    pub fn steps(&self) -> u64 {
        self.steps.get()
    }

    pub(super) fn pauses(&self) -> &Pauses {
        &self.pauses
    }
}

impl Database for Sqlite {
    async fn query(&self, statement: Statement) -> Result<Rows, DatabaseFault> {
        self.pauses.here().await;
        self.count(1);
        let connection = self.connection.borrow();
        let mut prepared = connection
            .prepare_cached(statement.sql)
            .map_err(|error| DatabaseFault(format!("{error} in {}", statement.sql)))?;
        let names: Vec<String> = prepared.column_names().map(str::to_owned).collect();
        let mut rows = prepared.query(rusqlite::params_from_iter(statement.parameters))?;
        let mut result = Vec::new();
        while let Some(row) = rows.next()? {
            let mut object = Map::new();
            for (index, name) in names.iter().enumerate() {
                object.insert(name.clone(), value(row.get_ref(index)?));
            }
            result.push(Value::Object(object));
        }
        drop(rows);
        self.count_steps(&prepared);
        Ok(Rows(Value::Array(result).to_string()))
    }

    async fn batch(&self, statements: Vec<Statement>) -> Result<Vec<u64>, DatabaseFault> {
        self.pauses.here().await;
        self.count(statements.len());
        let mut connection = self.connection.borrow_mut();
        let transaction = connection.transaction()?;
        let mut changed = Vec::new();
        for statement in statements {
            let mut prepared = transaction.prepare_cached(statement.sql)?;
            let rows = prepared
                .execute(rusqlite::params_from_iter(statement.parameters))
                .map_err(|error| DatabaseFault(format!("{error} in {}", statement.sql)))?;
            self.count_steps(&prepared);
            changed.push(rows as u64);
        }
        transaction.commit()?;
        Ok(changed)
    }

    fn cost(&self) -> Cost {
        Cost {
            queries: self.statements.get(),
            ..Cost::default()
        }
    }
}

fn value(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null | ValueRef::Blob(_) => Value::Null,
        ValueRef::Integer(number) => number.into(),
        ValueRef::Real(number) => number.into(),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned().into(),
    }
}
