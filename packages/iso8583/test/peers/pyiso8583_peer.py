"""Encodes and decodes with pyiso8583 what its input lists, by the specification that comes with it."""

import json
import sys

import iso8583

asked = json.load(sys.stdin)
answer = []
for dialect in asked:
    spec = dialect["spec"]
    encoded = [bytes(iso8583.encode(message, spec)[0]).hex() for message in dialect["messages"]]
    decoded = [iso8583.decode(bytes.fromhex(message), spec)[0] for message in dialect["bytes"]]
    answer.append({"encoded": encoded, "decoded": decoded})
json.dump(answer, sys.stdout)
