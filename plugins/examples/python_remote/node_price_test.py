"""NodePrice over a real connection: python3 -m unittest node_price_test"""

import os
import queue
import tempfile
import unittest

import grpc
import node_price
from tutti.v1 import plugin_pb2, plugin_pb2_grpc
from tutti_stream import NO_TEXT, column_bytes, masks_of, nodes_of, numbers

DEADLINE = 30  # seconds; of a test that hangs


class Tutti:
    """One stream, from Tutti's side."""

    def __init__(self, address):
        self._channel = grpc.insecure_channel(address)
        self._requests = queue.Queue()
        stub = plugin_pb2_grpc.PluginServiceStub(self._channel)
        self._responses = stub.Serve(iter(self._requests.get, None), timeout=DEADLINE)

    def ask(self, **request):
        self._requests.put(plugin_pb2.ServeRequest(**request))
        return next(self._responses)

    def close(self):
        self._requests.put(None)
        self._channel.close()


def arg(pointer, text, kind=plugin_pb2.ConfigEntry.KIND_INTEGER):
    return plugin_pb2.ConfigEntry(pointer=pointer, text=text, kind=kind)


def offsets(*of_block_0):
    nodes = plugin_pb2.NodeSet(blocks=[0])
    nodes.masks = masks_of(nodes, {(0, offset) for offset in of_block_0})
    return nodes


def three_nodes():
    """Prices 20 and 300, and one without; block 0."""
    texts = [0, 1, NO_TEXT] + [NO_TEXT] * 253
    block = plugin_pb2.BlockUpdate(
        number=0,
        present=offsets(0, 1, 2).masks,
        names=["cheap", "dear", "unpriced"] + [""] * 253,
        fields=[plugin_pb2.Column(number=0, values=column_bytes("I", texts))],
    )
    return plugin_pb2.ClusterUpdate(texts=["20", "300"], blocks=[block])


class NodePriceTest(unittest.TestCase):
    def setUp(self):
        self._folder = tempfile.TemporaryDirectory()
        address = "unix://" + os.path.join(self._folder.name, "price.sock")
        self._server = node_price.serve(address)
        self.tutti = Tutti(address)

    def tearDown(self):
        self.tutti.close()
        self._server.stop(grace=None).wait()
        self._folder.cleanup()

    def shake_hands(self, *args):
        handshake = plugin_pb2.Handshake(protocol=1, args=args)
        return self.tutti.ask(handshake=handshake).handshake

    def filter(self, limit, cluster=None):
        pod = plugin_pb2.PodClass(fields=[limit])
        question = plugin_pb2.Filter(pod=pod, candidates=offsets(0, 1, 2))
        return self.tutti.ask(filter=question, cluster=cluster)

    def test_says_what_it_is_and_wants(self):
        answer = self.shake_hands()
        self.assertEqual((answer.protocol, answer.name), (1, "NodePrice"))
        self.assertEqual(answer.node_fields[0].key, "example.com/price")
        self.assertFalse(answer.arg_errors)

    def test_refuses_wrong_args_by_pointer(self):
        answer = self.shake_hands(arg("/dearest", "0"))
        self.assertEqual(answer.arg_errors[0].pointer, "/dearest")
        self.assertIn("1 to 1000000", answer.arg_errors[0].message)
        self.assertIn("/dearest", answer.known_args)

    def test_refuses_nodes_that_are_too_dear_for_good(self):
        self.shake_hands()
        response = self.filter("100", three_nodes())
        answer = response.filter
        self.assertEqual(answer.passing, offsets(0, 2).masks)
        self.assertEqual(answer.unresolvable, offsets(1).masks)
        self.assertEqual(list(numbers("H", answer.reasons)), [0])
        self.assertEqual((answer.diagnoses[0].need, answer.diagnoses[0].have), (300, 100))
        self.assertEqual(response.counters[0].by, 1)

    def test_without_a_limit_every_node_passes(self):
        self.shake_hands()
        self.assertEqual(self.filter("", three_nodes()).filter.passing, offsets(0, 1, 2).masks)

    def test_what_was_shown_once_is_remembered_and_changes_are_taken_over(self):
        self.shake_hands()
        self.filter("100", three_nodes())
        self.assertEqual(self.filter("100").filter.passing, offsets(0, 2).masks)
        now = plugin_pb2.ClusterUpdate(texts=["90"])
        column = now.blocks.add(number=0).fields.add(number=0)
        column.values = column_bytes("I", [2] * 256)
        self.assertEqual(self.filter("100", now).filter.passing, offsets(0, 1, 2).masks)

    def test_scores_cheap_nodes_higher(self):
        self.shake_hands(arg("/defaultPrice", "50"), arg("/dearest", "200"))
        question = plugin_pb2.Score(
            pod=plugin_pb2.PodClass(fields=[""]), candidates=offsets(0, 1, 2)
        )
        answer = self.tutti.ask(score=question, cluster=three_nodes()).score
        self.assertEqual(list(numbers("q", answer.scores)), [90, 0, 75])

    def test_an_unknown_phase_is_an_error_and_not_the_end(self):
        self.shake_hands()
        self.assertEqual(self.tutti.ask().status.code, plugin_pb2.CODE_ERROR)
        self.assertEqual(self.filter("", three_nodes()).status.code, plugin_pb2.CODE_SUCCESS)

    def test_points_without_candidates_get_their_pod_or_the_whole_question(self):
        class Clerk(node_price.NodePrice):
            @staticmethod
            def permit(pod, _cluster):
                response = plugin_pb2.ServeResponse()
                response.status.code = plugin_pb2.CODE_WAIT
                response.permit.timeout_ns = len(pod.name)
                return response

            @staticmethod
            def post_filter(question, _cluster):
                response = plugin_pb2.ServeResponse()
                response.status.code = plugin_pb2.CODE_PENDING
                response.status.need = question.diagnosis.need
                return response

            @staticmethod
            def device_select(_pod, _cluster, request):
                response = plugin_pb2.ServeResponse()
                response.device_select.devices = request.device_select.fitting & 1
                return response

        address = "unix://" + os.path.join(self._folder.name, "clerk.sock")
        server = node_price.serve(address, Clerk)
        tutti = Tutti(address)
        tutti.ask(handshake=plugin_pb2.Handshake(protocol=1))
        pod = plugin_pb2.PlacedPod(name="four")
        self.assertEqual(tutti.ask(permit=plugin_pb2.Permit(pod=pod)).permit.timeout_ns, 4)
        diagnosis = plugin_pb2.GangDiagnosis(need=9)
        question = plugin_pb2.PostFilter(diagnosis=diagnosis)
        self.assertEqual(tutti.ask(post_filter=question).status.need, 9)
        question = plugin_pb2.DeviceSelect(count=1, milli=500, fitting=0b101)
        self.assertEqual(tutti.ask(device_select=question).device_select.devices, 1)
        tutti.close()
        server.stop(grace=None).wait()

    def test_masks_are_read_as_they_are_written(self):
        self.assertEqual(nodes_of(offsets(0, 63, 64, 255)), [(0, 0), (0, 63), (0, 64), (0, 255)])


if __name__ == "__main__":
    unittest.main()
