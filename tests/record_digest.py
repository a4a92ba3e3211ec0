# SPDX-License-Identifier: Apache-2.0
"""Digests of a record against its rows: what each says of each event must be what the tables say, counted anew."""
import math
import struct


class Bytes:
    def __init__(self, data):
        self.data, self.at = data, 0

    def number(self):
        v, shift = 0, 0
        while True:
            b = self.data[self.at]
            self.at += 1
            v |= (b & 0x7F) << shift
            shift += 7
            if b < 0x80:
                return v

    def signed(self):
        v = self.number()
        return v >> 1 ^ -(v & 1)

    def text(self):
        n = self.number()
        self.at += n
        return self.data[self.at - n:self.at].decode()

    def score(self):
        v = self.number()
        if v == 0:
            return None
        if v == 1:
            self.at += 8
            return struct.unpack("<d", self.data[self.at - 8:self.at])[0]
        v -= 2
        return (v >> 1 ^ -(v & 1)) / 100


def events(data):
    """The events of a digest as (n, sentence, happening, instrument, type, aux, contexts, day, day_end, confidence, scale, mode, act, parties)."""
    b = Bytes(data)
    while b.at < len(data):
        n, sentence, happening, instrument, kind, aux, contexts = (b.number() for _ in range(7))
        day = b.signed()
        end = day + b.signed()
        confidence, scale, mode, act = b.score(), b.score(), b.text(), b.text()
        yield (n, sentence, happening, instrument, kind, aux, contexts, day, end, confidence, scale, mode, act,
               tuple((b.number(), b.text(), b.text()) for _ in range(b.number())))


def same(a, b):
    return a == b or (isinstance(a, float) and isinstance(b, float) and math.isclose(a, b, rel_tol=1e-15))


def wrong(db):
    """What the digests of the record get wrong, as a sentence; None when all is right."""
    if not db.execute("SELECT 1 FROM sqlite_master WHERE name='digest'").fetchone():
        return None
    parties = {}
    for n, *who in db.execute("SELECT event, role, code, sector FROM party ORDER BY event, role, place"):
        parties.setdefault(n, []).append(tuple(who))
    rows = {n: (d, *rest, tuple(parties.get(n, ()))) for n, d, *rest in db.execute(
        "SELECT n, document, sentence, happening, coalesce(instrument, 0), type, aux, contexts, day, day_end, confidence, scale, mode, "
        "coalesce(act, '') FROM event")}
    seen = set()
    for document, data in db.execute("SELECT document, events FROM digest"):
        for n, *rest in events(data):
            if n in seen:
                return f"event {n} is in the digests twice"
            seen.add(n)
            if n not in rows:
                return f"the digest of document {document} has an event {n} that is not in the record"
            if not all(same(a, b) for a, b in zip((document, *rest), rows[n], strict=True)):
                return f"event {n}: the digest says {(document, *rest)}, the rows {rows[n]}"
    return f"{len(rows) - len(seen)} events are in no digest" if len(rows) != len(seen) else None
