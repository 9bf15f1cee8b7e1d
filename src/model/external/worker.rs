//! One worker: a program that has the table, and fits and predicts as it is asked.

use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use super::connection::{CLOSED, Connection, LATE, Reception, VERSION};
use super::frame::{Received, Sent};
use super::host::WorkerHost;
use super::output::{Listener, Output};
use super::scratch::{Process, said};
use crate::data::Values;
use crate::model::TableRows;

/// How long a program may take to start and connect: libraries are slow to import.
const START: Duration = Duration::from_secs(120);
/// How long the end of a program is waited for whose connection is closed.
const END: Duration = Duration::from_secs(1);

/// Why a worker gave no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// It could not do what was asked, and says why; it can be asked again.
    Refused(String),
    /// It is of no use any more.
    Lost(String),
}

/// A worker that is connected.
pub struct Worker {
    connection: Connection,
    /// Its program, with what that prints, where it was started here.
    program: Option<(Process, Output)>,
    /// The number of its process, where it says it.
    process: Option<u64>,
    /// Which of the host's starts it is of, where it says it: workers of one start end together.
    start: Option<u64>,
    asked: u64,
    /// Models that nobody needs any more.
    pub forget: Vec<u64>,
    /// The forms of table that it reads.
    pub reads: Vec<String>,
    /// What it can be asked beside fits and predictions.
    can: Vec<String>,
}

impl Worker {
    /// Starts a program and waits for it to connect.
    ///
    /// # Errors
    /// Why it is of no use.
    pub fn start(
        mut command: Command,
        place: u64,
        reception: &Reception,
        listener: Option<&Listener>,
    ) -> Result<Self, String> {
        command.envs(reception.invitation(place));
        let (process, output) = Process::follow(command, listener)?;
        let ended = || process.ended().map(|status| output.after(&said(status)));
        let (connection, hello) = reception.wait_for(place, Instant::now() + START, ended)?;
        Self::greeted(connection, &hello, Some((process, output)))
    }

    /// Waits for a worker that the host has started.
    ///
    /// # Errors
    /// Why it is of no use.
    pub fn hosted(place: u64, reception: &Reception, host: &dyn WorkerHost) -> Result<Self, String> {
        let (connection, hello) = reception.wait_for(place, Instant::now() + START, || host.ended())?;
        Self::greeted(connection, &hello, None)
    }

    fn greeted(connection: Connection, hello: &Received, program: Option<(Process, Output)>) -> Result<Self, String> {
        match hello.head.get("version").and_then(Value::as_u64) {
            Some(VERSION) => {}
            Some(other) => return Err(format!("it speaks version {other} of the protocol, not {VERSION}")),
            None => return Err("it does not say which version of the protocol it speaks".into()),
        }
        let [reads, can] = ["reads", "can"].map(|name| hello.texts(name));
        let [process, start] = ["process", "start"].map(|name| hello.head.get(name).and_then(Value::as_u64));
        Ok(Self { connection, program, process, start, asked: 0, forget: Vec::new(), reads, can })
    }

    /// Whether it is gone.
    pub fn is_gone(&self) -> bool {
        self.connection.is_closed()
    }

    /// Which of the host's starts it is of, where it says it.
    pub fn start_number(&self) -> Option<u64> {
        self.start
    }

    /// Whether it can be asked for something beside fits and predictions.
    pub fn can(&self, what: &str) -> bool {
        self.can.iter().any(|able| able == what)
    }

    /// The number of its process, where it says it.
    pub fn process(&self) -> Option<u64> {
        self.process
    }

    /// Asks for something and waits for the answer.
    ///
    /// # Errors
    /// Why there is none.
    pub fn ask(
        &mut self,
        what: &str,
        mut head: Map<String, Value>,
        arrays: &[(String, Sent)],
        timeout: Option<Duration>,
    ) -> Result<Received, Trouble> {
        let until = timeout.map(|timeout| Instant::now() + timeout);
        self.asked += 1;
        head.insert("id".into(), self.asked.into());
        head.insert("do".into(), what.into());
        if !self.forget.is_empty() {
            head.insert("forget".into(), std::mem::take(&mut self.forget).into());
        }
        let lost = |this: &Self, why: &str| Trouble::Lost(this.why_lost(why, timeout));
        self.connection.send(head, arrays, until).map_err(|why| lost(self, &why))?;
        let answer = self.connection.receive(until).map_err(|why| lost(self, &why))?;
        match answer.head.get("id").and_then(Value::as_u64) {
            Some(id) if id == self.asked => {}
            Some(id) => {
                return Err(Trouble::Lost(format!("the worker answered request {id} when {} was asked", self.asked)));
            }
            None => return Err(Trouble::Lost("the worker's answer does not say to which request".into())),
        }
        match answer.head.get("error") {
            None => Ok(answer),
            Some(Value::String(why)) => Err(Trouble::Refused(why.clone())),
            Some(_) => Err(Trouble::Refused("it failed, and does not say why in words".into())),
        }
    }

    /// What is said of a worker that is lost.
    fn why_lost(&self, why: &str, timeout: Option<Duration>) -> String {
        if why == LATE {
            let seconds = timeout.unwrap_or_default().as_secs_f64();
            return format!("the worker did not answer within {seconds} s, and was ended");
        }
        if why != CLOSED {
            return format!("the worker cannot be understood: {why}");
        }
        let Some((process, output)) = &self.program else {
            let process = self.process.map(|_| "the model's process ended before it answered".to_owned());
            return process.unwrap_or_else(|| format!("the worker is gone: {CLOSED}"));
        };
        let until = Instant::now() + END;
        loop {
            match process.ended() {
                Some(status) => return format!("the worker is gone: {}", output.after(&said(status))),
                None if Instant::now() < until => std::thread::sleep(Duration::from_millis(5)),
                None => return format!("the worker is gone: {}", output.after(CLOSED)),
            }
        }
    }
}

/// Rows as a message has them.
pub struct RowsMessage<'a> {
    rows: Option<Vec<u32>>,
    asked: &'a TableRows<'a>,
}

impl<'a> RowsMessage<'a> {
    /// `used` has the row of the file of each used row.
    pub fn new(asked: &'a TableRows<'a>, used: &[u32]) -> Self {
        let rows = asked.rows.map(|rows| rows.iter().map(|r| used[*r as usize]).collect());
        Self { rows, asked }
    }

    /// Adds them to a message.
    pub fn add<'m>(&'m self, head: &mut Map<String, Value>, arrays: &mut Vec<(String, Sent<'m>)>) {
        if let Some(rows) = &self.rows {
            arrays.push(("rows".into(), Sent::Whole(rows)));
        } else {
            head.insert("count".into(), self.asked.count.into());
        }
        if !self.asked.without.is_empty() {
            head.insert("without".into(), self.asked.without.clone().into());
        }
        let mut changed = Vec::new();
        for (name, values) in &self.asked.changed {
            let array = format!("changed {name}");
            let entry = match values {
                Values::Text { levels, .. } => {
                    json!({"column": name, "kind": "text", "levels": levels, "array": array})
                }
                other => json!({"column": name, "kind": other.kind(), "array": array}),
            };
            changed.push(entry);
            arrays.push((
                array,
                match values {
                    Values::Text { codes, .. } => Sent::Whole(codes),
                    Values::Number(v) | Values::Boolean(v, _) | Values::Time(v, _) => Sent::Numbers(v),
                },
            ));
        }
        if !changed.is_empty() {
            head.insert("changed".into(), changed.into());
        }
    }
}
