//! DSSE pre-authentication encoding: what is signed.

/// What kind of bytes a signature is over. The type is signed with the bytes,
/// so that a signature on one kind is never one on another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PayloadType {
    Submission,
    SignOff,
    KeyPossession,
}

impl PayloadType {
    /// The media type that is signed.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Submission => "application/vnd.merestone.submission.v1+protobuf",
            Self::SignOff => "application/vnd.merestone.sign-off.v1+protobuf",
            Self::KeyPossession => "application/vnd.merestone.key-possession.v1+protobuf",
        }
    }
}

/// DSSE v1 PAE: `"DSSEv1" SP LEN(type) SP type SP LEN(body) SP body`, lengths in
/// ASCII decimal (<https://github.com/secure-systems-lab/dsse>).
pub fn pre_authentication_encoding(media_type: &str, body: &[u8]) -> Vec<u8> {
    let mut encoded = format!("DSSEv1 {} {media_type} {} ", media_type.len(), body.len()).into_bytes();
    encoded.extend_from_slice(body);
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_encoding_is_the_one_of_the_dsse_specification() {
        let encoded = pre_authentication_encoding("http://example.com/HelloWorld", b"hello world");
        assert_eq!(encoded, b"DSSEv1 29 http://example.com/HelloWorld 11 hello world");
    }
}
