"""A real client of somebody else's making: logs in with slixmpp, confirms messages (XEP-0184), and prints them as they come.

    slixfriend.py ADDRESS HOST PORT ANCHORS < password     one line of JSON each: {"ready": JID}, {"from": ..., "id": ..., "body": ...}
"""

import asyncio
import json
import sys

import slixmpp


def say(**words):
    print(json.dumps(words), flush=True)


class Friend(slixmpp.ClientXMPP):
    def __init__(self, address, password):
        super().__init__(address, password)
        self.register_plugin("xep_0184")
        self.register_plugin("xep_0199")
        self.add_event_handler("session_start", self.begin)
        self.add_event_handler("message", self.take)
        self.add_event_handler("disconnected", lambda why: self.loop.stop())

    async def begin(self, _):
        self.send_presence()
        await self.get_roster()
        say(ready=self.boundjid.full)

    def take(self, message):
        if message["type"] in ("chat", "normal", "headline"):
            say(**{"from": message["from"].full, "id": message["id"], "body": message["body"], "type": message["type"]})


def main():
    address, host, port, anchors = sys.argv[1:]
    friend = Friend(address, sys.stdin.readline().rstrip("\n"))
    friend.ca_certs = anchors
    friend.connect((host, int(port)))
    friend.process(forever=True)


asyncio.set_event_loop(asyncio.new_event_loop())
main()
