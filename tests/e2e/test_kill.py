"""T1/T14 on the real binary: killed with -9 under load and started again, it loses nothing that it acknowledged and every
match is resumed or settled. HARVEST_KILLS is how often (3), HARVEST_KILL_SEED another choice of the moments."""
import os
import random
import time
import unittest

from harvest_system import QUICK_CONTENT, System, as_people, check_explained, ended_matches, wait_until

KILLS = int(os.environ.get("HARVEST_KILLS", "3"))


class KilledUnderLoad(unittest.TestCase):
    def test_nothing_acknowledged_is_lost(self):
        system = System()
        system.arguments += QUICK_CONTENT
        with system:
            out = system.work / "loadtest.out"
            summary = system.work / "report"
            load = system.background("loadtest", "run", as_people(system, "mixed"), "--verify", "--bots", "40", "--duration", f"{KILLS * 7 + 9}s", "--out", str(summary),
                                     "-o", "json", out=out)
            random.seed(int(os.environ.get("HARVEST_KILL_SEED", "14")))
            seen = set()
            wait_until(lambda: ended_matches(system), 30, "a match ends under load")
            for _ in range(KILLS):
                time.sleep(random.uniform(3, 6))
                # What the API has acknowledged as ended must still be there after the kill.
                seen |= {(m["id"], m["final_hash"]) for m in map(self.flat, ended_matches(system))}
                system.kill()
                time.sleep(0.3)
                system.start()
            code = load.wait(120)
            self.assertEqual(code, 0, out.read_text()[-4000:] + system.log()[-2000:])
            after = {(m["id"], m["final_hash"]) for m in map(self.flat, ended_matches(system, 5000))}
            self.assertGreater(len(seen), 0)
            self.assertLessEqual(seen, after, "matches that were settled before a kill are gone or changed")
            wait_until(lambda: not self.unfinished(system), 90, "every match resumed or settled")
            self.assertTrue(system.json("admin", "ledger", "check")["sound"])
            check_explained(self, system, most=8)
            for match in random.sample(sorted(after), min(25, len(after))):
                self.assertEqual(system.json("admin", "replay", match[0])["verdict"], "verified")

    @staticmethod
    def flat(match):
        return {"id": match["id"], "final_hash": match.get("final_hash") or (match.get("result") or {}).get("final_hash")}

    @staticmethod
    def unfinished(system):
        return [m for m in system.json("admin", "match", "list", "--limit", "500")["items"] if m["state"] in ("made", "playing")]


if __name__ == "__main__":
    unittest.main(verbosity=2)
