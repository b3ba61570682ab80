//! The storage port: prepared statements and atomic batches. D1 implements it in the Worker,
//! SQLite natively; the same SQL runs on both.

use serde::de::DeserializeOwned;

/// A statement with its parameters, `?1` being the first.
#[derive(Clone, Debug)]
pub struct Statement {
    /// The SQL.
    pub sql: &'static str,
    /// The parameters.
    pub parameters: Vec<Parameter>,
}

impl Statement {
    /// A statement without parameters yet.
    #[must_use]
    pub fn new(sql: &'static str) -> Self {
        Self {
            sql,
            parameters: Vec::new(),
        }
    }

    /// The statement with one more parameter.
    #[must_use]
    pub fn bind(mut self, parameter: impl Into<Parameter>) -> Self {
        self.parameters.push(parameter.into());
        self
    }
}

/// A parameter.
#[derive(Clone, Debug, PartialEq)]
pub enum Parameter {
    /// NULL.
    Null,
    /// An integer. D1 carries numbers as doubles: exact up to 2^53.
    Integer(i64),
    /// Text.
    Text(String),
}

impl From<i64> for Parameter {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl From<u32> for Parameter {
    fn from(value: u32) -> Self {
        Self::Integer(i64::from(value))
    }
}

impl From<&str> for Parameter {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<String> for Parameter {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl From<certwright_core::time::Timestamp> for Parameter {
    fn from(value: certwright_core::time::Timestamp) -> Self {
        Self::Integer(value.unix())
    }
}

impl<T: Into<Self>> From<Option<T>> for Parameter {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// Rows as a database gives them: a JSON array of objects by column names. One text, so that every
/// row type is read by one deserializer, which keeps the script small.
#[derive(Clone, Debug)]
pub struct Rows(pub String);

/// The system of record.
#[allow(
    async_fn_in_trait,
    reason = "futures in wasm are not Send, and none needs to be"
)]
pub trait Database {
    /// Runs one statement and gives its rows.
    ///
    /// # Errors
    /// [`DatabaseFault`].
    async fn query(&self, statement: Statement) -> Result<Rows, DatabaseFault>;

    /// Runs statements in one transaction and gives how many rows each changed. When one fails,
    /// none has happened; a condition that matches no row is not a failure.
    ///
    /// D1 also counts the rows that triggers changed, so a count tells only whether a statement
    /// has changed anything.
    ///
    /// # Errors
    /// [`DatabaseFault`].
    async fn batch(&self, statements: Vec<Statement>) -> Result<Vec<u64>, DatabaseFault>;

    /// How many rows and queries this invocation has cost so far, where the database tells.
    fn cost(&self) -> Cost;
}

/// What an invocation has cost the database.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Rows read.
    pub rows_read: u64,
    /// Rows written.
    pub rows_written: u64,
    /// Statements run.
    pub queries: u64,
}

/// The database failed. The text is for the log, never for a caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatabaseFault(pub String);

/// Rows as values.
///
/// # Errors
/// [`DatabaseFault`] when a row is not what the code expects: the schema and it disagree.
pub fn decode<T: DeserializeOwned>(rows: Rows) -> Result<Vec<T>, DatabaseFault> {
    serde_json::from_str(&rows.0)
        .map_err(|error| DatabaseFault(format!("a row does not convert: {error}")))
}

/// A value as a JSON parameter, for statements that read `json_each`.
///
/// # Errors
/// [`DatabaseFault`] when the value has no JSON form, which none of ours lacks.
pub fn json<T: serde::Serialize + ?Sized>(value: &T) -> Result<String, DatabaseFault> {
    serde_json::to_string(value).map_err(|error| DatabaseFault(error.to_string()))
}
