#!/usr/bin/env python3
# Verifies this bundle without Ward: python3 verify.py [VKEY of a shard or of a witness]...  See README.md.
import base64, hashlib, io, itertools, json, os, sys
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
def check(good, what): good or sys.exit("does NOT verify: " + what)
def load(path): return open(path, "rb").read() if os.path.exists(path) else b""
# Whether a key signed a note: c2sp.org/signed-note for the key of a log, c2sp.org/tlog-cosignature for a witness.
def signed(note, vkey):
    (name, key_id, key), (text, lines) = vkey.split("+", 2), note.decode().rsplit("\n\n", 1)
    key, lines = base64.b64decode(key), [line.split(" ") for line in lines.splitlines()]
    check(hashlib.sha256(name.encode() + b"\n" + key).digest()[:4].hex() == key_id, "the key hash of " + vkey)
    for blob in (base64.b64decode(blob) for _, owner, blob in lines if owner == name):
        if blob[:4].hex() == key_id:
            time = f"cosignature/v1\ntime {int.from_bytes(blob[4:12], 'big')}\n" if key[0] == 4 else ""
            Ed25519PublicKey.from_public_bytes(key[1:]).verify(blob[12 if time else 4:], f"{time}{text}\n".encode())
            return True
# One file under tile/, empty if it is not here: c2sp.org/tlog-tiles.
def tile(kind, n):
    width, name = min(256, (size if kind == "entries" else size >> 8 * kind) - n * 256), f"{n % 1000:03}"
    while n := n // 1000: name = f"x{n % 1000:03}/{name}"
    return load(f"{shard}/tile/{kind}/{name}" + (f".p/{width}" if width < 256 else ""))
# RFC 6962 2.1: the hash over the entries lo to hi; from a tile only where none of these entries is here.
def node(lo, hi):
    count, level, half = hi - lo, ((hi - lo).bit_length() - 1) // 8, 1 << (hi - lo - 1).bit_length() >> 1
    if count == 256 ** level and lo % count == 0 and not any(index in entry for index in range(lo, hi, 256)):
        return tile(level, lo // count // 256)[lo // count % 256 * 32:][:32]
    return hashlib.sha256(b"\1" + node(lo, lo + half) + node(lo + half, hi) if half else b"\0" + entry[lo]).digest()
held, before, unused = dict(line.split() for line in list(open("contents"))[2:]), None, set(sys.argv[1:])
for shard, vkey, _, _ in (line.split() for line in open("keys")):
    if os.path.exists(shard + ".archived"): before = print(shard + " is archived and not here"); continue
    size, entry, (first, end) = int(load(shard + "/checkpoint").split(b"\n")[1]), {}, map(int, held[shard].split("-"))
    for block in range((size + 255) // 256):
        index, data = itertools.count(block * 256), io.BytesIO(tile("entries", block))
        while length := data.read(2): entry[next(index)] = data.read(int.from_bytes(length, "big"))
    check(all(index in entry for index in range(first, end)), f"{shard}: entries between {first} and {end} are missing")
    for note in filter(None, (load(shard + "/witnessed"), load(shard + "/checkpoint"))):
        origin, count, root = note.decode().split("\n")[:3]
        check(signed(note, vkey) and vkey.startswith(origin + "+"), f"{shard}: the log did not sign its checkpoint")
        check(node(0, int(count)) == base64.b64decode(root), f"{shard}: the root over {count} entries is another one")
        unused -= {key for key in sys.argv[1:] if key == vkey or signed(note, key)}
    links = [json.loads(entry[index]).get("unmapped", {}).get("shard", {}) for index in (0, size - 1)]
    check(links[0]["key"] == vkey and before in (None, (links[0].get("previous"), vkey)), f"{shard}: its links")
    before = {"origin": origin, "key": vkey, "size": size, "root": root}, links[1].get("next", {}).get("key")
    print(f"{shard}: entries {first} to {end} of {size} verify")
check(not unused, "nothing here is signed by " + ", ".join(unused))
