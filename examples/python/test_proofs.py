"""Checks proofs.py, and the check by hand in docs/format.md, against the golden vectors.

    python test_proofs.py
"""

import json
import pathlib
import re
import subprocess
import tempfile
import unittest
from dataclasses import replace

import proofs
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

PROJECT = pathlib.Path(__file__).resolve().parent.parent.parent


def golden(name):
    return json.loads((PROJECT / "tests" / "golden" / f"{name}.json").read_text(encoding="utf-8"))


KEYS, LOG, ENVELOPES = golden("keys"), golden("log"), golden("envelopes")
LEDGER = proofs.CheckpointKey.parse(LOG["vkey"])


def private_key(name):
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(KEYS[name]["seed"]))


def envelope_of(vector):
    return bytes.fromhex(ENVELOPES[LOG["entries"][vector["index"]]["envelope"]]["bytes"])


def receipt_of(vector):
    entry, head = LOG["entries"][vector["index"]], LOG["heads"][vector["size"] - 1]
    return proofs.Receipt(
        vector["index"],
        entry["recorded_at"],
        proofs.sha256(envelope_of(vector)),
        tuple(map(bytes.fromhex, vector["proof"])),
        head["checkpoint"],
    )


class Signing(unittest.TestCase):
    def test_keys_have_the_golden_ids(self):
        for name, vector in KEYS.items():
            self.assertEqual(proofs.spki(private_key(name)).hex(), vector["spki"])
            self.assertEqual(proofs.key_id(private_key(name)).hex(), vector["key_id"])

    def test_signatures_are_the_golden_ones(self):
        files = {"submissions": proofs.SUBMISSION, "sign_offs": proofs.SIGN_OFF, "possessions": proofs.KEY_POSSESSION}
        for file, media_type in files.items():
            for vector in golden(file).values():
                body = bytes.fromhex(vector["bytes"])
                self.assertEqual(proofs.pae(media_type, body).hex(), vector["signed"])
                self.assertEqual(proofs.sign(private_key(vector["signer"]), media_type, body).hex(), vector["signature"])


class Receipts(unittest.TestCase):
    def test_every_golden_receipt_verifies(self):
        for vector in LOG["receipts"]:
            receipt = receipt_of(vector)
            head = receipt.verify(envelope_of(vector), LEDGER)
            self.assertEqual((head.size, head.root.hex()), (vector["size"], LOG["heads"][vector["size"] - 1]["root"]))
            self.assertEqual(receipt.to_tlog_proof(), vector["tlog_proof"])

    def test_a_receipt_for_anything_else_is_refused(self):
        vector = LOG["receipts"][-2]
        receipt, envelope = receipt_of(vector), envelope_of(vector)
        other_key = proofs.CheckpointKey.of(LEDGER.origin, bytes.fromhex(KEYS["witness"]["public_key"]))
        cases = [
            (receipt, envelope + b"\0", LEDGER),
            (receipt, envelope, other_key),
            (replace(receipt, index=receipt.index + 1), envelope, LEDGER),
            (replace(receipt, index=99), envelope, LEDGER),
            (replace(receipt, recorded_at=receipt.recorded_at + 1), envelope, LEDGER),
            (replace(receipt, proof=receipt.proof[:-1]), envelope, LEDGER),
            (replace(receipt, proof=receipt.proof + (bytes(32),)), envelope, LEDGER),
            (replace(receipt, checkpoint=receipt.checkpoint.replace("\n6\n", "\n7\n")), envelope, LEDGER),
            (replace(receipt, checkpoint="nothing"), envelope, LEDGER),
        ]
        for case in cases:
            with self.assertRaises(proofs.Invalid):
                case[0].verify(case[1], case[2])

    def test_golden_consistency_proofs_lead_to_both_roots(self):
        heads = [proofs.Head(head["size"], bytes.fromhex(head["root"])) for head in LOG["heads"]]
        for vector in LOG["consistency"]:
            older, newer = heads[vector["from"] - 1], heads[vector["to"] - 1]
            proof = list(map(bytes.fromhex, vector["proof"]))
            proofs.verify_consistency(older, newer, proof)
            with self.assertRaises(proofs.Invalid):
                proofs.verify_consistency(proofs.Head(older.size, bytes(32)), newer, proof)
            with self.assertRaises(proofs.Invalid):
                proofs.verify_consistency(older, newer, proof + [bytes(32)])

    def test_a_verifier_key_reads_back_and_a_wrong_hash_is_refused(self):
        self.assertEqual(str(LEDGER), LOG["vkey"])
        with self.assertRaises(proofs.Invalid):
            proofs.CheckpointKey.parse(LOG["vkey"].replace("2026+", "2027+"))


class CheckByHand(unittest.TestCase):
    """The shell block of docs/format.md does what the page says."""

    BLOCK = re.search(r"```sh\n(set -eu\n.*?)```", (PROJECT / "docs/format.md").read_text(encoding="utf-8"), re.S)

    def verdict(self, proof, envelope):
        with tempfile.TemporaryDirectory() as folder:
            pathlib.Path(folder, "envelope").write_bytes(envelope)
            pathlib.Path(folder, "receipt.tlog-proof").write_text(proof, encoding="utf-8")
            script = f"VKEY='{LOG['vkey']}'\n{self.BLOCK.group(1)}"
            done = subprocess.run(["sh", "-c", script], cwd=folder, capture_output=True, text=True, check=False)
        return done.returncode == 0, done.stdout

    def test_every_golden_receipt_is_proved(self):
        for vector in LOG["receipts"]:
            proved, said = self.verdict(vector["tlog_proof"], envelope_of(vector))
            self.assertTrue(proved, said)
            self.assertIn(f"proved at size {vector['size']}", said)

    def test_changed_receipts_are_refused_by_name(self):
        vector = LOG["receipts"][-2]
        proof, envelope = vector["tlog_proof"], envelope_of(vector)
        lines = proof.split("\n")
        signature_changed = proof.replace(lines[-2][-12:], "AAAAAAAAAAA=")
        for changed, other, reason in [
            (proof, envelope + b"\0", "another envelope"),
            (proof.replace("index 4", "index 5"), envelope, "the proof"),
            (proof.replace("\n6\n", "\n7\n"), envelope, "the proof is too short"),
            (proof.replace(lines[3] + "\n", lines[4] + "\n", 1), envelope, "does not lead to the root"),
            (signature_changed, envelope, "no valid signature"),
        ]:
            proved, said = self.verdict(changed, other)
            self.assertFalse(proved)
            self.assertIn(reason, said)


if __name__ == "__main__":
    unittest.main()
