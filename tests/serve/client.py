"""A client of `execpolicy serve`, written from its published schema alone."""

import json
import socket
import threading
import time

from protocol import Protocol
from transcript import output

PATIENCE = 60.0


class Refused(Exception):
    """The server answered with an error."""

    def __init__(self, error):
        super().__init__(f"{error['code']}: {error['message']}")
        self.code = error["code"]
        self.message = error["message"]


class Silence(Exception):
    """Raised by whoever is asked: nothing is answered."""


class No(Exception):
    """Raised by whoever is asked: an error is answered."""


class Client:
    """One connection. A thread of its own reads; whoever is asked by the server is called in another."""

    def __init__(self, reader, writer, schema, name="client", transcript=None):
        self.reader, self.writer, self.name, self.transcript = reader, writer, name, transcript
        self.protocol = Protocol(schema)
        self.asked = {}  # method of the server -> who answers it
        self.questions = []  # what the server has asked
        self.heard = []  # all that the server has said
        self.methods = {}  # id of our request -> its method
        self.answers = {}
        self.faults = []  # what does not fit the schema
        self.is_over = False
        self.is_reading = threading.Event()
        self.is_reading.set()
        self.changed = threading.Condition()
        self.writing = threading.Lock()
        self.next = 0
        threading.Thread(target=self._read, daemon=True).start()

    # What is said.

    def send(self, method, params):
        """Asks, and does not wait. Gives the id."""
        with self.changed:
            self.next += 1
            number = self.next
            self.methods[number] = method
        message = {"id": number, "method": method, "params": params}
        self.protocol.fit_request(message)
        self._write(message)
        return number

    def ask(self, method, params, patience=PATIENCE):
        """Asks, and waits for the result."""
        return self.answer_of(self.send(method, params), patience)

    def answer_of(self, number, patience=PATIENCE):
        """Waits for the result of a request."""
        self._wait(lambda: number in self.answers, patience, f"the answer to {self.methods[number]}")
        answer = self.answers[number]
        if "error" in answer:
            raise Refused(answer["error"])
        return answer["result"]

    def tell(self, method):
        """Says something that needs no answer."""
        self._write({"method": method})

    def say_anything(self, data):
        """Writes bytes as they are, with a newline."""
        if self.transcript is not None:
            self.transcript.note(self.name, "client", data.decode(errors="replace"))
        with self.writing:
            self.writer.write(data + b"\n")
            self.writer.flush()

    def initialize(self):
        """The first thing to say."""
        client = {"clientInfo": {"name": self.name, "version": "1"}}
        return self.ask("initialize", client)

    # What is heard.

    def wait_for(self, is_it, what, patience=PATIENCE, since=0):
        """Waits for a message of the server; gives the first that it is."""
        position = since
        end = time.monotonic() + patience
        while True:
            with self.changed:
                while position >= len(self.heard):
                    if self.is_over or not self.changed.wait(max(0.0, end - time.monotonic())):
                        raise AssertionError(f"{self.name} waited in vain for {what}; {self.last()}")
                message = self.heard[position]
            position += 1
            if is_it(message):
                return message

    def notice(self, method, patience=PATIENCE, since=0, **params):
        """Waits for a notification of this method whose params hold these."""
        def is_it(message):
            if message.get("method") != method or "id" in message:
                return False
            return all(message["params"].get(key) == value for key, value in params.items())
        return self.wait_for(is_it, f"{method} {params}", patience, since)["params"]

    def completed(self, item, patience=PATIENCE):
        """Waits for the end of an item; gives it."""
        def is_it(message):
            return message.get("method") == "item/completed" and message["params"]["item"]["id"] == item
        return self.wait_for(is_it, f"the end of {item}", patience)["params"]["item"]

    def question(self, count=1, patience=PATIENCE):
        """Waits for the so manieth question of the server; gives it."""
        self._wait(lambda: len(self.questions) >= count, patience, f"question {count}")
        return self.questions[count - 1]

    def notices(self, method):
        """The params of all notifications of this method so far."""
        with self.changed:
            return [one["params"] for one in self.heard if one.get("method") == method and "id" not in one]

    def output(self, item, stream="stdout"):
        """The bytes that a command has written so far."""
        deltas = [one for one in self.notices("item/commandExecution/outputDelta") if one["itemId"] == item]
        return b"".join(output(one) for one in deltas if one["stream"] == stream)

    def wait_for_output(self, item, text, patience=PATIENCE):
        """Waits until a command has written this."""
        self._wait(lambda: text in self.output(item), patience, f"{text!r}")

    def wait_for_end(self, patience=PATIENCE):
        """Waits until the server has said all."""
        self._wait(lambda: self.is_over, patience, "the end", is_end=True)

    def answer_question(self, question, result):
        """Answers a question of the server."""
        self._write({"id": question["id"], "result": result})

    def last(self):
        """The last that was heard, for people."""
        return "heard last: " + "\n".join(json.dumps(one)[:600] for one in self.heard[-5:])

    def close(self):
        """Goes away; fails if the server has said what its schema does not have."""
        for stream in (self.writer, self.reader):
            try:
                if isinstance(stream, SocketStream):
                    stream.shutdown()
                elif stream is self.writer:
                    stream.close()
            except OSError:
                pass
        self.is_reading.set()
        self.check()

    def check(self):
        """Fails if the server has said what its schema does not have."""
        if self.faults:
            raise AssertionError("does not fit the schema: " + "\n".join(self.faults[:3]))

    # How.

    def _write(self, message):
        data = json.dumps(message, ensure_ascii=False).encode()
        with self.writing:
            if self.transcript is not None:
                self.transcript.note(self.name, "client", message)
            self.writer.write(data + b"\n")
            self.writer.flush()

    def _wait(self, is_so, patience, what, is_end=False):
        end = time.monotonic() + patience
        with self.changed:
            while not is_so():
                if (self.is_over and not is_end) or not self.changed.wait(max(0.0, end - time.monotonic())):
                    raise AssertionError(f"{self.name} waited in vain for {what}; {self.last()}")

    def _read(self):
        try:
            for line in self.reader:
                self._take(json.loads(line))
                self.is_reading.wait()
        except (OSError, ValueError) as error:
            self.faults += [f"not JSON: {error}"] if isinstance(error, json.JSONDecodeError) else []
        with self.changed:
            self.is_over = True
            self.changed.notify_all()

    def _take(self, message):
        if self.transcript is not None:
            self.transcript.note(self.name, "server", message)
        fault = self.protocol.fault_of(message, self.methods)
        with self.changed:
            if fault:
                self.faults.append(f"{fault}\n  in {json.dumps(message)[:2000]}")
            self.heard.append(message)
            if "method" not in message:
                self.answers[message.get("id")] = message
            elif "id" in message:
                self.questions.append(message)
                if message["method"] in self.asked:
                    threading.Thread(target=self._consult, args=(message,), daemon=True).start()
            self.changed.notify_all()

    def _consult(self, message):
        try:
            answer = {"result": self.asked[message["method"]](message["params"])}
            self.protocol.fit_answer(message["method"], answer["result"])
        except Silence:
            return
        except No as why:
            answer = {"error": {"code": -32000, "message": str(why)}}
        self._write({"id": message["id"], **answer})


class SocketStream:
    """A connected unix socket as a stream of bytes."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.connect(str(path))
        self.stream = self.socket.makefile("rb")

    def __iter__(self):
        return iter(self.stream)

    def write(self, data):
        self.socket.sendall(data)

    def flush(self):
        pass

    def shutdown(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
