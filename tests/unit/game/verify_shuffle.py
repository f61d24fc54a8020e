#!/usr/bin/env python3
"""An independent verifier of the battle's fair chance (harvest-game(7) section 5), from the document alone.

Reads the output of `battle_hashes CONTENT 1 SEED --record`: the match, the commitment, the revealed server seed, both
nonces and decks as submitted, then the program's own shuffles; computes commitment, match seed, first seat and both
shuffled decks anew with nothing but the standard library, and compares.

Usage: verify_shuffle.py BATTLE_HASHES CONTENT_DIR [MATCHES [FIRST_SEED]]
"""
import hashlib
import hmac
import struct
import subprocess
import sys


def rotate(x, n):
    return ((x << n) | (x >> (32 - n))) & 0xFFFFFFFF


def quarter(s, a, b, c, d):
    s[a] = (s[a] + s[b]) & 0xFFFFFFFF
    s[d] = rotate(s[d] ^ s[a], 16)
    s[c] = (s[c] + s[d]) & 0xFFFFFFFF
    s[b] = rotate(s[b] ^ s[c], 12)
    s[a] = (s[a] + s[b]) & 0xFFFFFFFF
    s[d] = rotate(s[d] ^ s[a], 8)
    s[c] = (s[c] + s[d]) & 0xFFFFFFFF
    s[b] = rotate(s[b] ^ s[c], 7)


def chacha20_block(key, counter, nonce):
    start = [0x61707865, 0x3320646E, 0x79622D32, 0x6B206574]
    start += struct.unpack("<8I", key) + (counter,) + struct.unpack("<3I", nonce)
    s = list(start)
    for _ in range(10):
        for a, b, c, d in ((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15),
                           (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14)):
            quarter(s, a, b, c, d)
    return struct.pack("<16I", *((x + y) & 0xFFFFFFFF for x, y in zip(s, start)))


class Stream:
    def __init__(self, key, label):
        self.key, self.nonce, self.words, self.counter = key, label.encode().ljust(12, b"\0"), [], 0

    def next(self):
        if not self.words:
            self.words = list(struct.unpack("<8Q", chacha20_block(self.key, self.counter, self.nonce)))
            self.counter += 1
        return self.words.pop(0)

    def below(self, bound):
        limit = 2**64 - 2**64 % bound
        while True:
            word = self.next()
            if word < limit:
                return word % bound


def shuffled(key, label, deck):
    """Fisher-Yates from the top, which is the last element; returned top first."""
    stream, deck = Stream(key, label), list(deck)
    for i in range(len(deck) - 1, 0, -1):
        j = stream.below(i + 1)
        deck[i], deck[j] = deck[j], deck[i]
    return deck[::-1]


def check(text):
    fields = {}
    for line in text.splitlines():
        name, _, value = line.partition(" ")
        fields.setdefault(name, []).append(value)
    seed = bytes.fromhex(fields["server_seed"][0])
    nonces = [bytes.fromhex(n) for n in fields["nonce"]]
    key = hmac.new(seed, fields["match"][0].encode() + b"\0" + nonces[0] + nonces[1], hashlib.sha256).digest()
    expected = {
        "commitment": [hashlib.sha256(seed).hexdigest()],
        "match_seed": [key.hex()],
        "first_seat": [str(Stream(key, "play").below(2) + 1)],
        "shuffled": [" ".join(shuffled(key, f"deck{i + 1}", fields["deck"][i].split())) for i in range(2)],
    }
    return [name for name, value in expected.items() if fields[name] != value]


def main():
    program, content = sys.argv[1:3]
    matches = int(sys.argv[3]) if len(sys.argv) > 3 else 25
    first = int(sys.argv[4]) if len(sys.argv) > 4 else 0
    assert chacha20_block(bytes(range(32)), 1, bytes.fromhex("000000090000004a00000000")).hex().startswith("10f1e7e4")
    first_seats = set()
    for match in range(first, first + matches):
        text = subprocess.run([program, content, "1", str(match), "--record"], check=True, capture_output=True,
                              text=True, timeout=60).stdout
        wrong = check(text)
        if wrong:
            sys.exit(f"match {match}: {', '.join(wrong)} differ")
        # The verifier itself must be able to fail: one bit of the seed turned is another match.
        at = text.index("server_seed ") + len("server_seed ") + match % 64
        turned = text[:at] + format(int(text[at], 16) ^ 1, "x") + text[at + 1:]
        if "match_seed" not in check(turned):
            sys.exit(f"match {match}: a turned bit went unseen")
        first_seats.add(text.split("first_seat ")[1][0])
    if first_seats != {"1", "2"}:
        sys.exit("only one seat ever began")
    print(f"{matches} matches: commitment, match seed, first seat and both shuffles agree; a turned bit is found")


if __name__ == "__main__":
    main()
