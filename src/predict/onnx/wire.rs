//! Messages as bytes, as protocol buffers write them (<https://protobuf.dev/programming-guides/encoding>): each field as its
//! number with its wire type, and its value behind that. A field without a value is left out.

/// The wire types that are written here.
const VARINT: u64 = 0;
const LENGTH_DELIMITED: u64 = 2;

/// A message.
pub trait Message {
    /// Writes its fields, in the order of their numbers.
    fn fields(&self, to: &mut Fields);

    /// Its bytes.
    fn encoded(&self) -> Vec<u8> {
        let mut to = Fields::default();
        self.fields(&mut to);
        to.bytes
    }
}

/// The fields of a message, as far as they are written.
#[derive(Default)]
pub struct Fields {
    bytes: Vec<u8>,
}

impl Fields {
    /// Seven bits a byte, the lowest first; all but the last byte have the eighth bit set.
    fn varint(&mut self, mut number: u64) {
        while number > 0x7f {
            self.bytes.push(((number & 0x7f) as u8) | 0x80);
            number >>= 7;
        }
        self.bytes.push(number as u8);
    }

    fn delimited(&mut self, field: u64, bytes: &[u8]) {
        self.varint((field << 3) | LENGTH_DELIMITED);
        self.varint(bytes.len() as u64);
        self.bytes.extend_from_slice(bytes);
    }

    /// An integer, unless it is 0.
    pub fn integer(&mut self, field: u64, number: i64) {
        self.given_integer(field, Some(number).filter(|number| *number != 0));
    }

    /// An integer, where there is one; a negative one has the bits of two's complement.
    pub fn given_integer(&mut self, field: u64, number: Option<i64>) {
        if let Some(number) = number {
            self.varint((field << 3) | VARINT);
            self.varint(number as u64);
        }
    }

    /// Integers, packed behind each other.
    pub fn integers(&mut self, field: u64, numbers: &[i64]) {
        if !numbers.is_empty() {
            let mut packed = Self::default();
            numbers.iter().for_each(|number| packed.varint(*number as u64));
            self.delimited(field, &packed.bytes);
        }
    }

    /// A text, unless it is empty.
    pub fn text(&mut self, field: u64, text: &str) {
        self.given_bytes(field, Some(text).filter(|text| !text.is_empty()));
    }

    /// Bytes, where there are some; they may be of no length.
    pub fn given_bytes(&mut self, field: u64, bytes: Option<impl AsRef<[u8]>>) {
        if let Some(bytes) = bytes {
            self.delimited(field, bytes.as_ref());
        }
    }

    /// Texts or bytes, each a field of its own.
    pub fn each(&mut self, field: u64, texts: &[impl AsRef<[u8]>]) {
        texts.iter().for_each(|text| self.delimited(field, text.as_ref()));
    }

    /// A message, where there is one.
    pub fn message(&mut self, field: u64, message: Option<&impl Message>) {
        if let Some(message) = message {
            self.delimited(field, &message.encoded());
        }
    }

    /// Messages, each a field of its own.
    pub fn messages(&mut self, field: u64, messages: &[impl Message]) {
        messages.iter().for_each(|message| self.message(field, Some(message)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl Fn(&mut Fields)) -> Vec<u8> {
        let mut to = Fields::default();
        write(&mut to);
        to.bytes
    }

    /// The `Test1` of the guide to the encoding: `int32 a = 1`.
    struct Inner(i64);

    impl Message for Inner {
        fn fields(&self, to: &mut Fields) {
            to.integer(1, self.0);
        }
    }

    /// Examples of the guide to the encoding.
    #[test]
    fn writes_the_bytes_of_the_guide() {
        assert_eq!(Inner(150).encoded(), [0x08, 0x96, 0x01]);
        assert_eq!(written(|to| to.text(2, "testing")), [0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67]);
        assert_eq!(written(|to| to.message(3, Some(&Inner(150)))), [0x1a, 0x03, 0x08, 0x96, 0x01]);
        assert_eq!(written(|to| to.integers(6, &[3, 270, 86942])), [0x32, 6, 0x03, 0x8e, 0x02, 0x9e, 0xa7, 0x05]);
        let minus_two = [0x08, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
        assert_eq!(Inner(-2).encoded(), minus_two);
    }

    #[test]
    fn a_field_number_over_15_takes_two_bytes() {
        // 20 << 3 is 160: 0b0100000 with the eighth bit, and 1.
        assert_eq!(written(|to| to.integer(20, 7)), [0xa0, 0x01, 0x07]);
    }

    #[test]
    fn leaves_out_what_has_no_value_but_not_a_zero_that_is_given() {
        assert!(Inner(0).encoded().is_empty());
        assert!(written(|to| to.text(1, "")).is_empty());
        assert!(written(|to| to.integers(1, &[])).is_empty());
        assert!(written(|to| to.given_bytes(1, None::<&str>)).is_empty());
        assert_eq!(written(|to| to.given_integer(3, Some(0))), [0x18, 0x00]);
        assert_eq!(written(|to| to.given_bytes(1, Some(""))), [0x0a, 0x00]);
        assert_eq!(written(|to| to.each(1, &["", "a"])), [0x0a, 0x00, 0x0a, 0x01, b'a']);
    }
}
