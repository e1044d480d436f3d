"""A client of a Merestone ledger in Python, written from the proto files and docs/format.md alone.

It makes a key, has it enrolled, submits one event under it, verifies the receipt without any code of the
ledger, sends the same bytes again, and sends a changed event to see it refused. README.md tells how to run it.
"""

import argparse
import importlib
import os
import pathlib
import sys
import tempfile
import time
import uuid

import grpc
import grpc_tools
import proofs
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from grpc_tools import protoc

PROTO = pathlib.Path(__file__).resolve().parent.parent.parent / "proto"
CALL_SECONDS = 10


class Contract:
    """The messages and stubs of the proto files, generated into a temporary folder."""

    def __init__(self):
        files = sorted(path.relative_to(PROTO).as_posix() for path in PROTO.glob("merestone/v1/*.proto"))
        well_known = pathlib.Path(grpc_tools.__file__).parent / "_proto"
        with tempfile.TemporaryDirectory() as out:
            outputs = [f"--python_out={out}", f"--grpc_python_out={out}"]
            if protoc.main(["protoc", f"-I{PROTO}", f"-I{well_known}", *outputs, *files]) != 0:
                sys.exit("the proto files do not compile")
            sys.path.insert(0, out)
            for file in files:
                module = file.removesuffix(".proto").replace("/", ".")
                self._take_from(f"{module}_pb2")
                self._take_from(f"{module}_pb2_grpc")
            sys.path.remove(out)

    def _take_from(self, module):
        names = vars(importlib.import_module(module))
        vars(self).update({name: value for name, value in names.items() if name[0].isupper()})


class Author:
    """A post with its key: signs submissions."""

    def __init__(self, organisation, member, key):
        self.organisation, self.member, self.key = organisation, member, key


class Ledger:
    """A ledger whose identity we checked against its founding entry."""

    def __init__(self, contract, channel, expected_id):
        self.contract = contract
        self.stub = contract.LedgerStub(channel)
        self.organisations = contract.OrganisationsStub(channel)
        status = self.stub.Status(contract.StatusRequest(), timeout=CALL_SECONDS)
        self.id = status.ledger_id
        self.key = proofs.CheckpointKey.parse(status.checkpoint_vkey)
        if expected_id and self.id.hex() != expected_id:
            raise proofs.Invalid(f"this is ledger {self.id.hex()}, not {expected_id}")
        self._verify_founding(contract.AuditStub(channel))

    def _verify_founding(self, audit):
        """The id is the digest of the founding submission, which names origin and checkpoint key."""
        entry = audit.GetEntry(self.contract.GetEntryRequest(index=0), timeout=CALL_SECONDS).entry
        envelope = self.contract.Envelope.FromString(entry.envelope)
        submission = self.contract.Submission.FromString(envelope.submission)
        if proofs.sha256(envelope.submission) != self.id:
            raise proofs.Invalid("entry 0 is not the founding of this ledger")
        if [proofs.sha256(event) for event in entry.events] != list(submission.event_digests):
            raise proofs.Invalid("the founding event is not the one that was signed")
        founded = self.contract.Event.FromString(entry.events[0]).ledger_founded
        if proofs.CheckpointKey.of(founded.origin, founded.checkpoint_key[-32:]) != self.key:
            raise proofs.Invalid("the checkpoint key is not the one of the founding")

    def has_member(self, organisation, member, checkpoint):
        """As of the checkpoint or later: read models may lag a little behind the log."""
        read_at = self.contract.ReadAt(minimum_size=self.key.verify(checkpoint).size)
        request = self.contract.GetOrganisationRequest(id=organisation, read_at=read_at)
        found = self.organisations.Get(request, timeout=CALL_SECONDS).organisation
        return any(each.id == member for each in found.members)

    def signed(self, author, events):
        """The request for events, signed by their author."""
        event_bytes = [event.SerializeToString(deterministic=True) for event in events]
        submission = self.contract.Submission(
            ledger_id=self.id,
            id=uuid7(),
            organisation=author.organisation,
            member=author.member,
            key_id=proofs.key_id(author.key),
            signed_at=time.time_ns() // 1_000,
            event_digests=[proofs.sha256(each) for each in event_bytes],
        ).SerializeToString(deterministic=True)
        envelope = self.contract.Envelope(
            submission=submission, signature=proofs.sign(author.key, proofs.SUBMISSION, submission)
        )
        return self.contract.SubmitRequest(
            envelope=envelope.SerializeToString(deterministic=True), events=event_bytes
        )

    def submit(self, request):
        """Submits and verifies: returns the receipt, and whether it was there before."""
        response = self.stub.Submit(request, timeout=CALL_SECONDS)
        receipt = receipt_of(response.receipt)
        receipt.verify(request.envelope, self.key)
        return receipt, response.repeated

    def refusal(self, request):
        """What the ledger says to a request that it must refuse."""
        try:
            self.stub.Submit(request, timeout=CALL_SECONDS)
        except grpc.RpcError as error:
            return error
        raise proofs.Invalid("the ledger accepted what it must refuse")

    def checkpoint(self, known=""):
        """The newest checkpoint, proved to continue the known one."""
        response = self.stub.GetCheckpoint(self.contract.GetCheckpointRequest(known=known), timeout=CALL_SECONDS)
        newest = self.key.verify(response.checkpoint)
        if known:
            proofs.verify_consistency(self.key.verify(known), newest, list(response.consistency_proof))
        return response.checkpoint


def uuid7():
    """RFC 9562: 48 bits of milliseconds, version 7, 74 random bits."""
    value = (time.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(10), "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return str(uuid.UUID(int=value))


def receipt_of(message):
    time_ = message.recorded_at
    if time_.nanos % 1_000 != 0:
        raise proofs.Invalid("the recording time is not in whole microseconds")
    recorded_at = time_.seconds * 1_000_000 + time_.nanos // 1_000
    return proofs.Receipt(
        message.index, recorded_at, message.envelope_digest, tuple(message.inclusion_proof), message.checkpoint
    )


def event(contract, subject, **fields):
    return contract.Event(id=uuid7(), nonce=os.urandom(16), subject=subject, **fields)


def enrolment(ledger, author, grant, checkpoint):
    """Events that enrol the author's key, and the post first where it is new."""
    contract, subject, events = ledger.contract, f"organisation/{author.organisation}", []
    if not ledger.has_member(author.organisation, author.member, checkpoint):
        enrolled = contract.MemberEnrolled(
            member=author.member,
            post="Example client",
            roles=[contract.ROLE_RECORDER, contract.ROLE_DESK_OFFICER],
        )
        events.append(event(contract, subject, member_enrolled=enrolled))
    possession = contract.KeyPossession(
        ledger_id=ledger.id,
        organisation=author.organisation,
        member=author.member,
        public_key=proofs.spki(author.key),
    ).SerializeToString(deterministic=True)
    key = contract.KeyEnrolled(
        member=author.member,
        public_key=proofs.spki(author.key),
        possession=proofs.sign(author.key, proofs.KEY_POSSESSION, possession),
        authorised_by="Example client, run by hand",
    )
    events.append(event(contract, subject, based_on=[each.id for each in events], key_enrolled=key))
    if grant:
        mandate = contract.MandateGranted(
            type=contract.MANDATE_TYPE_RECORD_MINEFIELDS, countries=["XX"], basis="Example client, run by hand"
        )
        events.append(event(contract, subject, based_on=[events[-1].id], mandate_granted=mandate))
    return events


def record_opened(contract):
    """A record in open ocean, in no country, with an outline of a kilometre."""
    centre = contract.Position(latitude=-491_234_567, longitude=-1_231_234_567)
    area = contract.DangerArea(circle=contract.Circle(centre=centre, radius_m=1_000))
    part = contract.Part(
        slot=1,
        kind=contract.PART_KIND_DANGER_AREA,
        form=contract.PART_FORM_OPEN,
        content=contract.PartContent(danger_area=area),
    )
    body = contract.RecordOpened(
        country="XX",
        kind=contract.AREA_KIND_MINEFIELD,
        classification=contract.CLASSIFICATION_INDICATION,
        place="Open ocean",
    )
    source = contract.Source(name="Example client", **{"class": contract.SOURCE_CLASS_OWN_ACT})
    record = f"XX-PY-{os.urandom(4).hex()}"
    return event(contract, f"record/{record}", source=source, parts=[part], record_opened=body)


def domestic_step(contract, treaty, participant):
    """A vote in a parliament, as the press reported it."""
    body = contract.DomesticStepTaken(
        step=contract.DOMESTIC_STEP_PARLIAMENTARY_VOTE,
        pursues=contract.PURSUED_ACT_WITHDRAWAL,
        taken="2025-06-04",
        organ="Riigikogu",
        votes=contract.Votes(in_favour=81, against=1),
    )
    source = contract.Source(transcribed=True, name="ERR, 4 June 2025", **{"class": contract.SOURCE_CLASS_PRESS})
    subject = f"participation/{treaty}/{participant}"
    return event(contract, subject, occurred="2025-06-04", source=source, domestic_step_taken=body)


def tampered(contract, request):
    """The request with one bit of its last event flipped: no longer what was signed."""
    changed = bytearray(request.events[-1])
    changed[-1] ^= 1
    return contract.SubmitRequest(envelope=request.envelope, events=[*request.events[:-1], bytes(changed)])


def forged(contract, request):
    """The request with a signature over something else."""
    envelope = contract.Envelope.FromString(request.envelope)
    other = Ed25519PrivateKey.generate()
    envelope.signature = proofs.sign(other, proofs.SUBMISSION, envelope.submission)
    return contract.SubmitRequest(
        envelope=envelope.SerializeToString(deterministic=True), events=list(request.events)
    )


def read_key(path):
    key = load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise proofs.Invalid(f"{path} holds no Ed25519 key")
    return key


def make_key(path):
    """A new key; the file is readable by its owner alone and never overwritten."""
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pem)
    return key


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", default="http://127.0.0.1:7117", help="URL of the ledger (plain text)")
    parser.add_argument("--ledger-id", help="refuse any other ledger; 64 hexadecimal digits")
    parser.add_argument("--admin-key", type=pathlib.Path, required=True, help="PKCS#8 PEM file of an administrator")
    parser.add_argument("--organisation", required=True, help="of the administrator and of the new key")
    parser.add_argument("--admin-member", required=True, help="post of the administrator")
    parser.add_argument("--member", default="python-client", help="post of the new key; enrolled if it is new")
    parser.add_argument("--key", type=pathlib.Path, help="where to write the new key (default: kept nowhere)")
    parser.add_argument("--grant", action="store_true", help="also grant the mandate to record minefields in XX")
    parser.add_argument("--treaty", help="submit a domestic step under this treaty instead of a record")
    parser.add_argument("--participant", default="EST", help="participant of the domestic step")
    parser.add_argument("--proof", type=pathlib.Path, help="where to write the receipt (.tlog-proof) and envelope")
    return parser.parse_args()


def run(given, contract, channel):
    ledger = Ledger(contract, channel, given.ledger_id)
    print(f"ledger {ledger.id.hex()} of {ledger.key.origin}: founding and checkpoint key agree")
    before = ledger.checkpoint()

    administrator = Author(given.organisation, given.admin_member, read_key(given.admin_key))
    key = make_key(given.key) if given.key else Ed25519PrivateKey.generate()
    author = Author(given.organisation, given.member, key)
    events = enrolment(ledger, author, given.grant, before)
    receipt, _ = ledger.submit(ledger.signed(administrator, events))
    print(f"entry {receipt.index}: key {proofs.key_id(key).hex()} of {author.member} is enrolled, receipt verified")

    stated = domestic_step(contract, given.treaty, given.participant) if given.treaty else record_opened(contract)
    request = ledger.signed(author, [stated])
    receipt, repeated = ledger.submit(request)
    if repeated:
        raise proofs.Invalid("the ledger says that it had a fresh submission before")
    print(f"entry {receipt.index}: {stated.WhichOneof('body')} on {stated.subject} is recorded, receipt verified")

    again, repeated = ledger.submit(request)
    if not repeated or again != receipt:
        raise proofs.Invalid("the same bytes did not get the first receipt again")
    print("the same bytes again: the first receipt again")

    for name, bad in [("a changed event", tampered), ("a foreign signature", forged)]:
        refusal = ledger.refusal(bad(contract, request))
        print(f"{name}: refused with {refusal.code().name}: {refusal.details()}")

    after = ledger.key.verify(ledger.checkpoint(known=before))
    print(f"the ledger of size {after.size} continues the one that we saw first")
    if given.proof:
        given.proof.write_text(receipt.to_tlog_proof(), encoding="utf-8")
        given.proof.with_suffix(".envelope").write_bytes(request.envelope)


def main():
    given = options()
    scheme, _, address = given.server.rpartition("://")
    if scheme not in ("", "http"):
        sys.exit("this example speaks plain text only: give an http URL")
    try:
        with grpc.insecure_channel(address) as channel:
            run(given, Contract(), channel)
    except proofs.Invalid as error:
        sys.exit(f"verification failed: {error}")
    except grpc.RpcError as error:
        sys.exit(f"the ledger answered {error.code().name}: {error.details()}")


if __name__ == "__main__":
    main()
