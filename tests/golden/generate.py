"""Golden vectors from Python: protobuf by its own library, keys by OpenSSL.

Reads vectors.in.json and the proto files, writes the golden JSON files into the
folder given. generate.mjs does the same in JavaScript; both must write the same
bytes (check.sh). Nothing here uses code of the ledger.
"""

import base64
import functools
import hashlib
import importlib
import json
import pathlib
import sys
import tempfile

import grpc_tools
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from grpc_tools import protoc

HERE = pathlib.Path(__file__).resolve().parent
PROTO = HERE.parent.parent / "proto"
MEDIA_TYPE = "application/vnd.merestone.{}.v1+protobuf"


def load_messages():
    """Compiles the proto files into a temporary folder and imports them."""
    out = tempfile.TemporaryDirectory()
    files = ["reference", "submission", "event", "registry", "treaty", "minefield"]
    well_known = pathlib.Path(grpc_tools.__file__).parent / "_proto"
    arguments = ["protoc", f"-I{PROTO}", f"-I{well_known}", f"--python_out={out.name}"]
    if protoc.main(arguments + [f"merestone/v1/{name}.proto" for name in files]) != 0:
        sys.exit("the proto files do not compile")
    sys.path.insert(0, out.name)
    modules = [importlib.import_module(f"merestone.v1.{name}_pb2") for name in files]
    out.cleanup()
    return {name: cls for module in modules for name, cls in vars(module).items() if isinstance(cls, type)}


MESSAGES = load_messages()
GIVEN = json.loads((HERE / "vectors.in.json").read_text(encoding="utf-8"))


def sha256(data):
    return hashlib.sha256(data).digest()


def computed(value):
    """The value of an object with one key that starts with a dollar sign."""
    if not isinstance(value, dict) or len(value) != 1:
        return value
    (name, argument), = value.items()
    if not name.startswith("$"):
        return value
    return {
        "$hex": bytes.fromhex,
        "$repeat_hex": lambda pair: bytes.fromhex(pair[0]) * pair[1],
        "$sha256": lambda text: sha256(text.encode()),
        "$spki": spki,
        "$key_id": key_id,
        "$vkey": lambda pair: vkey(pair[0], 4, pair[1]),
        "$ledger_id": lambda _: sha256(submission("founding")),
        "$submission_digest": lambda name: sha256(submission(name)),
        "$possession": lambda name: sign(name, "key-possession", possession(name)),
        "$commitment": commitment,
        "$root": root,
    }[name](argument)


def fill(message, values):
    """Fills a protobuf message from the description."""
    for name, value in values.items():
        field = message.DESCRIPTOR.fields_by_name[name]
        if field.is_repeated:
            for item in value:
                if field.message_type:
                    fill(getattr(message, name).add(), item)
                else:
                    getattr(message, name).append(scalar(field, item))
        elif field.message_type:
            getattr(message, name).SetInParent()
            fill(getattr(message, name), value)
        else:
            setattr(message, name, scalar(field, value))
    return message


def scalar(field, value):
    value = computed(value)
    return field.enum_type.values_by_name[value].number if field.enum_type else value


def encode(type_name, values):
    return fill(MESSAGES[type_name](), values).SerializeToString(deterministic=True)


def private_key(name):
    return Ed25519PrivateKey.from_private_bytes(computed(GIVEN["keys"][name]))


def public_key(name):
    return private_key(name).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def spki(name):
    return private_key(name).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def key_id(name):
    return sha256(spki(name))


def note_key_id(origin, kind, name):
    return sha256(origin.encode() + b"\n" + bytes([kind]) + public_key(name))[:4]


def vkey(origin, kind, name):
    key = base64.b64encode(bytes([kind]) + public_key(name)).decode()
    return f"{origin}+{note_key_id(origin, kind, name).hex()}+{key}"


def pae(payload, body):
    media_type = MEDIA_TYPE.format(payload)
    return b"DSSEv1 %d %s %d %s" % (len(media_type), media_type.encode(), len(body), body)


def sign(name, payload, body):
    return private_key(name).sign(pae(payload, body))


@functools.cache
def possession(name):
    return encode("KeyPossession", GIVEN["possessions"][name])


@functools.cache
def event(name):
    return encode("Event", GIVEN["events"][name])


@functools.cache
def submission(name):
    given = GIVEN["submissions"][name]
    message = dict(given["message"])
    message["key_id"] = {"$key_id": given["author"]}
    message["event_digests"] = [{"$hex": sha256(event(name)).hex()} for name in given["events"]]
    return encode("Submission", message)


@functools.cache
def sign_off(name):
    given = GIVEN["sign_offs"][name]
    return encode("SignOff", {**given["message"], "key_id": {"$key_id": given["signer"]}})


@functools.cache
def envelope(name):
    given = GIVEN["envelopes"][name]
    message = MESSAGES["Envelope"]()
    if given["submission"] is not None:
        message.submission = submission(given["submission"])
        author = GIVEN["submissions"][given["submission"]]["author"]
        message.signature = sign(author, "submission", message.submission)
    for sign_off_name in sorted(given["sign_offs"], key=lambda name: key_id(GIVEN["sign_offs"][name]["signer"])):
        statement = sign_off(sign_off_name)
        signature = sign(GIVEN["sign_offs"][sign_off_name]["signer"], "sign-off", statement)
        message.sign_offs.add(statement=statement, signature=signature)
    return message.SerializeToString(deterministic=True)


def commitment_input(name):
    given = GIVEN["commitments"][name]
    return (
        b"merestone part v1\n"
        + computed({"$ledger_id": True})
        + given["event_id"].encode()
        + given["slot"].to_bytes(4, "big")
        + computed(given["salt"])
        + encode("PartContent", given["content"])
    )


def commitment(name):
    return sha256(commitment_input(name))


def leaf(index):
    entry = GIVEN["log"][index]
    return b"\x01" + entry["recorded_at"].to_bytes(8, "big") + sha256(envelope(entry["envelope"]))


def split(count):
    """The largest power of two below count (RFC 6962, section 2.1)."""
    return 1 << (count - 1).bit_length() - 1


def tree_hash(start, end):
    if start == end:
        return sha256(b"")
    if end - start == 1:
        return sha256(b"\x00" + leaf(start))
    middle = start + split(end - start)
    return sha256(b"\x01" + tree_hash(start, middle) + tree_hash(middle, end))


def root(size):
    return tree_hash(0, size)


def inclusion(index, start, end):
    """RFC 6962, section 2.1.1."""
    if end - start == 1:
        return []
    middle = start + split(end - start)
    if index < middle:
        return inclusion(index, start, middle) + [tree_hash(middle, end)]
    return inclusion(index, middle, end) + [tree_hash(start, middle)]


def consistency(size, start, end, whole):
    """RFC 6962, section 2.1.2."""
    if size == end:
        return [] if whole else [tree_hash(start, end)]
    middle = start + split(end - start)
    if size <= middle:
        return consistency(size, start, middle, whole) + [tree_hash(middle, end)]
    return consistency(size, middle, end, False) + [tree_hash(start, middle)]


def checkpoint(size):
    origin = GIVEN["origin"]
    text = f"{origin}\n{size}\n{base64.b64encode(root(size)).decode()}\n"
    signature = note_key_id(origin, 1, "checkpoint") + private_key("checkpoint").sign(text.encode())
    return f"{text}\n\u2014 {origin} {base64.b64encode(signature).decode()}\n"


def tlog_proof(index, size):
    hashes = [base64.b64encode(hash).decode() for hash in inclusion(index, 0, size)]
    lines = ["c2sp.org/tlog-proof@v1", f"extra {base64.b64encode(leaf(index)).decode()}", f"index {index}"]
    return "\n".join(lines + hashes) + "\n\n" + checkpoint(size)


def key_vectors(name):
    return {
        "seed": computed(GIVEN["keys"][name]).hex(),
        "public_key": public_key(name).hex(),
        "spki": spki(name).hex(),
        "key_id": key_id(name).hex(),
    }


def signed_vectors(signer, payload, body):
    return {
        "bytes": body.hex(),
        "sha256": sha256(body).hex(),
        "signer": signer,
        "signed": pae(payload, body).hex(),
        "signature": sign(signer, payload, body).hex(),
    }


def commitment_vectors(name):
    given = GIVEN["commitments"][name]
    return {
        "event_id": given["event_id"],
        "slot": given["slot"],
        "salt": computed(given["salt"]).hex(),
        "content": encode("PartContent", given["content"]).hex(),
        "hashed": commitment_input(name).hex(),
        "commitment": commitment(name).hex(),
    }


def entry_vectors(index):
    given = GIVEN["log"][index]
    return {
        "index": index,
        "envelope": given["envelope"],
        "recorded_at": given["recorded_at"],
        "leaf": leaf(index).hex(),
        "leaf_hash": tree_hash(index, index + 1).hex(),
    }


def log_vectors():
    count = len(GIVEN["log"])
    return {
        "origin": GIVEN["origin"],
        "vkey": vkey(GIVEN["origin"], 1, "checkpoint"),
        "ledger_id": sha256(submission("founding")).hex(),
        "entries": [entry_vectors(index) for index in range(count)],
        "heads": [
            {"size": size, "root": root(size).hex(), "checkpoint": checkpoint(size)} for size in range(1, count + 1)
        ],
        "receipts": [
            {
                "index": index,
                "size": size,
                "proof": [hash.hex() for hash in inclusion(index, 0, size)],
                "tlog_proof": tlog_proof(index, size),
            }
            for size in range(1, count + 1)
            for index in range(size)
        ],
        "consistency": [
            {"from": start, "to": end, "proof": [hash.hex() for hash in consistency(start, 0, end, True)]}
            for end in range(2, count + 1)
            for start in range(1, end)
        ],
    }


def all_vectors():
    return {
        "keys": {name: key_vectors(name) for name in GIVEN["keys"]},
        "possessions": {
            name: signed_vectors(name, "key-possession", possession(name)) for name in GIVEN["possessions"]
        },
        "commitments": {name: commitment_vectors(name) for name in GIVEN["commitments"]},
        "events": {name: {"bytes": event(name).hex(), "sha256": sha256(event(name)).hex()} for name in GIVEN["events"]},
        "submissions": {
            name: {
                **signed_vectors(given["author"], "submission", submission(name)),
                "events": given["events"],
            }
            for name, given in GIVEN["submissions"].items()
        },
        "sign_offs": {
            name: signed_vectors(given["signer"], "sign-off", sign_off(name))
            for name, given in GIVEN["sign_offs"].items()
        },
        "envelopes": {
            name: {"bytes": envelope(name).hex(), "sha256": sha256(envelope(name)).hex()} for name in GIVEN["envelopes"]
        },
        "log": log_vectors(),
    }


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, vectors in all_vectors().items():
        text = json.dumps(vectors, indent=2, ensure_ascii=False) + "\n"
        (folder / f"{name}.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
