// Golden vectors from JavaScript: protobuf by protobufjs, keys by node:crypto.
//
// Reads vectors.in.json and the proto files, writes the golden JSON files into
// the folder given. generate.py does the same in Python; both must write the
// same bytes (check.sh). Nothing here uses code of the ledger.

import crypto from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const HERE = path.dirname(fileURLToPath(import.meta.url));
const PROTO = path.join(HERE, "..", "..", "proto");
// protobufjs is installed where check.sh says, not beside this file.
const protobuf = createRequire(path.join(process.env.NODE_PACKAGES ?? HERE, "package.json"))("protobufjs");

const GIVEN = JSON.parse(fs.readFileSync(path.join(HERE, "vectors.in.json"), "utf8"));
const SCHEMA = loadSchema(["submission", "event", "registry", "treaty", "minefield"]);

function loadSchema(names) {
  const root = new protobuf.Root();
  root.resolvePath = (_origin, target) => path.join(PROTO, target);
  root.loadSync(names.map((name) => `merestone/v1/${name}.proto`), { keepCase: true });
  root.resolveAll();
  return root;
}

// Computes each vector once: the log asks for the same leaves again and again.
function once(compute) {
  const known = new Map();
  return (name) => known.get(name) ?? known.set(name, compute(name)).get(name);
}

// The value of an object with one key that starts with a dollar sign.
const COMPUTED = {
  $hex: (text) => Buffer.from(text, "hex"),
  $repeat_hex: ([byte, count]) => Buffer.from(byte.repeat(count), "hex"),
  $sha256: (text) => sha256(Buffer.from(text, "utf8")),
  $spki: spki,
  $key_id: keyId,
  $vkey: ([origin, name]) => vkey(origin, 4, name),
  $ledger_id: () => sha256(submission("founding")),
  $submission_digest: (name) => sha256(submission(name)),
  $possession: (name) => sign(name, "key-possession", possession(name)),
  $commitment: commitment,
  $root: root,
};

function computed(value) {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
  const keys = Object.keys(value);
  if (keys.length !== 1 || !keys[0].startsWith("$")) return value;
  return COMPUTED[keys[0]](value[keys[0]]);
}

// protobufjs drops names that it does not know; a misspelt one must stop us.
function filled(type, values) {
  const message = {};
  for (const [name, value] of Object.entries(values)) {
    const field = type.fields[name];
    if (!field) throw new Error(`${type.name} has no field ${name}`);
    const one = (item) => scalarOrMessage(field, item);
    message[name] = field.repeated ? value.map(one) : one(value);
  }
  return message;
}

function scalarOrMessage(field, given) {
  if (field.resolvedType instanceof protobuf.Type) return filled(field.resolvedType, given);
  const value = computed(given);
  if (!(field.resolvedType instanceof protobuf.Enum)) return value;
  const number = field.resolvedType.values[value];
  if (number === undefined) throw new Error(`${field.resolvedType.name} has no value ${value}`);
  return number;
}

function encode(typeName, values) {
  const type = SCHEMA.lookupType(`merestone.v1.${typeName}`);
  return Buffer.from(type.encode(type.fromObject(filled(type, values))).finish());
}

function sha256(...parts) {
  return crypto.createHash("sha256").update(Buffer.concat(parts)).digest();
}

function privateKey(name) {
  const pkcs8 = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), computed(GIVEN.keys[name])]);
  return crypto.createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" });
}

function spki(name) {
  return crypto.createPublicKey(privateKey(name)).export({ format: "der", type: "spki" });
}

function publicKey(name) {
  return spki(name).subarray(-32);
}

function keyId(name) {
  return sha256(spki(name));
}

function noteKeyId(origin, kind, name) {
  return sha256(Buffer.from(`${origin}\n`, "utf8"), Buffer.from([kind]), publicKey(name)).subarray(0, 4);
}

function vkey(origin, kind, name) {
  const key = Buffer.concat([Buffer.from([kind]), publicKey(name)]).toString("base64");
  return `${origin}+${noteKeyId(origin, kind, name).toString("hex")}+${key}`;
}

function pae(payload, body) {
  const mediaType = `application/vnd.merestone.${payload}.v1+protobuf`;
  return Buffer.concat([Buffer.from(`DSSEv1 ${mediaType.length} ${mediaType} ${body.length} `, "ascii"), body]);
}

function sign(name, payload, body) {
  return crypto.sign(null, pae(payload, body), privateKey(name));
}

const possession = once((name) => {
  return encode("KeyPossession", GIVEN.possessions[name]);
});

const event = once((name) => {
  return encode("Event", GIVEN.events[name]);
});

const submission = once((name) => {
  const given = GIVEN.submissions[name];
  const digests = given.events.map((each) => ({ $hex: sha256(event(each)).toString("hex") }));
  return encode("Submission", { ...given.message, key_id: { $key_id: given.author }, event_digests: digests });
});

const signOff = once((name) => {
  const given = GIVEN.sign_offs[name];
  return encode("SignOff", { ...given.message, key_id: { $key_id: given.signer } });
});

const envelope = once((name) => {
  const given = GIVEN.envelopes[name];
  const values = {};
  if (given.submission !== null) {
    const bytes = submission(given.submission);
    const author = GIVEN.submissions[given.submission].author;
    values.submission = { $hex: bytes.toString("hex") };
    values.signature = { $hex: sign(author, "submission", bytes).toString("hex") };
  }
  const signer = (each) => GIVEN.sign_offs[each].signer;
  const sorted = [...given.sign_offs].sort((a, b) => Buffer.compare(keyId(signer(a)), keyId(signer(b))));
  values.sign_offs = sorted.map((each) => {
    const statement = signOff(each);
    const signature = sign(signer(each), "sign-off", statement);
    return { statement: { $hex: statement.toString("hex") }, signature: { $hex: signature.toString("hex") } };
  });
  return encode("Envelope", values);
});

function uint(value, bytes) {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64BE(BigInt(value));
  return buffer.subarray(8 - bytes);
}

function commitmentInput(name) {
  const given = GIVEN.commitments[name];
  return Buffer.concat([
    Buffer.from("merestone part v1\n", "ascii"),
    computed({ $ledger_id: true }),
    Buffer.from(given.event_id, "ascii"),
    uint(given.slot, 4),
    computed(given.salt),
    encode("PartContent", given.content),
  ]);
}

function commitment(name) {
  return sha256(commitmentInput(name));
}

const leaf = once((index) => {
  const entry = GIVEN.log[index];
  return Buffer.concat([Buffer.from([1]), uint(entry.recorded_at, 8), sha256(envelope(entry.envelope))]);
});

// The largest power of two below count (RFC 6962, section 2.1).
function split(count) {
  let power = 1;
  while (power * 2 < count) power *= 2;
  return power;
}

function treeHash(start, end) {
  if (start === end) return sha256();
  if (end - start === 1) return sha256(Buffer.from([0]), leaf(start));
  const middle = start + split(end - start);
  return sha256(Buffer.from([1]), treeHash(start, middle), treeHash(middle, end));
}

function root(size) {
  return treeHash(0, size);
}

// RFC 6962, section 2.1.1.
function inclusion(index, start, end) {
  if (end - start === 1) return [];
  const middle = start + split(end - start);
  return index < middle
    ? [...inclusion(index, start, middle), treeHash(middle, end)]
    : [...inclusion(index, middle, end), treeHash(start, middle)];
}

// RFC 6962, section 2.1.2.
function consistency(size, start, end, whole) {
  if (size === end) return whole ? [] : [treeHash(start, end)];
  const middle = start + split(end - start);
  return size <= middle
    ? [...consistency(size, start, middle, whole), treeHash(middle, end)]
    : [...consistency(size, middle, end, false), treeHash(start, middle)];
}

function checkpoint(size) {
  const text = `${GIVEN.origin}\n${size}\n${root(size).toString("base64")}\n`;
  const signature = crypto.sign(null, Buffer.from(text, "utf8"), privateKey("checkpoint"));
  const line = Buffer.concat([noteKeyId(GIVEN.origin, 1, "checkpoint"), signature]).toString("base64");
  return `${text}\n\u2014 ${GIVEN.origin} ${line}\n`;
}

function tlogProof(index, size) {
  const hashes = inclusion(index, 0, size).map((hash) => hash.toString("base64"));
  const lines = ["c2sp.org/tlog-proof@v1", `extra ${leaf(index).toString("base64")}`, `index ${index}`, ...hashes];
  return `${lines.join("\n")}\n\n${checkpoint(size)}`;
}

function hex(buffer) {
  return Buffer.from(buffer).toString("hex");
}

function mapped(object, vectors) {
  return Object.fromEntries(Object.entries(object).map(([name, given]) => [name, vectors(name, given)]));
}

function range(start, end) {
  return Array.from({ length: end - start }, (_, offset) => start + offset);
}

function signedVectors(signer, payload, body) {
  return {
    bytes: hex(body),
    sha256: hex(sha256(body)),
    signer,
    signed: hex(pae(payload, body)),
    signature: hex(sign(signer, payload, body)),
  };
}

function keyVectors(name) {
  return {
    seed: hex(computed(GIVEN.keys[name])),
    public_key: hex(publicKey(name)),
    spki: hex(spki(name)),
    key_id: hex(keyId(name)),
  };
}

function commitmentVectors(name, given) {
  return {
    event_id: given.event_id,
    slot: given.slot,
    salt: hex(computed(given.salt)),
    content: hex(encode("PartContent", given.content)),
    hashed: hex(commitmentInput(name)),
    commitment: hex(commitment(name)),
  };
}

function logVectors() {
  const sizes = range(1, GIVEN.log.length + 1);
  return {
    origin: GIVEN.origin,
    vkey: vkey(GIVEN.origin, 1, "checkpoint"),
    ledger_id: hex(sha256(submission("founding"))),
    entries: GIVEN.log.map(({ envelope, recorded_at }, index) => ({
      index,
      envelope,
      recorded_at,
      leaf: hex(leaf(index)),
      leaf_hash: hex(treeHash(index, index + 1)),
    })),
    heads: sizes.map((size) => ({ size, root: hex(root(size)), checkpoint: checkpoint(size) })),
    receipts: sizes.flatMap((size) =>
      range(0, size).map((index) => ({
        index,
        size,
        proof: inclusion(index, 0, size).map(hex),
        tlog_proof: tlogProof(index, size),
      })),
    ),
    consistency: sizes.flatMap((to) =>
      range(1, to).map((from) => ({ from, to, proof: consistency(from, 0, to, true).map(hex) })),
    ),
  };
}

function allVectors() {
  const plain = (bytes) => ({ bytes: hex(bytes), sha256: hex(sha256(bytes)) });
  return {
    keys: mapped(GIVEN.keys, keyVectors),
    possessions: mapped(GIVEN.possessions, (name) => signedVectors(name, "key-possession", possession(name))),
    commitments: mapped(GIVEN.commitments, commitmentVectors),
    events: mapped(GIVEN.events, (name) => plain(event(name))),
    submissions: mapped(GIVEN.submissions, (name, given) => ({
      ...signedVectors(given.author, "submission", submission(name)),
      events: given.events,
    })),
    sign_offs: mapped(GIVEN.sign_offs, (name, given) => signedVectors(given.signer, "sign-off", signOff(name))),
    envelopes: mapped(GIVEN.envelopes, (name) => plain(envelope(name))),
    log: logVectors(),
  };
}

const folder = process.argv[2];
fs.mkdirSync(folder, { recursive: true });
for (const [name, vectors] of Object.entries(allVectors())) {
  fs.writeFileSync(path.join(folder, `${name}.json`), JSON.stringify(vectors, null, 2) + "\n");
}
