#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""serve.py PROGRAM: the desk's server asked as browsers, programs and enemies ask it. Standard library only.

A record is made from samples/ in a folder of its own; the server runs on a free port. Every answer is also checked against
docs/openapi.json, so that the document cannot say what is not.
"""
import csv, gzip, http.client, json, os, re, signal, socket, sqlite3, subprocess, sys, tempfile, threading, time, unittest
import urllib.parse

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PROGRAM = os.path.abspath(sys.argv.pop(1))
sys.path.insert(0, os.path.join(HERE, "tests"))
import pg_fetch  # noqa: E402

SCRIPT = "<script>alert('x')</script>"


class Desk:
    """A running server."""
    def __init__(self, record, *options, port="0"):
        self.process = subprocess.Popen([PROGRAM, "serve", record, "--port", port, *options], stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().strip()
        if not self.url:
            self.process.wait(10)
            raise RuntimeError(self.process.stderr.read())
        parts = urllib.parse.urlsplit(self.url)
        self.host, self.port = parts.hostname, parts.port
        self.netloc = parts.netloc

    def ask(self, path, method="GET", body=None, headers=None, host=None):
        c = http.client.HTTPConnection(self.host, self.port, timeout=30)
        c.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        c.putheader("Host", host or self.netloc)
        for k, v in (headers or {}).items():
            c.putheader(k, v)
        if body is not None:
            c.putheader("Content-Length", str(len(body)))
        c.endheaders()
        if body:
            try:
                c.send(body)
            except OSError:
                pass  # refused by its header
        r = c.getresponse()
        data = r.read()
        c.close()
        return r, data

    def get(self, path, status=200, **more):
        r, data = self.ask(path, **more)
        if r.status != status:
            raise AssertionError("%s: %d %s" % (path, r.status, data[:300]))
        return json.loads(data) if data else None

    def raw(self, data, wait=5):
        """Bytes as they are; what comes back until the other side closes."""
        s = socket.create_connection((self.host, self.port), timeout=wait)
        out = b""
        try:
            s.sendall(data)
            while True:
                got = s.recv(65536)
                if not got:
                    break
                out += got
        except OSError:
            pass
        s.close()
        return out

    def token(self):
        return self.get("/api/record")["token"]

    def post(self, path, value, status=200, token=None, **headers):
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        h = {"X-Demarche-Token": self.token() if token is None else token, "Content-Type": "application/json"}
        h.update({k.replace("_", "-"): v for k, v in headers.items()})
        r, data = self.ask(path, "POST", body, h)
        if r.status != status:
            raise AssertionError("%s: %d %s" % (path, r.status, data[:300]))
        return json.loads(data)

    def end(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        code = self.process.wait(20)
        self.process.stdout.close()
        self.process.stderr.close()
        return code


def add(record, *paths):
    subprocess.run([PROGRAM, "add", record, *paths], check=True, capture_output=True)


def fits(value, schema, api, where):
    """The part of JSON Schema that docs/openapi.json uses."""
    if "$ref" in schema:
        schema = api["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    kinds = schema.get("type")
    names = {dict: "object", list: "array", str: "string", bool: "boolean", int: "integer", float: "number", type(None): "null"}
    kind = names[type(value)]
    if kinds:
        kinds = kinds if isinstance(kinds, list) else [kinds]
        assert kind in kinds or (kind == "integer" and "number" in kinds), "%s is %s, not %s" % (where, kind, kinds)
    if "enum" in schema:
        assert value in schema["enum"], "%s: %r" % (where, value)
    if "pattern" in schema and isinstance(value, str):
        assert re.search(schema["pattern"], value), "%s: %r" % (where, value)
    if isinstance(value, dict) and "properties" in schema:
        for key in schema.get("required", []):
            assert key in value, "%s has no %s" % (where, key)
        for key, inner in value.items():
            if key in schema["properties"]:
                fits(inner, schema["properties"][key], api, where + "." + key)
            else:
                assert schema.get("additionalProperties", True) is not False, "%s: undocumented %s" % (where, key)
    if isinstance(value, list) and "items" in schema:
        for i, inner in enumerate(value[:20]):
            fits(inner, schema["items"], api, "%s[%d]" % (where, i))


class Serve(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.record = os.path.join(cls.folder.name, "r.db")
        article = os.path.join(cls.folder.name, "evil.json")
        with open(article, "w", encoding="utf-8") as f:
            json.dump({"id": "evil-1", "title": SCRIPT + " \u202eLRO\u202c", "date": "2021-05-04", "publisher": "\"><img src=x>",
                       "text": "TOKYO, May 4 - Japan condemned China on Tuesday. " + SCRIPT + " \u202eedih\u202c "
                               "Japan imposed sanctions on China, officials said.\x7f\n"}, f)
        cls.record = os.environ.get("DEMARCHE_TEST_RECORD", cls.record) # tests/postgres.py: the same at a server
        add(cls.record, os.path.join(HERE, "samples"), article)
        cls.desk = Desk(cls.record, "--reviewer", "Ada")
        with open(os.path.join(HERE, "docs", "openapi.json"), encoding="utf-8") as f:
            cls.api = json.load(f)

    @classmethod
    def tearDownClass(cls):
        assert cls.desk.end() == 0
        cls.folder.cleanup()

    def check(self, path, name, method="get", value=None):
        """The answer fits the document."""
        value = self.desk.get(path) if value is None else value
        schema = self.api["paths"][name][method]["responses"]["200"]["content"]["application/json"]["schema"]
        fits(value, schema, self.api, path)
        return value

    # --- answers ---

    def test_record(self):
        r = self.check("/api/record", "/api/record")
        self.assertTrue(r["writable"])
        self.assertEqual(r["reviewer"], "Ada")
        self.assertRegex(r["token"], r"^[0-9a-f]{64}$")
        self.assertEqual(len(r["types"]), 16)
        self.assertGreater(r["events"], 100)
        self.assertGreaterEqual(r["events"], r["happenings"])

    def test_names(self):
        self.assertEqual(self.check("/api/names?q=jap", "/api/names"), [{"code": "JPN", "name": "Japan"}])
        self.assertEqual(self.desk.get("/api/names?q=%C3%A9%C3%A9%C3%A9zz"), [])
        self.assertEqual(len(self.desk.get("/api/names?q=&limit=7")), 7)
        codes = [n["code"] for n in self.desk.get("/api/names?q=c&limit=500")]
        self.assertEqual(len(codes), len(set(codes)))

    def test_events_pages(self):
        every = self.check("/api/events?limit=500", "/api/events")
        n = every["total"]["events"]
        ids = [(e["id"], e["document"]) for e in every["rows"]]
        self.assertEqual(len(ids), min(n, 500))
        self.assertEqual(len(set(ids)), len(ids))
        paged = []
        for offset in range(0, len(ids), 37):
            paged += [(e["id"], e["document"]) for e in self.desk.get("/api/events?limit=37&offset=%d" % offset)["rows"]]
        self.assertEqual(paged[:len(ids)], ids)
        self.assertEqual(len(self.desk.get("/api/events")["rows"]), 50)
        self.assertEqual(self.desk.get("/api/events?offset=99999")["rows"], [])
        days = [e["day"] for e in self.desk.get("/api/events?newest=1&limit=100")["rows"] if "day" in e]
        self.assertEqual(days, sorted(days, reverse=True))

    def test_filters(self):
        d = self.desk
        total = d.get("/api/record")["events"]
        for query, right in [
                ("actor=JPN", lambda e: any(a.get("code") == "JPN" for a in e["actor"])),
                ("actor=japan,USA", lambda e: any(a.get("code") in ("JPN", "USA") for a in e["actor"])),
                ("recipient=CHN&type=SANCTION", lambda e: e["event"] == ["SANCTION"]),
                ("type=REQUEST&type=reject", lambda e: e["event"][0] in ("REQUEST", "REJECT")),
                ("either=Russia", lambda e: any(a.get("code") == "RUS" for a in e["actor"] + e["recipient"])),
                ("context=human%20rights", lambda e: "human_rights" in e["context"]),
                ("status=planned", lambda e: "future" in e["aux"]),
                ("status=done", lambda e: not set(e["aux"]) & {"negation", "future", "hypothetical"}),
                ("since=2010&until=2010-12", lambda e: e["day_end" if "day_end" in e else "day"] >= "2010" and e["day"] <= "2010-12-31"),
                ("instrument=resolution", lambda e: e["instrument"]["type"] == "resolution"),
                ("confidence=0.9", lambda e: e["confidence"] >= 0.9),
                ("text=sanctions", lambda e: "sanction" in e["text"].lower())]:
            got = d.get("/api/events?limit=500&" + query)
            self.assertTrue(0 < got["total"]["events"] < total, query)
            self.assertEqual(len(got["rows"]), got["total"]["events"], query)
            for e in got["rows"]:
                self.assertTrue(right(e), (query, e))
        once = d.get("/api/events?limit=500&happenings=1")
        self.assertEqual(len({e["happening"] for e in once["rows"]}), len(once["rows"]))

    def test_bad_filters(self):
        for query in ["actor=Atlantis", "type=DANCE", "context=nonsense", "status=maybe", "since=yesterday", "since=2020&until=2010",
                      "confidence=2", "confidence=nan", "limit=0", "limit=501", "limit=-1", "limit=1e3", "offset=x", "offset=99999999999999999999",
                      "happenings=2", "wat=1", "actor=%ff", "actor=%zz", "actor=a%00b", "mode=zzz", "instrument=gun", "act=fly", "subject=Nowhere",
                      "status=done&status=planned", "actor=" + ",".join(["JPN"] * 65), "%61ctor=Atlantis", "actor actor=1"]:
            e = self.desk.get("/api/events?" + query.replace(" ", "%20"), status=400)
            fits(e, self.api["components"]["schemas"]["Error"], self.api, query)
            self.assertTrue(e["error"] and e["error"][0] != " ", query)
        e = self.desk.get("/api/events?actor=Jappan", status=400)
        self.assertTrue(any("Japan" in s for s in e["suggest"]), e)
        self.assertIn("REQUEST", self.desk.get("/api/events?type=REQEST", status=400)["suggest"])

    def test_event_and_document(self):
        for row in self.desk.get("/api/events?limit=5&type=SANCTION")["rows"]:
            one = self.check("/api/events/%s?document=%s" % (row["id"], row["document"]), "/api/events/{id}")
            self.assertEqual(one["event"], row)
            for other in one["reports"]:
                self.assertEqual(other["happening"], row["happening"])
                self.assertNotEqual(other["document"], row["document"])
            doc = self.check("/api/documents/" + row["document"], "/api/documents/{hash}")
            self.assertIn(row, doc["events"])
            t = row["trigger"]
            self.assertEqual(doc["text"][t["start"]:t["end"]], t["text"])
            for a in row["actor"]:
                if "start" in a:
                    self.assertEqual(doc["text"][a["start"]:a["end"]], a["entity_text"])
            for start, end in doc["noise"]:
                self.assertTrue(0 <= start < end <= len(doc["text"]))
        self.desk.get("/api/events/ffffffffffffffff", status=404)
        self.desk.get("/api/events/zz", status=404)
        self.desk.get("/api/documents/" + "f" * 32, status=404)

    def test_noise(self):
        self.assertTrue(any(self.desk.get("/api/documents/" + e["document"])["noise"]
                            for e in self.post_noisy()["events"][:1]))

    def post_noisy(self):
        text = ("Subscribe to our newsletter\n\nTOKYO, May 9 - Japan accused China of spying on Monday.\n\nClick here to read more\n"
                "Advertisement\n\nShare this article on Facebook\n")
        done = self.desk.post("/api/documents?name=noisy.txt", text.encode())
        return self.desk.get("/api/documents/" + done["document"])

    def test_counts(self):
        s = self.check("/api/sources", "/api/sources")["rows"]
        r = self.desk.get("/api/record")
        self.assertEqual(sum(x["documents"] for x in s), r["documents"])
        self.assertEqual(sum(x["events"] for x in s), r["events"])
        actors = self.check("/api/actors?limit=5", "/api/actors")["rows"]
        self.assertEqual(len(actors), 5)
        for by in ["type", "year", "actor", "recipient", "dyad", "context", "status", "source", "instrument"]:
            self.assertTrue(self.check("/api/stats?by=" + by, "/api/stats")["rows"], by)
        self.desk.get("/api/stats?by=moon", status=400)
        types = self.desk.get("/api/stats?by=type")["rows"]
        self.assertEqual(sum(t["events"] for t in types), r["events"])
        self.assertEqual(self.desk.get("/api/stats?by=type&offset=1&limit=2")["rows"], types[1:3])

    def test_dyads(self):
        rows = self.check("/api/dyads", "/api/dyads")["rows"]
        for row in rows:
            self.assertEqual(row["words"] + row["deeds"], row["events"])
        jc = next(x for x in rows if (x["actor"], x["recipient"]) == ("JPN", "CHN"))
        mine = self.desk.get("/api/dyads?actor=JPN&recipient=CHN")["rows"]
        self.assertEqual(mine, [jc])
        for row in self.desk.get("/api/dyads?either=JPN&since=1990")["rows"]:
            self.assertIn("JPN", (row["actor"], row["recipient"]))
        self.assertEqual(self.desk.get("/api/dyads?offset=1&limit=3")["rows"], rows[1:4])
        done = self.desk.get("/api/dyads?status=done&type=SANCTION")["rows"]
        self.assertTrue(done and all(x["deeds"] == x["events"] for x in done))

    def test_dyads_counted_anew(self):
        """Each pair's events, happenings and articles, counted from the rows of the record itself."""
        path = self.record
        if pg_fetch.is_url(path):
            path = pg_fetch.fetch(path, os.path.join(self.folder.name, "fetched.db"))
        db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        there = {(a, t): n for a, t, *n in db.execute(
            "SELECT actor, target, count(*), count(DISTINCT happening), count(DISTINCT document) FROM dyad WHERE via<2 GROUP BY 1, 2")}
        db.close()
        rows = self.desk.get("/api/dyads?limit=500")["rows"]
        self.assertEqual({(r["actor"], r["recipient"]): [r["events"], r["happenings"], r["documents"]] for r in rows}, there)

    def test_when_words(self):
        dated = [r for r in self.desk.get("/api/events?limit=500")["rows"] if "when_words" in r]
        self.assertGreater(len(dated), 20)
        for row in dated[:20]:
            words = row["when_words"]
            text = self.desk.get("/api/documents/" + row["document"])["text"]
            self.assertEqual(text[words["start"]:words["end"]], words["text"])

    def test_votes(self):
        """Roll calls of a file, with every ballot as the file has it."""
        with tempfile.TemporaryDirectory() as tmp:
            record, votes = os.path.join(tmp, "votes.db"), os.path.join(HERE, "tests", "votes", "undl.csv")
            subprocess.run([PROGRAM, "import", "votes", record, votes], check=True, capture_output=True)
            told = {}
            with open(votes, encoding="utf-8-sig", newline="") as f:
                for row in csv.DictReader(f):
                    told.setdefault(row["undl_id"], {})[row["ms_code"]] = row["ms_vote"]
            desk = Desk(record, "--read-only")
            try:
                seen = {}
                for one in desk.get("/api/instruments")["rows"]:
                    path = "/api/instruments/" + urllib.parse.quote(one["id"], safe="")
                    whole = desk.get(path)
                    fits(whole, self.api["paths"]["/api/instruments/{id}"]["get"]["responses"]["200"]["content"]["application/json"]["schema"],
                         self.api, path)
                    self.assertEqual(whole["votes_total"], one["rollcalls"])
                    pages = [desk.get(path + f"?limit=1&offset={k}")["votes"] for k in range(whole["votes_total"] + 1)]
                    self.assertEqual([v for page in pages for v in page], whole["votes"])
                    self.assertEqual(pages[-1], [])
                    for vote in whole["votes"]:
                        seen[vote["reference"]] = vote
                        for side, codes in vote["ballots"].items():
                            self.assertEqual(len(codes), vote[side])
            finally:
                desk.end()
            self.assertTrue(seen)
            for reference, vote in seen.items():
                cast = {code: letter for letter, side in zip("YNAX", ("yes", "no", "abstain", "absent")) for code in vote["ballots"][side]}
                self.assertEqual(cast, {c: v for c, v in told[reference].items() if c in cast})
                self.assertGreaterEqual(len(cast), 1)

    def test_stance(self):
        s = self.check("/api/stance?actor=JPN&recipient=CHN", "/api/stance")
        self.assertEqual(len(s["series"]), 1)
        self.assertEqual(set(s["series"][0]["lanes"]), {"all", "words", "deeds"})
        self.assertEqual(len(self.desk.get("/api/stance?actor=JPN,USA&recipient=CHN")["series"]), 2)
        later = self.desk.get("/api/stance?actor=JPN&recipient=CHN&since=2005&context=human_rights")
        self.assertGreaterEqual(s["series"][0]["evidence_given"], later["series"][0]["evidence_given"])
        for bad in ["", "?actor=JPN", "?actor=JPN,USA&recipient=CHN,RUS", "?actor=JPN&recipient=Narnia", "?actor=A,B,C,D,E,F,G&recipient=CHN",
                    "?actor=JPN&recipient=CHN&since=2010&until=2001", "?actor=JPN&recipient=CHN&wat=1"]:
            self.desk.get("/api/stance" + bad, status=400)

    def test_pressure(self):
        rows = self.check("/api/pressure?actor=JPN", "/api/pressure")["rows"]
        for row in rows:
            self.assertTrue(any(p.get("code") == "JPN" for p in row["request"]["recipient"]))
        self.desk.get("/api/pressure", status=400)

    def test_instruments(self):
        rows = self.check("/api/instruments", "/api/instruments")["rows"]
        self.assertTrue(rows)
        life = self.check("/api/instruments/" + urllib.parse.quote(rows[0]["id"], safe=""), "/api/instruments/{id}")
        self.assertEqual(life["id"], rows[0]["id"])
        self.assertTrue(life["parts"])
        self.assertEqual(self.desk.get("/api/instruments?limit=1&offset=1")["rows"], rows[1:2])
        self.desk.get("/api/instruments/no-such-thing", status=404)

    def test_downloads(self):
        n = self.desk.get("/api/record")["events"]
        r, data = self.desk.ask("/api/events.jsonl")
        self.assertEqual(r.status, 200)
        self.assertIn("attachment", r.headers["Content-Disposition"])
        lines = [json.loads(x) for x in data.decode().splitlines()]
        self.assertEqual(len(lines), n)
        r, data = self.desk.ask("/api/events.csv?actor=JPN")
        self.assertTrue(r.headers["Content-Type"].startswith("text/csv"))
        import csv, io
        rows = list(csv.DictReader(io.StringIO(data.decode())))
        self.assertEqual(len(rows), self.desk.get("/api/events?actor=JPN")["total"]["events"])
        self.desk.get("/api/events.csv?actor=Atlantis", status=400)

    # --- ways of asking ---

    def test_tags(self):
        r, data = self.desk.ask("/api/events?actor=JPN")
        tag = r.headers["ETag"]
        again, empty = self.desk.ask("/api/events?actor=JPN", headers={"If-None-Match": tag})
        self.assertEqual((again.status, empty), (304, b""))
        self.assertEqual(again.headers["ETag"], tag)
        self.assertEqual(self.desk.ask("/api/events?actor=JPN", headers={"If-None-Match": '"x", W/' + tag})[0].status, 304)
        self.assertEqual(self.desk.ask("/api/events?actor=USA", headers={"If-None-Match": tag})[0].status, 200)
        self.post_noisy()
        e = self.desk.get("/api/events?limit=1")["rows"][0]
        self.desk.post("/api/review", {"event": e["id"], "document": e["document"], "verdict": "accept", "by": "Tag"})
        changed, _ = self.desk.ask("/api/events?actor=JPN", headers={"If-None-Match": tag})
        self.assertEqual(changed.status, 200)
        self.assertNotEqual(changed.headers["ETag"], tag)
        self.desk.post("/api/review/undo", {"event": e["id"], "document": e["document"]})

    def test_gzip(self):
        plain, a = self.desk.ask("/api/events")
        self.assertIsNone(plain.headers["Content-Encoding"])
        for accept in ["gzip", "deflate, gzip;q=0.5", "*"]:
            packed, b = self.desk.ask("/api/events", headers={"Accept-Encoding": accept})
            self.assertEqual(packed.headers["Content-Encoding"], "gzip", accept)
            self.assertEqual(gzip.decompress(b), a)
            self.assertLess(len(b), len(a) // 2)
        for accept in ["identity", "gzip;q=0", "gzipped", "br"]:
            self.assertIsNone(self.desk.ask("/api/events", headers={"Accept-Encoding": accept})[0].headers["Content-Encoding"], accept)
        self.assertIsNone(self.desk.ask("/api/names?q=jap", headers={"Accept-Encoding": "gzip"})[0].headers["Content-Encoding"])

    def test_head_and_methods(self):
        r, data = self.desk.ask("/api/record", "HEAD")
        self.assertEqual((r.status, data), (200, b""))
        for method in ["PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "BREW"]:
            self.assertEqual(self.desk.ask("/api/record", method)[0].status, 405, method)
        r, _ = self.desk.ask("/api/record", "POST", b"{}", {"Content-Type": "application/json"})
        self.assertEqual((r.status, r.headers["Allow"]), (405, "GET, HEAD"))
        self.desk.get("/api/documents", status=405)
        self.desk.get("/api/nothing", status=404)
        self.desk.get("/api", status=404)

    def test_headers(self):
        for path in ["/", "/api/record", "/api/nothing", "/api/events.csv"]:
            r, _ = self.desk.ask(path)
            self.assertEqual(r.headers["X-Content-Type-Options"], "nosniff", path)
            self.assertEqual(r.headers["X-Frame-Options"], "DENY")
            self.assertEqual(r.headers["Referrer-Policy"], "no-referrer")
            self.assertIn("frame-ancestors 'none'", r.headers["Content-Security-Policy"])
            self.assertNotIn("unsafe", r.headers["Content-Security-Policy"])
            self.assertIsNone(r.headers["Access-Control-Allow-Origin"])

    def test_page(self):
        r, data = self.desk.ask("/")
        self.assertEqual(r.status, 200)
        self.assertTrue(r.headers["Content-Type"].startswith("text/html"))
        text = data.decode()
        self.assertNotRegex(text, r"<script(?![^>]*\bsrc=)[^>]*>\s*\S")
        self.assertNotRegex(text, r"<style|\son[a-z]+=|style=")
        self.assertEqual(self.desk.ask("/events?actor=JPN")[1], data)  # addresses of the page's own
        self.assertEqual(self.desk.ask("/", headers={"If-None-Match": r.headers["ETag"]})[0].status, 304)
        for name in re.findall(r'(?:src|href)="\.?(/[^"]*\.(?:js|css))"', text):
            r, data = self.desk.ask(name)
            self.assertEqual(r.status, 200, name)
            self.assertRegex(r.headers["Content-Type"], "javascript|css")
            if name.startswith("/assets/"):
                self.assertIn("immutable", r.headers["Cache-Control"])
        self.assertEqual(self.desk.ask("/assets/none-12345678.js")[0].status, 404)

    # --- enemies ---

    def test_traversal(self):
        for path in ["/../../etc/passwd", "/..%2f..%2fetc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "//etc/passwd", "/assets/../../../../etc/passwd",
                     "/api/documents/..%2f..%2fr.db", "/api/documents/../record", "/assets/%2e%2e/index.html", "/r.db", "/api/../r.db",
                     "/.git/config", "/index.html/../x.js"]:
            r, data = self.desk.ask(path)
            self.assertNotIn(b"root:", data, path)
            self.assertNotIn(b"SQLite format", data, path)
            if "." in path.rsplit("/", 1)[1].replace("%2e", "."):
                self.assertIn(r.status, (400, 404), path)
        for bad in [b"GET /api/record%00 HTTP/1.1", b"GET /\xff\xfe HTTP/1.1", b"GET /%zz HTTP/1.1", b"GET /api/%c0%ae HTTP/1.1"]:
            out = self.desk.raw(bad + b"\r\nHost: " + self.desk.netloc.encode() + b"\r\nConnection: close\r\n\r\n")
            self.assertTrue(out.startswith((b"HTTP/1.1 400", b"HTTP/1.1 404")), (bad, out[:80]))

    def test_oversized(self):
        self.assertEqual(self.desk.ask("/api/events?text=" + "x" * 5000)[0].status, 414)
        self.assertEqual(self.desk.ask("/api/events?" + "&".join("type=AID" for _ in range(200)))[0].status, 414)
        host = b"Host: " + self.desk.netloc.encode() + b"\r\n"
        out = self.desk.raw(b"GET / HTTP/1.1\r\n" + host + b"X: " + b"y" * 70000 + b"\r\n\r\n")
        self.assertTrue(out == b"" or re.match(rb"HTTP/1\.[01] (431|413|400|414)", out), out[:80])
        out = self.desk.raw(b"GET / HTTP/1.1\r\n" + host + b"".join(b"X%d: y\r\n" % i for i in range(6000)) + b"\r\n")
        self.assertTrue(out == b"" or re.match(rb"HTTP/1\.[01] (431|413|400|414)", out), out[:80])
        big = b'{"event":"' + b"x" * (1 << 20) + b'"}'
        r, _ = self.desk.ask("/api/review", "POST", big, {"X-Demarche-Token": self.desk.token(), "Content-Type": "application/json"})
        self.assertEqual(r.status, 413)
        chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
        out = self.desk.raw(b"POST /api/review HTTP/1.1\r\n" + host + b"Transfer-Encoding: chunked\r\nContent-Type: application/json\r\n"
                            b"X-Demarche-Token: " + self.desk.token().encode() + b"\r\nConnection: close\r\n\r\n" + chunk * 20 + b"0\r\n\r\n")
        self.assertTrue(out.startswith(b"HTTP/1.1 413"), out[:80])
        self.desk.get("/api/record")

    def test_malformed(self):
        for junk in [b"\x16\x03\x01\x02\x00\x01\x00", b"GET\r\n\r\n", b"\r\n" * 1000, b"POST / HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
                     b"GET / HTTP/9.9\r\n\r\n", b"A" * 100000, b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"]:
            out = self.desk.raw(junk, wait=1)
            self.assertNotIn(b"200 OK", out, junk[:30])
        self.desk.get("/api/record")

    def test_smuggling(self):
        """Requests whose end two readers could see at different places are refused, and nothing behind them is read."""
        d = self.desk
        host = b"Host: " + d.netloc.encode() + b"\r\n"
        more = b"X-Demarche-Token: " + d.token().encode() + b"\r\nContent-Type: application/json\r\n"
        behind = b"GET /api/behind HTTP/1.1\r\n" + host + b"\r\n"
        start, n = b"POST /api/review HTTP/1.1\r\n" + host + more, str(len(behind)).encode()
        for bad in [b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
                    b"Content-Length: 0\r\nContent-Length: " + n + b"\r\n\r\n", b"Content-Length: 0, " + n + b"\r\n\r\n", b"Content-Length: +2\r\n\r\n{}",
                    b"Content-Length: 0x2\r\n\r\n{}", b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", b"Transfer-Encoding: identity, chunked\r\n\r\n0\r\n\r\n",
                    b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n", b"Transfer-Encoding : chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
                    b"X: a\rContent-Length: 9\r\n\r\n", b"X\x01: a\r\n\r\n", b"Content-Length: 99999999999999999999999\r\n\r\n"]:
            out = d.raw(start + bad + behind, wait=2)
            self.assertNotIn(b"404 Not", out, bad)
            self.assertTrue(out == b"" or re.match(rb"HTTP/1\.[01] 4", out), (bad, out[:80]))
        out = d.raw(b"GET /api/record HTTP/1.1\r\n" + host + b"Content-Length: " + n + b"\r\n\r\n" + behind, wait=1)
        self.assertEqual(re.findall(rb"HTTP/1.1 (\d+)", out), [b"200"])
        for line in [b"GET http://evil.example/api/record", b"CONNECT 10.0.0.1:80", b"OPTIONS *", b"TRACE /", b"PRI *"]:
            out = d.raw(line + b" HTTP/1.1\r\n" + host + b"Connection: close\r\n\r\n", wait=2)
            self.assertFalse(out.startswith(b"HTTP/1.1 2"), (line, out[:60]))
        for way in [b"ffffffffffffffff\r\n{}", b"-1\r\n{}", b"2;" + b"a" * 200000 + b"\r\n{}\r\n0\r\n\r\n", b"2\r\n{}\r\n0\r\n" + b"X: y\r\n" * 50000 + b"\r\n"]:
            out = d.raw(start + b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n" + way, wait=2)
            self.assertFalse(out.startswith(b"HTTP/1.1 2"), (way[:20], out[:60]))
        out = d.raw((b"GET /api/record HTTP/1.1\r\n" + host + b"\r\n") * 200 + b"GET /api/record HTTP/1.1\r\n" + host + b"Connection: close\r\n\r\n")
        self.assertEqual(out.count(b"HTTP/1.1 200"), 201)
        d.get("/api/record")

    def test_hosts(self):
        d = self.desk
        for host in ["evil.example", "evil.example:%d" % d.port, "127.0.0.1", "127.0.0.1:1", "localhost.evil.example:%d" % d.port,
                     "127.0.0.1.evil.example:%d" % d.port, "127.0.0.1:%d@evil" % d.port, "[::1", "0.0.0.0:%d" % d.port, "192.168.0.1:%d" % d.port]:
            r, data = d.ask("/api/record", host=host)
            self.assertEqual(r.status, 421, host)
            self.assertNotIn(d.token().encode(), data)
        for host in ["127.0.0.1:%d" % d.port, "localhost:%d" % d.port, "LOCALHOST:%d" % d.port, "[::1]:%d" % d.port]:
            self.assertEqual(d.ask("/api/record", host=host)[0].status, 200, host)
        out = d.raw(b"GET /api/record HTTP/1.1\r\nHost: localhost:%d\r\nHost: evil\r\nConnection: close\r\n\r\n" % d.port)
        self.assertFalse(out.startswith(b"HTTP/1.1 200"), out[:60])
        out = d.raw(b"GET /api/record HTTP/1.0\r\n\r\n")
        self.assertFalse(out.startswith(b"HTTP/1.0 200") or out.startswith(b"HTTP/1.1 200"), out[:60])

    def test_origins(self):
        d = self.desk
        for origin in ["http://evil.example", "null", "https://" + d.netloc, "http://localhost:1", "http://%s.evil" % d.netloc, ""]:
            self.assertEqual(d.ask("/api/record", headers={"Origin": origin})[0].status, 403, origin)
        self.assertEqual(d.ask("/api/record", headers={"Origin": "http://" + d.netloc})[0].status, 200)
        for site, status in [("cross-site", 403), ("same-site", 403), ("same-origin", 200), ("none", 200)]:
            self.assertEqual(d.ask("/api/record", headers={"Sec-Fetch-Site": site})[0].status, status, site)
        e = d.get("/api/events?limit=1")["rows"][0]
        body = {"event": e["id"], "document": e["document"], "verdict": "reject", "by": "Eve"}
        d.post("/api/review", body, status=403, Origin="http://evil.example")

    def test_tokens(self):
        d = self.desk
        e = d.get("/api/events?limit=1")["rows"][0]
        body = {"event": e["id"], "document": e["document"], "verdict": "reject", "by": "Eve"}
        for token in ["", "0" * 64, d.token()[:-1], d.token() + "0", d.token().upper()]:
            d.post("/api/review", body, status=403, token=token)
            d.post("/api/documents", b"Japan condemned China.", status=403, token=token)
        self.assertNotIn("review", d.get("/api/events/%s?document=%s" % (e["id"], e["document"]))["event"])
        r, _ = d.ask("/api/review", "POST", json.dumps(body).encode(), {"X-Demarche-Token": d.token(), "Content-Type": "text/plain"})
        self.assertEqual(r.status, 415)

    def test_scripts_in_text(self):
        rows = self.desk.get("/api/events?source=evil-1")["rows"]
        self.assertTrue(rows)
        doc = self.desk.get("/api/documents/" + rows[0]["document"])
        self.assertIn(SCRIPT, doc["title"])
        self.assertIn(SCRIPT, doc["text"])
        for path in ["/api/events?source=evil-1", "/api/documents/" + rows[0]["document"], "/api/sources", "/api/events.jsonl?source=evil-1",
                     "/api/events?actor=" + urllib.parse.quote(SCRIPT), "/" + urllib.parse.quote(SCRIPT) + ".js"]:
            r, data = self.desk.ask(path)
            self.assertRegex(r.headers["Content-Type"], r"^application/(json|x-ndjson); charset=utf-8$", path)
            self.assertEqual(r.headers["X-Content-Type-Options"], "nosniff")
            if "jsonl" not in path:
                json.loads(data)

    def test_slow_and_many(self):
        """Clients that say nothing, or a byte at a time, take nobody else's turn."""
        held = []
        for i in range(40):
            s = socket.create_connection((self.desk.host, self.desk.port))
            s.sendall(b"GET /api/record HTTP/1.1\r\nHo"[: i % 20])
            held.append(s)
        begun = time.monotonic()
        self.desk.get("/api/record")
        self.assertLess(time.monotonic() - begun, 3)
        for s in held[10:]:
            s.close()
        held = held[:10]
        deadline = time.monotonic() + 25
        for s in held:
            s.settimeout(max(0.1, deadline - time.monotonic()))
            try:
                while s.recv(4096):
                    pass
            except ConnectionError:
                pass
            s.close()  # timeouts fail the test: an idle connection has to be cut
        self.desk.get("/api/record")

    def test_too_many(self):
        """Over the limit of connections new ones are closed; when the others are gone, all is as before."""
        held, refused = [], 0
        for _ in range(90):
            s = socket.create_connection((self.desk.host, self.desk.port))
            s.settimeout(0.3)
            held.append(s)
        for s in held[64:]:
            try:
                refused += s.recv(1) == b""
            except ConnectionError:
                refused += 1
            except socket.timeout:
                pass
        for s in held:
            s.close()
        self.assertGreater(refused, 0)
        time.sleep(0.5)
        self.desk.get("/api/record")

    def test_reader_who_leaves(self):
        for path in [b"/api/events?limit=500", b"/api/events.csv", b"/api/events.jsonl"] * 4:
            s = socket.create_connection((self.desk.host, self.desk.port))
            s.sendall(b"GET " + path + b" HTTP/1.1\r\nHost: " + self.desk.netloc.encode() + b"\r\n\r\n")
            s.recv(10)
            s.close()
        deadline = time.monotonic() + 20
        while not self.downloaded("/api/events.csv?limit=1"):  # the downloads that were left give their places back
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.1)

    def downloaded(self, path):
        """Whether it came whole: while others are being given up a download may be refused or cut off, which its last chunk tells."""
        try:
            return self.desk.ask(path)[0].status == 200
        except http.client.IncompleteRead:
            return False

    def test_at_once(self):
        """Many questions at once give what each gives alone."""
        paths = ["/api/events?actor=JPN", "/api/dyads", "/api/stats?by=year", "/api/stance?actor=JPN&recipient=CHN", "/api/actors", "/api/review?limit=5",
                 "/api/dyads?actor=JPN", "/api/stats?by=type&actor=USA"]
        alone = {p: self.desk.ask(p)[1] for p in paths}
        wrong = []
        def run(k):
            for i in range(12):
                p = paths[(i + k) % len(paths)]
                if self.desk.ask(p)[1] != alone[p]:
                    wrong.append(p)
        threads = [threading.Thread(target=run, args=(k,)) for k in range(8)]
        [t.start() for t in threads]
        [t.join() for t in threads]
        self.assertEqual(wrong, [])

    # --- reviews ---

    def test_review(self):
        d = self.desk
        q = self.check("/api/review?limit=500", "/api/review")
        sure = [e["confidence"] for e in q["rows"]]
        self.assertEqual(sure, sorted(sure))
        a, b, c = q["rows"][:3]
        key = lambda e: {"event": e["id"], "document": e["document"]}
        r = self.check("/api/review", "/api/review", "post", d.post("/api/review", dict(key(a), verdict="accept", by="Ada")))
        self.assertEqual((r["review"]["verdict"], r["review"]["by"]), ("accept", "Ada"))
        fix = {"event": ["reject"], "actor": [{"code": "japan", "sector": "GOV"}], "recipient": [], "aux": ["future"], "date": "2001", "mode": []}
        r = d.post("/api/review", dict(key(b), verdict="fix", fix=fix, by="Ada"))
        self.assertEqual(r["review"]["fix"], {"event": ["REJECT"], "mode": [], "aux": ["future"], "actor": [{"code": "JPN", "sector": "GOV"}],
                                              "recipient": [], "date": "2001-01-01"})
        d.post("/api/review", dict(key(c), verdict="reject", by="Ada"))
        d.post("/api/review", dict(key(a), verdict="reject", by="Bo"))
        stats = self.check("/api/review/stats", "/api/review/stats")
        self.assertEqual(stats["by_verdict"], {"accept": 0, "fix": 1, "reject": 2})
        self.assertEqual((stats["events"], stats["pairs"], stats["agreement"]), (3, 1, 0))
        self.assertEqual([x["by"] for x in stats["by_reviewer"]], ["Ada", "Bo"])
        self.assertEqual(d.get("/api/review?limit=500")["total"], q["total"] - 3)
        self.assertEqual([e["id"] for e in d.get("/api/review?verdict=fix")["rows"]], [b["id"]])
        machine = d.get("/api/events/%s?document=%s" % (b["id"], b["document"]))["event"]
        self.assertEqual(machine["event"], b["event"])  # the coding stays as it was
        self.assertEqual(machine["review"]["verdict"], "fix")
        r = self.check("/api/review/undo", "/api/review/undo", "post", d.post("/api/review/undo", key(a)))
        self.assertEqual((r["review"]["verdict"], r["review"]["by"]), ("accept", "Ada"))
        gold = [json.loads(x) for x in d.ask("/api/review/gold.jsonl")[1].decode().splitlines()]
        self.assertEqual(len(gold), 2)
        stats = d.get("/api/review/stats")
        self.assertAlmostEqual(stats["precision"], 1 / 3, 3)
        self.assertTrue(0.05 < stats["precision_low"] < 1 / 3 < stats["precision_high"] < 0.85)
        for e in (a, b, c):
            d.post("/api/review/undo", key(e))
        d.post("/api/review/undo", key(a), status=409)
        self.assertEqual(d.get("/api/review/stats")["events"], 0)
        self.assertEqual(d.get("/api/review?limit=500")["total"], q["total"])

    def test_bad_reviews(self):
        d = self.desk
        e = d.get("/api/events?limit=1")["rows"][0]
        good = {"event": e["id"], "document": e["document"], "verdict": "accept", "by": "Ada"}
        for change in [{"event": "0" * 16}, {"event": "zz"}, {"event": 5}, {"document": "0" * 32}, {"document": None}, {"verdict": "maybe"}, {"verdict": "none"},
                       {"verdict": None}, {"by": ""}, {"by": "  "}, {"by": "x" * 81}, {"by": "a\u202eb"}, {"by": "a\nb"}, {"by": 3}, {"more": 1},
                       {"verdict": "fix"}, {"verdict": "fix", "fix": {}}, {"verdict": "fix", "fix": {"event": ["DANCE"]}}, {"fix": {"event": ["AID"]}},
                       {"verdict": "fix", "fix": {"event": ["AID", "AGREE"]}}, {"verdict": "fix", "fix": {"actor": "JPN"}},
                       {"verdict": "fix", "fix": {"actor": [{"code": "Atlantis"}]}}, {"verdict": "fix", "fix": {"actor": [{}]}},
                       {"verdict": "fix", "fix": {"date": "soon"}}, {"verdict": "fix", "fix": {"date": "2002", "enddate": "2001"}},
                       {"verdict": "fix", "fix": {"wat": 1}}, {"verdict": "fix", "fix": {"aux": ["maybe"]}}, {"verdict": "fix", "fix": {"instrument": {"type": "gun"}}},
                       {"verdict": "fix", "fix": {"instrument": {"years": ["x"]}}}, {"verdict": "fix", "fix": [1]}]:
            self.assertTrue(d.post("/api/review", dict(good, **change), status=400)["error"], change)
        for body in [b"", b"[]", b"{", b"null", b'{"event":1,"event":2}', b"\xff\xfe", b"[" * 5000, b'{"by":"\\ud800"}']:
            d.post("/api/review", body, status=400)
        self.assertEqual(d.get("/api/review/stats")["events"], 0)

    def test_gold_scores(self):
        """What was accepted, handed out as gold, is what the machine said: the scorer finds all of it."""
        scorer = os.path.join(HERE, "tests", "gold", "score_events.py")
        if not os.path.exists(scorer):
            scorer = os.path.join(os.environ.get("SHARED", os.path.join(HERE, os.pardir, "shared")), "gold", "score_events.py")
        if not os.path.exists(scorer):
            self.skipTest("score_events.py is not there")
        record = os.path.join(self.folder.name, "gold.db")
        add(record, os.path.join(HERE, "samples"))
        d = Desk(record)
        rows = [e for e in d.get("/api/events?limit=500&actor=JPN,USA,CHN")["rows"]]
        for e in rows:
            d.post("/api/review", {"event": e["id"], "document": e["document"], "verdict": "accept", "by": "Ada"})
        gold, said = os.path.join(self.folder.name, "g.jsonl"), os.path.join(self.folder.name, "p.jsonl")
        with open(gold, "wb") as f:
            f.write(d.ask("/api/review/gold.jsonl")[1])
        with open(said, "wb") as f:
            f.write("".join(json.dumps(e) + "\n" for e in rows).encode())
        self.assertEqual(d.get("/api/review/stats")["precision"], 1)
        d.end()
        out = subprocess.run([sys.executable, scorer, gold, said], check=True, capture_output=True, text=True).stdout
        self.assertRegex(out, r"with status\s+P 1\.000\s+R 1\.000", out)

    # --- articles ---

    def test_documents(self):
        d = self.desk
        text = "TOKYO, March 3 (Reuters) - Japan on Wednesday imposed sanctions on Russia over the invasion. Moscow condemned Tokyo."
        before = d.get("/api/record")
        done = self.check("/api/documents", "/api/documents", "post", d.post("/api/documents?name=..%2F..%2Fpost%20one.txt", text.encode()))
        self.assertEqual((done["added"], done["known"]), (1, 0))
        doc = d.get("/api/documents/" + done["document"])
        self.assertEqual((doc["name"], len(doc["events"])), ("post one.txt", done["events"]))
        after = d.get("/api/record")
        self.assertEqual(after["documents"], before["documents"] + 1)
        self.assertEqual(after["events"], before["events"] + done["events"])
        again = d.post("/api/documents?name=post%20one.txt", text.encode())
        self.assertEqual((again["added"], again["known"], again["document"]), (0, 1, done["document"]))
        html = "<html><head><title>T</title></head><body><article><p>" + text.replace("Russia", "Iran").replace("Moscow", "Tehran") + "</p></article></body></html>"
        self.assertEqual(d.post("/api/documents?name=a.html", html.encode())["added"], 1)
        two = "\n".join(json.dumps({"id": "j%d" % i, "text": text.replace("Russia", c)}) for i, c in enumerate(["Cuba", "Syria"]))
        self.assertEqual(d.post("/api/documents?name=two.jsonl", two.encode())["added"], 2)
        d.post("/api/documents", b"", status=400)
        d.post("/api/documents?name=x.json", b'{"a":', status=422)
        d.post("/api/documents?wat=1", b"x", status=400)


class Starts(unittest.TestCase):
    """Desks of their own."""
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.record = os.path.join(self.folder.name, "r.db")

    def tearDown(self):
        self.folder.cleanup()

    def fails(self, *args, code=2, stdin=None):
        p = subprocess.run([PROGRAM, "serve", *args], capture_output=True, text=True, timeout=20, input=stdin)
        self.assertEqual(p.returncode, code, p.stderr)
        return p.stderr

    def test_first_start(self):
        d = Desk(self.record)
        r = d.get("/api/record")
        self.assertEqual((r["documents"], r["events"], r["writable"]), (0, 0, True))
        self.assertNotIn("first", r)
        for path in ["events", "sources", "actors", "stats", "dyads", "instruments", "review", "review/stats", "stance?actor=JPN&recipient=CHN"]:
            d.get("/api/" + path)
        done = d.post("/api/documents?name=a.txt", b"TOKYO, May 4, 2021 - Japan condemned China on Tuesday.")
        self.assertEqual(done["added"], 1)
        self.assertGreater(d.get("/api/record")["events"], 0)
        self.assertEqual(d.end(), 0)

    def test_read_only(self):
        add(self.record, os.path.join(HERE, "samples", "01-tokyo-adviser.txt"))
        d = Desk(self.record, "--read-only")
        r = d.get("/api/record")
        self.assertEqual((r["writable"], r["token"]), (False, ""))
        e = d.get("/api/events?limit=1")["rows"][0]
        d.post("/api/review", {"event": e["id"], "document": e["document"], "verdict": "accept", "by": "A"}, status=403, token="x")
        d.post("/api/documents", b"x", status=403, token="")
        d.end()
        self.assertIn("no such file", self.fails(os.path.join(self.folder.name, "none.db"), "--read-only", "--port", "0", code=3).lower())

    def test_port_taken(self):
        d = Desk(self.record)
        self.assertRegex(self.fails(self.record, "--port", str(d.port), code=3), r"port %d is taken.*--port" % d.port)
        d.end()
        Desk(self.record, port=str(d.port)).end()  # free again at once

    def test_signals(self):
        for how in (signal.SIGTERM, signal.SIGINT):
            d = Desk(self.record)
            s = socket.create_connection((d.host, d.port))  # somebody who keeps a connection open
            s.sendall(b"GET /api")
            begun = time.monotonic()
            self.assertEqual(d.end(how), 0)
            self.assertLess(time.monotonic() - begun, 5)
            s.close()

    def test_both_loopbacks(self):
        d = Desk(self.record)
        try:
            s = socket.create_connection(("::1", d.port), timeout=5)
        except OSError:
            d.end()
            self.skipTest("no IPv6 here")
        s.sendall(b"GET /api/record HTTP/1.1\r\nHost: [::1]:%d\r\nConnection: close\r\n\r\n" % d.port)
        self.assertTrue(s.recv(100).startswith(b"HTTP/1.1 200"))
        s.close()
        d.end()

    def test_other_machines(self):
        self.assertIn("--password-file", self.fails(self.record, "--listen", "0.0.0.0", "--port", "0"))
        self.assertIn("no address", self.fails(self.record, "--listen", "example.org", "--port", "0"))
        words = os.path.join(self.folder.name, "words")
        self.assertIn("8 to", self.fails("--make-password", words, stdin="short\n"))
        p = subprocess.run([PROGRAM, "serve", "--make-password", words, "--user", "ada"], input="correct horse\n", text=True, capture_output=True)
        self.assertEqual(p.returncode, 0, p.stderr)
        self.assertEqual(os.stat(words).st_mode & 0o777, 0o600)
        with open(words, encoding="utf-8") as f:
            line = f.read()
        self.assertRegex(line, r"^ada:\$argon2id\$")
        self.assertNotIn("horse", line)
        self.assertIn("--listen", self.fails(self.record, "--password-file", words, "--port", "0"))
        import base64
        basic = lambda s: {"Authorization": "Basic " + base64.b64encode(s.encode()).decode()}
        d = Desk(self.record, "--listen", "0.0.0.0", "--password-file", words)
        for path in ["/", "/api/record", "/api/nothing"]:
            r, data = d.ask(path)
            self.assertEqual(r.status, 401, path)
            self.assertIn("Basic", r.headers["WWW-Authenticate"])
        for wrong in ["ada:wrong horse", "eve:correct horse", "ada:", ":", "ada", "ada:correct horse\0"]:
            self.assertEqual(d.ask("/api/record", headers=basic(wrong))[0].status, 401, wrong)
        for junk in ["Basic ####", "Bearer x", "Basic", "Basic " + "A" * 5000]:
            self.assertEqual(d.ask("/api/record", headers={"Authorization": junk})[0].status, 401)
        right = basic("ada:correct horse")
        self.assertEqual(d.ask("/api/record", headers=right)[0].status, 200)
        begun = time.monotonic()
        for _ in range(20):
            self.assertEqual(d.ask("/api/record", headers=right)[0].status, 200)
        self.assertLess(time.monotonic() - begun, 2)  # remembered, not hashed again
        self.assertEqual(d.ask("/api/record", headers=right, host="evil.example:%d" % d.port)[0].status, 421)
        d.end()
        os.chmod(words, 0o644)
        self.assertIn("chmod 600", self.fails(self.record, "--listen", "0.0.0.0", "--password-file", words, "--port", "0", code=3))

    def test_usage(self):
        self.fails()
        self.fails(self.record, self.record)
        self.fails(self.record, "--port", "70000")
        other = os.path.join(self.folder.name, "other.db")
        with open(other, "w") as f:
            f.write("no record at all, but long enough to be looked at as if it were one")
        self.assertIn("not a record", self.fails(other, "--port", "0", code=3))


if __name__ == "__main__":
    unittest.main(verbosity=1)
