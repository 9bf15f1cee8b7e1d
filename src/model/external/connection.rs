//! A worker's own channel: a connection on the loopback interface, so that what libraries print cannot get into it.

use std::collections::HashMap;
use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Map, Value};

use super::frame::{self, LARGEST_HEAD, LENGTHS, Received, Sent};
use crate::model::interrupt::{PATIENCE, check};

/// The version of the protocol.
pub const VERSION: u64 = 1;
/// How long a worker that has connected may take to say who it is.
const INTRODUCTION: Duration = Duration::from_secs(30);
/// Bytes that are read at a time.
const CHUNK: usize = 1 << 20;

/// The variable of the environment with the address that a worker connects to.
pub const ADDRESS: &str = "RANDSPLIT_CONNECT";
/// That with the word by which it shows that it was asked for.
pub const TOKEN: &str = "RANDSPLIT_TOKEN";
/// That with the place that it is for.
pub const PLACE: &str = "RANDSPLIT_PLACE";

/// A connection to one worker.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
}

impl Connection {
    fn new(stream: TcpStream) -> std::io::Result<Self> {
        stream.set_nonblocking(false)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        Ok(Self { stream })
    }

    /// Whether the other side has closed it.
    pub fn is_closed(&self) -> bool {
        if self.stream.set_nonblocking(true).is_err() {
            return true;
        }
        let closed = match self.stream.peek(&mut [0]) {
            Ok(bytes) => bytes == 0,
            Err(e) => !waits(e.kind()),
        };
        self.stream.set_nonblocking(false).is_err() || closed
    }

    /// Sends a message. The wait for a worker that does not read ends when the run is stopped, or `until`.
    ///
    /// # Errors
    /// What went wrong, in a few words.
    pub fn send(
        &mut self,
        head: Map<String, Value>,
        arrays: &[(String, Sent)],
        until: Option<Instant>,
    ) -> Result<(), String> {
        let mut bytes = Vec::new();
        frame::write(&mut bytes, head, arrays).map_err(|e| e.to_string())?;
        let mut rest = &bytes[..];
        while !rest.is_empty() {
            match self.stream.write(rest) {
                Ok(0) => return Err(CLOSED.into()),
                Ok(n) => rest = &rest[n..],
                Err(e) if waits(e.kind()) => wait(until)?,
                Err(_) => return Err(CLOSED.into()),
            }
        }
        Ok(())
    }

    /// The next message.
    ///
    /// # Errors
    /// What went wrong, in a few words.
    pub fn receive(&mut self, until: Option<Instant>) -> Result<Received, String> {
        let first = self.read(LENGTHS, until)?;
        let lengths = first.as_slice().try_into().map_err(|_| "its message has no lengths".to_owned())?;
        let (head, body) = frame::lengths(lengths);
        if head > LARGEST_HEAD {
            return Err("what it sent is no message of the protocol".into());
        }
        let (head, body) = (self.read(head, until)?, self.read(body, until)?);
        Received::new(&head, &body)
    }

    fn read(&mut self, length: usize, until: Option<Instant>) -> Result<Vec<u8>, String> {
        // Room is made as bytes come: a length may be nonsense.
        let mut bytes = Vec::with_capacity(length.min(CHUNK));
        let mut chunk = vec![0; length.min(CHUNK)];
        while bytes.len() < length {
            let most = (length - bytes.len()).min(chunk.len());
            match self.stream.read(&mut chunk[..most]) {
                Ok(0) => return Err(CLOSED.into()),
                Ok(n) => bytes.extend_from_slice(&chunk[..n]),
                Err(e) if waits(e.kind()) => wait(until)?,
                Err(_) => return Err(CLOSED.into()),
            }
        }
        Ok(bytes)
    }
}

/// What is said of a connection that was closed.
pub const CLOSED: &str = "it closed its connection";
/// What is said of a worker that took too long.
pub const LATE: &str = "it did not answer in time";

fn waits(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted)
}

fn wait(until: Option<Instant>) -> Result<(), String> {
    check();
    if until.is_some_and(|until| Instant::now() >= until) { Err(LATE.into()) } else { Ok(()) }
}

/// Where workers connect.
pub struct Reception {
    listener: TcpListener,
    token: String,
    /// By place, those that came while another was waited for.
    waiting: Mutex<HashMap<u64, (Connection, Received)>>,
}

impl Reception {
    /// Opens a port that only this machine reaches.
    ///
    /// # Errors
    /// Where none can be had.
    pub fn open() -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let token = format!("{:032x}", rand::random::<u128>());
        Ok(Self { listener, token, waiting: Mutex::default() })
    }

    /// The address that workers connect to, and the word by which they show that they were asked for.
    pub fn address(&self) -> (String, String) {
        let address = self.listener.local_addr().map(|a| a.to_string()).unwrap_or_default();
        (address, self.token.clone())
    }

    /// What a worker for a place needs to know, as variables of its environment.
    pub fn invitation(&self, place: u64) -> [(&'static str, String); 3] {
        let (address, token) = self.address();
        [(ADDRESS, address), (TOKEN, token), (PLACE, place.to_string())]
    }

    /// The worker for a place, with what it said of itself; `ended` says how its program ended, where that has.
    ///
    /// # Errors
    /// What went wrong, in a few words.
    pub fn wait_for(
        &self,
        place: u64,
        until: Instant,
        ended: impl Fn() -> Option<String>,
    ) -> Result<(Connection, Received), String> {
        loop {
            let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            match self.listener.accept() {
                // Of two for a place the later one is there: the other may be gone.
                Ok((stream, _)) => {
                    if let Some((place, found)) = self.introduced(stream) {
                        waiting.insert(place, found);
                    }
                }
                Err(e) if waits(e.kind()) => {
                    if let Some(found) = waiting.remove(&place).filter(|(connection, _)| !connection.is_closed()) {
                        return Ok(found);
                    }
                    drop(waiting);
                    if let Some(how) = ended() {
                        return Err(how);
                    }
                    wait(Some(until)).map_err(|_| "it did not connect in time".to_owned())?;
                    std::thread::sleep(Duration::from_millis(2));
                }
                Err(e) => return Err(format!("its connection cannot be taken: {e}")),
            }
        }
    }

    /// Who connected, if it was asked for.
    fn introduced(&self, stream: TcpStream) -> Option<(u64, (Connection, Received))> {
        let mut connection = Connection::new(stream).ok()?;
        let hello = connection.receive(Some(Instant::now() + INTRODUCTION)).ok()?;
        let place = hello.head.get("place")?.as_u64()?;
        (hello.text("token") == Some(&self.token)).then_some((place, (connection, hello)))
    }
}
