#!/usr/bin/env python3
"""NodePrice: a plugin of Tutti that knows what nodes cost.

A node's label example.com/price is its price in cents an hour. Filter refuses nodes dearer than the
pod's annotation example.com/max-price; Score prefers cheap nodes.
"""

import argparse
import os
import signal
import sys
import threading
from concurrent import futures

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "generated"))

import grpc  # noqa: E402
from tutti.v1 import plugin_pb2, plugin_pb2_grpc  # noqa: E402
from tutti_stream import ArgError, PluginServicer, column_bytes, masks_of  # noqa: E402

MAX_STREAMS = 16  # that Tutti opens; each holds a thread
PRICE, MAX_PRICE = 0, 0  # numbers: positions in the manifest's lists
TOO_DEAR = 0
UNPRICED = 0


def integer(args, pointer, default, least, most):
    entry = args.get(pointer)
    if entry is None:
        return default
    if entry.kind != plugin_pb2.ConfigEntry.KIND_INTEGER or not least <= int(entry.text) <= most:
        raise ArgError(pointer, f'expected a whole number of {least} to {most}, got "{entry.text}"')
    return int(entry.text)


class NodePrice:
    """args.defaultPrice: of nodes without the label; args.dearest: from here on the score is 0."""

    def __init__(self, args):
        self.default_price = integer(args, "/defaultPrice", 100, 0, 1_000_000)
        self.dearest = integer(args, "/dearest", 1000, 1, 1_000_000)

    @staticmethod
    def manifest():
        manifest = plugin_pb2.HandshakeAnswer(name="NodePrice", version="1.0.0")
        manifest.points.extend(
            [plugin_pb2.EXTENSION_POINT_FILTER, plugin_pb2.EXTENSION_POINT_SCORE]
        )
        manifest.node_fields.add(kind=plugin_pb2.Field.KIND_LABEL, key="example.com/price")
        manifest.pod_fields.add(kind=plugin_pb2.Field.KIND_ANNOTATION, key="example.com/max-price")
        manifest.reasons.add(code="TooDear", meaning="the node costs more than the pod may")
        manifest.counters.add(name="unpriced_total", help="nodes judged that have no price")
        manifest.known_args.extend(["/defaultPrice", "/dearest"])
        return manifest

    def filter(self, pod, candidates, cluster, request):
        response = plugin_pb2.ServeResponse()
        limit = pod.fields[MAX_PRICE]
        most = int(limit) if limit.isdecimal() else None  # without a limit every node passes
        passing, dear = [], {}
        for node in candidates:
            price = self._price(node, cluster, response)
            if most is None or price <= most:
                passing.append(node)
            else:
                dear.setdefault(node[0], []).append(price)
        asked = request.filter.candidates
        answer = response.filter
        answer.passing = masks_of(asked, passing)
        # No eviction makes a node cheaper.
        answer.unresolvable = masks_of(asked, set(candidates) - set(passing))
        answer.reasons = column_bytes("H", [TOO_DEAR] * (len(candidates) - len(passing)))
        for block, prices in dear.items():
            answer.diagnoses.add(
                block=block, reason=TOO_DEAR, nodes=len(prices), need=min(prices), have=most
            )
        return response

    def score(self, pod, candidates, cluster):
        response = plugin_pb2.ServeResponse()
        scores = []
        for node in candidates:
            price = min(self._price(node, cluster, response), self.dearest)
            scores.append(100 - 100 * price // self.dearest)
        response.score.scores = column_bytes("q", scores)
        return response

    def _price(self, node, cluster, response):
        text = cluster.field(node, PRICE)
        if text is not None and text.isdecimal():
            return int(text)
        if not response.counters:
            response.counters.add(counter=UNPRICED)
        response.counters[0].by += 1
        return self.default_price


def serve(address, make=NodePrice):
    """A server that listens at `address`: "unix:///run/node-price.sock"."""
    server = grpc.server(
        futures.ThreadPoolExecutor(max_workers=MAX_STREAMS),
        options=[("grpc.max_receive_message_length", 64 << 20)],
    )
    plugin_pb2_grpc.add_PluginServiceServicer_to_server(PluginServicer(make), server)
    if server.add_insecure_port(address) == 0:
        raise SystemExit(f"cannot listen on {address}")
    server.start()
    return server


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--listen", default="unix:///run/tutti/node-price.sock")
    address = parser.parse_args().listen
    server = serve(address)
    print(f"NodePrice listens on {address}", flush=True)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    stop.wait()
    server.stop(grace=1)


if __name__ == "__main__":
    main()
