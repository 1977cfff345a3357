# Recomputes every value of the worked example: python3 recompute.py sealing-example.json   (needs the package cryptography)
import base64
import hashlib
import json
import sys

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, x25519
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def check(name, computed, printed):
    if computed != printed:
        sys.exit(f"{name} differs: computed {computed}, printed {printed}")
    print("ok", name)


def secret_of(own, other):
    if own["crv"] == "X25519":
        private = x25519.X25519PrivateKey.from_private_bytes(decode(own["d"]))
        return private.exchange(x25519.X25519PublicKey.from_public_bytes(decode(other["x"])))
    private = ec.derive_private_key(int.from_bytes(decode(own["d"]), "big"), ec.SECP256R1())
    point = b"\x04" + decode(other["x"]) + decode(other["y"])
    return private.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point))


def check_message(name, key, message):
    check(f"{name}: header", encode(message["headerJson"].encode()), message["protectedHeader"])
    iv = bytes.fromhex(message["ivHex"])
    sealed = AESGCM(key).encrypt(iv, message["plaintext"].encode(), message["protectedHeader"].encode())
    ciphertext, tag = sealed[:-16], sealed[-16:]
    check(f"{name}: ciphertext", ciphertext.hex(), message["ciphertextHex"])
    check(f"{name}: tag", tag.hex(), message["tagHex"])
    check(f"{name}: JWE", ".".join([message["protectedHeader"], "", encode(iv), encode(ciphertext), encode(tag)]), message["jwe"])


with open(sys.argv[1] if len(sys.argv) > 1 else "sealing-example.json", encoding="utf-8") as file:
    example = json.load(file)

for name in ("request", "answer"):
    message = example[name]
    z = secret_of(message["ephemeralKey"], message["recipientKey"])
    check(f"one-shot {name}: Z", z.hex(), message["zHex"])
    key = hashlib.sha256(bytes.fromhex("00000001") + z + bytes.fromhex(message["otherInfoHex"])).digest()
    check(f"one-shot {name}: content key", key.hex(), message["contentKeyHex"])
    check_message(f"one-shot {name}", key, message)

session = example["session"]
z = secret_of(session["bankKey"], session["gatewayKey"])
check("session: Z", z.hex(), session["zHex"])
salt = hashlib.sha256(session["ticket"].encode()).digest()
check("session: salt", salt.hex(), session["saltHex"])
for direction in ("request", "answer"):
    info = session[f"{direction}Info"].encode()
    key = HKDF(algorithm=hashes.SHA256(), length=32, salt=salt, info=info).derive(z)
    check(f"session: {direction} key", key.hex(), session[f"{direction}KeyHex"])
    check_message(f"session {direction}", key, session[direction])

field = example["field"]
iv = bytes.fromhex(field["ivHex"])
sealed = AESGCM(bytes.fromhex(field["keyHex"])).encrypt(iv, field["plaintext"].encode(), None)
check("field", base64.b64encode(iv + sealed).decode(), field["base64"])
print("everything as printed")
