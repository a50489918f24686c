"""A collector of traces: prints its address, and then each span as a line of JSON, parsed by the official classes.

Its argument is its answer: `200`, another status, or `never`.
"""

import gzip
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from google.protobuf.json_format import MessageToDict
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

ANSWER = sys.argv[1] if len(sys.argv) > 1 else "200"


class Receiver(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        encoding = self.headers.get("Content-Encoding")
        if encoding == "gzip":
            body = gzip.decompress(body)
        request = ExportTraceServiceRequest()
        try:
            assert self.path == "/v1/traces", self.path
            assert self.headers["Content-Type"] == "application/x-protobuf", self.headers
            request.ParseFromString(body)
        except Exception as error:
            say({"wrong": str(error)})
            self.send_error(400)
            return
        for resource_spans in request.resource_spans:
            resource = attributes(resource_spans.resource)
            for scope_spans in resource_spans.scope_spans:
                for span in scope_spans.spans:
                    say(line(resource, span, dict(self.headers)))
        if ANSWER == "never":
            threading.Event().wait()
        answer = ExportTraceServiceResponse().SerializeToString()
        self.send_response(int(ANSWER))
        self.send_header("Content-Type", "application/x-protobuf")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


def say(what):
    print(json.dumps(what), flush=True)


def attributes(of):
    return {item.key: next(iter(MessageToDict(item.value).values()), None) for item in of.attributes}


def line(resource, span, headers):
    return {
        "resource": resource,
        "headers": headers,
        "name": span.name,
        "kind": span.kind,
        "trace": span.trace_id.hex(),
        "id": span.span_id.hex(),
        "parent": span.parent_span_id.hex(),
        "status": span.status.code,
        "attributes": attributes(span),
        # Everything that the message has, for the search for what must not be in it.
        "whole": MessageToDict(span),
    }


server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
server.daemon_threads = True
print(f"http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
