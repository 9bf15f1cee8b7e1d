//! Messages between randsplit and a worker: `docs/external-models.md` has the format.
//!
//! A message is two lengths in bytes (little-endian u32: of the head, of the body), the head (one JSON object in UTF-8) and
//! the body: the arrays that the head lists under `arrays`, one after another, little-endian.

use std::io::{self, Write};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Bytes of a head that a worker may send; its errors and warnings are in it.
pub const LARGEST_HEAD: usize = 16 << 20;
/// Bytes of the two lengths.
pub const LENGTHS: usize = 8;

/// Numbers of an array.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Element {
    /// Unsigned whole numbers of 4 bytes.
    U32,
    /// Floating-point numbers of 8 bytes.
    F64,
}

impl Element {
    fn bytes(self) -> usize {
        match self {
            Self::U32 => 4,
            Self::F64 => 8,
        }
    }
}

/// An array as the head describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Layout {
    name: String,
    #[serde(rename = "type")]
    element: Element,
    shape: Vec<usize>,
}

/// An array to be sent.
#[derive(Debug, Clone)]
pub enum Sent<'a> {
    /// Row numbers, codes.
    Whole(&'a [u32]),
    /// Numbers.
    Numbers(&'a [f64]),
}

/// Writes one message.
///
/// # Errors
/// Where the stream takes no more, or the message is beyond 4 GB.
pub fn write(out: &mut impl Write, mut head: Map<String, Value>, arrays: &[(String, Sent)]) -> io::Result<()> {
    let mut layouts = Vec::with_capacity(arrays.len());
    let mut body = Vec::new();
    for (name, array) in arrays {
        let (element, length) = match array {
            Sent::Whole(numbers) => {
                numbers.iter().for_each(|n| body.extend_from_slice(&n.to_le_bytes()));
                (Element::U32, numbers.len())
            }
            Sent::Numbers(numbers) => {
                numbers.iter().for_each(|n| body.extend_from_slice(&n.to_le_bytes()));
                (Element::F64, numbers.len())
            }
        };
        layouts.push(Layout { name: name.clone(), element, shape: vec![length] });
    }
    head.insert("arrays".into(), serde_json::to_value(layouts)?);
    let head = serde_json::to_vec(&head)?;
    let length = |bytes: &[u8]| u32::try_from(bytes.len()).map_err(|_| io::Error::other("a message is beyond 4 GB"));
    let mut message = Vec::with_capacity(LENGTHS + head.len() + body.len());
    message.extend_from_slice(&length(&head)?.to_le_bytes());
    message.extend_from_slice(&length(&body)?.to_le_bytes());
    message.extend_from_slice(&head);
    message.extend_from_slice(&body);
    out.write_all(&message)
}

/// The lengths of head and body that a message begins with.
pub fn lengths(bytes: [u8; LENGTHS]) -> (usize, usize) {
    let [a, b, c, d, e, f, g, h] = bytes;
    (u32::from_le_bytes([a, b, c, d]) as usize, u32::from_le_bytes([e, f, g, h]) as usize)
}

/// A message that was received.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Received {
    /// The head.
    pub head: Map<String, Value>,
    arrays: Vec<(Layout, Vec<u8>)>,
}

impl Received {
    /// From the bytes of head and body.
    ///
    /// # Errors
    /// What is wrong with them, in a few words.
    pub fn new(head: &[u8], body: &[u8]) -> Result<Self, String> {
        let head: Value =
            serde_json::from_slice(head).map_err(|_| "its message does not begin with JSON".to_owned())?;
        let Value::Object(head) = head else { return Err("the head of its message is no JSON object".into()) };
        let layouts: Vec<Layout> = match head.get("arrays") {
            None => Vec::new(),
            Some(list) => serde_json::from_value(list.clone())
                .map_err(|e| format!("its message describes its arrays in a way that cannot be read: {e}"))?,
        };
        let mut at = 0usize;
        let mut arrays = Vec::with_capacity(layouts.len());
        for layout in layouts {
            let cells = layout.shape.iter().try_fold(layout.element.bytes(), |n, of| n.checked_mul(*of));
            let end = cells.and_then(|bytes| at.checked_add(bytes)).filter(|end| *end <= body.len());
            let Some(end) = end else {
                return Err(format!("its message is too short for the array '{}'", layout.name));
            };
            arrays.push((layout, body[at..end].to_vec()));
            at = end;
        }
        if at == body.len() { Ok(Self { head, arrays }) } else { Err("its message is longer than its arrays".into()) }
    }

    fn array(&self, name: &str) -> Option<&(Layout, Vec<u8>)> {
        self.arrays.iter().find(|(layout, _)| layout.name == name)
    }

    /// The numbers of an array and its shape.
    pub fn numbers(&self, name: &str) -> Option<(Vec<f64>, &[usize])> {
        let (layout, bytes) = self.array(name)?;
        let numbers = match layout.element {
            Element::F64 => bytes.as_chunks().0.iter().map(|b| f64::from_le_bytes(*b)).collect(),
            Element::U32 => bytes.as_chunks().0.iter().map(|b| f64::from(u32::from_le_bytes(*b))).collect(),
        };
        Some((numbers, &layout.shape))
    }

    /// The whole numbers of an array.
    pub fn whole(&self, name: &str) -> Option<Vec<u32>> {
        let (_, bytes) = self.array(name).filter(|(layout, _)| layout.element == Element::U32)?;
        Some(bytes.as_chunks().0.iter().map(|b| u32::from_le_bytes(*b)).collect())
    }

    /// A list of texts of the head; empty where there is none.
    pub fn texts(&self, name: &str) -> Vec<String> {
        let list = self.head.get(name).and_then(Value::as_array).into_iter().flatten();
        list.filter_map(Value::as_str).map(str::to_owned).collect()
    }

    /// A text of the head.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.head.get(name)?.as_str()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn head(value: Value) -> Map<String, Value> {
        let Value::Object(head) = value else { panic!("no object") };
        head
    }

    fn read(bytes: &[u8]) -> Result<Received, String> {
        let (first, rest) = bytes.split_first_chunk().unwrap();
        let (head, body) = lengths(*first);
        assert_eq!(rest.len(), head + body);
        Received::new(&rest[..head], &rest[head..])
    }

    #[test]
    fn a_message_comes_back_as_it_was_sent() {
        let (rows, numbers) = ([3, 4_000_000_000], [0.1, f64::NAN, -0.0]);
        let mut bytes = Vec::new();
        let arrays = [("rows".to_owned(), Sent::Whole(&rows)), ("y".to_owned(), Sent::Numbers(&numbers))];
        write(&mut bytes, head(json!({"id": 7, "do": "fit"})), &arrays).unwrap();
        let message = read(&bytes).unwrap();
        assert_eq!((message.head["id"].as_u64(), message.text("do")), (Some(7), Some("fit")));
        assert_eq!(message.whole("rows").unwrap(), rows);
        let (back, shape) = message.numbers("y").unwrap();
        assert_eq!(shape, [3]);
        assert!(back.iter().zip(numbers).all(|(a, b)| a.to_bits() == b.to_bits()));
        assert!(message.whole("y").is_none() && message.numbers("z").is_none());
    }

    #[test]
    fn what_is_no_message_is_told() {
        let of = |head: &str, body: &[u8]| Received::new(head.as_bytes(), body).unwrap_err();
        assert!(of("[1]", &[]).contains("no JSON object"));
        assert!(of("hello", &[]).contains("JSON"));
        let one = r#"{"arrays":[{"name":"v","type":"f64","shape":[2]}]}"#;
        assert!(of(one, &[0; 15]).contains("too short for the array 'v'"));
        assert!(of(one, &[0; 17]).contains("longer"));
        let huge = r#"{"arrays":[{"name":"v","type":"f64","shape":[18446744073709551615, 3]}]}"#;
        assert!(of(huge, &[0; 8]).contains("too short"));
        assert!(of(r#"{"arrays":[{"name":"v","type":"f16","shape":[2]}]}"#, &[]).contains("cannot be read"));
    }

    proptest! {
        #[test]
        fn no_bytes_break_the_reader(head in prop::collection::vec(any::<u8>(), 0..60), body in prop::collection::vec(any::<u8>(), 0..40)) {
            let _ = Received::new(&head, &body);
        }
    }
}
