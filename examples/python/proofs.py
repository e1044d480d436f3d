"""What a client signs and what it checks, after docs/format.md.

Nothing here talks to a ledger and nothing here knows protobuf: bytes in, bytes
or a verdict out. Every refusal is an `Invalid` that says what did not hold.
"""

import base64
import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

SUBMISSION = "application/vnd.merestone.submission.v1+protobuf"
SIGN_OFF = "application/vnd.merestone.sign-off.v1+protobuf"
KEY_POSSESSION = "application/vnd.merestone.key-possession.v1+protobuf"


class Invalid(Exception):
    """Something does not verify; the message says what."""


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


# Keys and signatures.


def spki(key: Ed25519PrivateKey) -> bytes:
    """The public key as SubjectPublicKeyInfo (DER), 44 bytes."""
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def key_id(key: Ed25519PrivateKey) -> bytes:
    return sha256(spki(key))


def pae(media_type: str, body: bytes) -> bytes:
    """DSSE pre-authentication encoding: what is signed."""
    return b"DSSEv1 %d %s %d %s" % (len(media_type), media_type.encode(), len(body), body)


def sign(key: Ed25519PrivateKey, media_type: str, body: bytes) -> bytes:
    return key.sign(pae(media_type, body))


# The tree (RFC 6962).


def leaf_data(recorded_at: int, envelope_digest: bytes) -> bytes:
    """`recorded_at` in microseconds since 1970."""
    return b"\x01" + recorded_at.to_bytes(8, "big") + envelope_digest


def leaf_hash(data: bytes) -> bytes:
    return sha256(b"\x00" + data)


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right)


def verify_inclusion(leaf: bytes, index: int, size: int, proof: list[bytes], root: bytes) -> None:
    """RFC 9162, section 2.1.3.2; `leaf` is a leaf hash."""
    if index >= size:
        raise Invalid(f"a tree of size {size} has no leaf {index}")
    position, last, current = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise Invalid("the inclusion proof is too long")
        if position % 2 == 1 or position == last:
            current = node_hash(sibling, current)
            while position % 2 == 0 and position != 0:
                position, last = position // 2, last // 2
        else:
            current = node_hash(current, sibling)
        position, last = position // 2, last // 2
    if last != 0:
        raise Invalid("the inclusion proof is too short")
    if current != root:
        raise Invalid("the inclusion proof does not lead to the root")


def verify_consistency(older: "Head", newer: "Head", proof: list[bytes]) -> None:
    """RFC 9162, section 2.1.4.2: the older tree is a prefix of the newer."""
    if older.size > newer.size:
        raise Invalid("the newer tree is smaller than the older one")
    if older.size == newer.size or older.size == 0:
        if proof or (older.size == newer.size and older.root != newer.root):
            raise Invalid("two trees of one size differ, or the proof should be empty")
        return
    if older.size & (older.size - 1) == 0:
        proof = [older.root, *proof]
    if not proof:
        raise Invalid("the consistency proof is empty")
    position, last = older.size - 1, newer.size - 1
    while position % 2 == 1:
        position, last = position // 2, last // 2
    older_root = newer_root = proof[0]
    for hash_ in proof[1:]:
        if last == 0:
            raise Invalid("the consistency proof is too long")
        if position % 2 == 1 or position == last:
            older_root, newer_root = node_hash(hash_, older_root), node_hash(hash_, newer_root)
            while position % 2 == 0 and position != 0:
                position, last = position // 2, last // 2
        else:
            newer_root = node_hash(newer_root, hash_)
        position, last = position // 2, last // 2
    if last != 0 or older_root != older.root or newer_root != newer.root:
        raise Invalid("the consistency proof does not lead to both roots")


# Checkpoints (C2SP tlog-checkpoint, signed-note).


@dataclass(frozen=True)
class Head:
    size: int
    root: bytes


@dataclass(frozen=True)
class CheckpointKey:
    """A verifier key, "name+hash+key"."""

    origin: str
    note_id: bytes
    public: bytes

    @classmethod
    def of(cls, origin: str, public: bytes) -> "CheckpointKey":
        return cls(origin, sha256(origin.encode() + b"\n\x01" + public)[:4], public)

    @classmethod
    def parse(cls, vkey: str) -> "CheckpointKey":
        try:
            origin, note_id, encoded = vkey.split("+", 2)
            typed = base64.b64decode(encoded, validate=True)
        except ValueError as error:
            raise Invalid(f"not a verifier key: {vkey}") from error
        if len(typed) != 33 or typed[0] != 1:
            raise Invalid("the verifier key is not an Ed25519 key")
        key = cls.of(origin, typed[1:])
        if key.note_id.hex() != note_id:
            raise Invalid("the verifier key does not match its own hash")
        return key

    def __str__(self) -> str:
        encoded = base64.b64encode(b"\x01" + self.public).decode()
        return f"{self.origin}+{self.note_id.hex()}+{encoded}"

    def verify(self, checkpoint: str) -> Head:
        """The tree head of a checkpoint that this key signed."""
        text, separator, signatures = checkpoint.rpartition("\n\n")
        if not separator or not signatures.endswith("\n"):
            raise Invalid("the checkpoint is not a signed note")
        text += "\n"
        self._verify_signature(text, signatures)
        return self._read(text)

    def _verify_signature(self, text: str, signatures: str) -> None:
        for line in signatures.splitlines():
            name, _, encoded = line.removeprefix("\u2014 ").partition(" ")
            if not line.startswith("\u2014 ") or name != self.origin:
                continue
            signed = base64.b64decode(encoded, validate=True)
            if signed[:4] != self.note_id:
                continue
            try:
                return Ed25519PublicKey.from_public_bytes(self.public).verify(signed[4:], text.encode())
            except InvalidSignature as error:
                raise Invalid("the signature of the checkpoint is not valid") from error
        raise Invalid(f"the checkpoint has no signature of {self.origin}")

    def _read(self, text: str) -> Head:
        lines = text.split("\n")
        if len(lines) != 4 or lines[3] != "":
            raise Invalid("the checkpoint has not three lines")
        origin, size, root = lines[:3]
        if origin != self.origin:
            raise Invalid(f"the checkpoint is one of {origin}, not of {self.origin}")
        if not (size.isascii() and size.isdigit()) or size != str(int(size)):
            raise Invalid("the size of the checkpoint is not a plain decimal number")
        root_bytes = base64.b64decode(root, validate=True)
        if len(root_bytes) != 32:
            raise Invalid("the root of the checkpoint has not 32 bytes")
        return Head(int(size), root_bytes)


# Receipts.


@dataclass(frozen=True)
class Receipt:
    index: int
    recorded_at: int
    envelope_digest: bytes
    proof: tuple[bytes, ...]
    checkpoint: str

    def verify(self, envelope: bytes, key: CheckpointKey) -> Head:
        """From the envelope that we hold to the signature of the ledger."""
        if self.envelope_digest != sha256(envelope):
            raise Invalid("the receipt is about another envelope")
        head = key.verify(self.checkpoint)
        leaf = leaf_hash(leaf_data(self.recorded_at, self.envelope_digest))
        verify_inclusion(leaf, self.index, head.size, list(self.proof), head.root)
        return head

    def to_tlog_proof(self) -> str:
        """The receipt as a C2SP tlog-proof file."""
        extra = base64.b64encode(leaf_data(self.recorded_at, self.envelope_digest)).decode()
        hashes = [base64.b64encode(hash_).decode() for hash_ in self.proof]
        lines = ["c2sp.org/tlog-proof@v1", f"extra {extra}", f"index {self.index}", *hashes]
        return "\n".join(lines) + "\n\n" + self.checkpoint
