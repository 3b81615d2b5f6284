"""Which part of the schema a message must fit."""

import json

from schema import Mismatch, Schema


class Protocol:
    """The published schema, by who says what. The client's own messages are held to it before they are sent."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            document = json.load(file)
        self.schema = Schema(document)
        self.asks = {one["method"]: one for one in document["clientRequests"]}
        self.is_asked = {one["method"]: one for one in document["serverRequests"]}
        self.is_told = {one["method"]: one for one in document["notifications"]}
        self.codes = {one["code"] for one in document["errorCodes"]}
        self.lines = {side: document["$defs"][side] for side in ("fromClient", "fromServer")}

    def fit_request(self, message):
        """Fails unless it is a request as the schema has it."""
        method = message["method"]
        self.schema.fit(message["params"], self.asks[method]["params"], method, True)
        self.schema.fit(message, self.lines["fromClient"], "line", False)

    def fit_answer(self, method, result):
        """Fails unless it answers that question of the server as the schema has it."""
        self.schema.fit(result, self.is_asked[method]["result"], f"answer to {method}", True)

    def fault_of(self, message, methods):
        """What is wrong with a message of the server, given the methods of our requests by their ids; or `None`."""
        try:
            self.schema.fit(message, self.lines["fromServer"], "line", False)
            if "method" in message:
                table = self.is_asked if "id" in message else self.is_told
                method = message["method"]
                if method not in table:
                    raise Mismatch(f"the schema has no {method}")
                self.schema.fit(message["params"], table[method]["params"], method, True)
            elif "error" in message:
                if message["error"]["code"] not in self.codes:
                    raise Mismatch(f"the schema has no error {message['error']['code']}")
            else:
                method = methods[message["id"]]
                self.schema.fit(message["result"], self.asks[method]["result"], f"result of {method}", True)
        except (Mismatch, KeyError, TypeError) as why:
            return f"{type(why).__name__}: {why}"
        return None
