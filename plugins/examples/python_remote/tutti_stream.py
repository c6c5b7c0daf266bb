"""The plugin protocol of Tutti for plugins in Python: copy this file into your project.

A plugin is an object with a manifest (plugin_pb2.HandshakeAnswer) and a method for each extension
point that the manifest lists, named as the phase in the protocol:

    def filter(self, pod, candidates, cluster) -> plugin_pb2.ServeResponse
    def score(self, pod, candidates, cluster) -> plugin_pb2.ServeResponse
    def permit(self, pod, cluster) -> plugin_pb2.ServeResponse
    def post_filter(self, question, cluster) -> plugin_pb2.ServeResponse

A method is given the question's pod, or the question where it has none, and its candidates where it
has any. `candidates` is a list of (block, offset) in the order of indices; `cluster` knows the nodes. What
only the whole request tells is the method's fourth argument, for those who want it: request.cycle,
say. Exceptions become errors that name the plugin in Tutti's log.
"""

import array
import inspect
import sys

from tutti.v1 import plugin_pb2, plugin_pb2_grpc

PROTOCOL = 1
NODES_PER_BLOCK = 256
MASK_BYTES = NODES_PER_BLOCK // 8
NO_TEXT = 0xFFFFFFFF


class ArgError(Exception):
    """A mistake in the plugin's args: pointer ("/price") and what was expected."""

    def __init__(self, pointer, message):
        super().__init__(f"{pointer}: {message}")
        self.pointer = pointer
        self.message = message


def numbers(typecode, data):
    """A column of the protocol, which is little-endian."""
    column = array.array(typecode, data)
    if sys.byteorder == "big":
        column.byteswap()
    return column


def column_bytes(typecode, values):
    column = array.array(typecode, values)
    if sys.byteorder == "big":
        column.byteswap()
    return column.tobytes()


def nodes_of(node_set):
    """The (block, offset) of a NodeSet, in the order of indices."""
    nodes = []
    for i, block in enumerate(node_set.blocks):
        mask = int.from_bytes(node_set.masks[i * MASK_BYTES : (i + 1) * MASK_BYTES], "little")
        while mask:
            lowest = mask & -mask
            nodes.append((block, lowest.bit_length() - 1))
            mask ^= lowest
    return nodes


def masks_of(node_set, chosen):
    """One mask for each block of `node_set`: those of `chosen`, a set of (block, offset)."""
    masks = {block: 0 for block in node_set.blocks}
    for block, offset in chosen:
        masks[block] |= 1 << offset
    return b"".join(masks[block].to_bytes(MASK_BYTES, "little") for block in node_set.blocks)


class Cluster:
    """What one stream has been shown of the nodes."""

    class Block:
        def __init__(self):
            self.present = bytes(MASK_BYTES)
            self.names = [""] * NODES_PER_BLOCK
            self.allocatable = {}
            self.free = {}
            self.fields = {}

    def __init__(self):
        self.texts = []
        self.blocks = {}

    def update(self, update):
        self.texts.extend(update.texts)
        if update.HasField("block_count"):
            self.blocks = {n: b for n, b in self.blocks.items() if n < update.block_count}
        for change in update.blocks:
            block = self.blocks.setdefault(change.number, self.Block())
            if change.HasField("present"):
                block.present = change.present
            if change.names:
                block.names = list(change.names)
            for name, typecode in (("allocatable", "q"), ("free", "q"), ("fields", "I")):
                columns = getattr(block, name)
                for column in getattr(change, name):
                    columns[column.number] = numbers(typecode, column.values)

    def name(self, node):
        return self.blocks[node[0]].names[node[1]]

    def free(self, node, resource):
        column = self.blocks[node[0]].free.get(resource)
        return column[node[1]] if column else 0

    def field(self, node, field):
        """The text of a node's field; None where it has none."""
        column = self.blocks[node[0]].fields.get(field)
        number = column[node[1]] if column else NO_TEXT
        return None if number == NO_TEXT else self.texts[number]


class PluginServicer(plugin_pb2_grpc.PluginServiceServicer):
    """Serves `make(args)`; args: {pointer: ConfigEntry}. One plugin for all streams of the same args."""

    def __init__(self, make):
        self._make = make
        self._made = {}

    def Serve(self, request_iterator, context):
        cluster = Cluster()
        plugin = None
        for request in request_iterator:
            cluster.update(request.cluster)
            phase = request.WhichOneof("phase")
            try:
                if phase == "handshake":
                    plugin, response = self._shake_hands(request.handshake)
                else:
                    response = self._ask(plugin, phase, request, cluster)
            except Exception as error:  # pylint: disable=broad-except
                response = plugin_pb2.ServeResponse()
                response.status.code = plugin_pb2.CODE_ERROR
                response.status.message = f"{type(error).__name__}: {error}"
                response.status.thrown = True
            yield response

    def _shake_hands(self, handshake):
        key = handshake.SerializeToString(deterministic=True)
        response = plugin_pb2.ServeResponse()
        if key not in self._made:
            try:
                self._made[key] = self._make({entry.pointer: entry for entry in handshake.args})
            except ArgError as error:
                response.handshake.protocol = PROTOCOL
                response.handshake.MergeFrom(getattr(self._make, "manifest")())
                response.handshake.arg_errors.add(pointer=error.pointer, message=error.message)
                return None, response
        plugin = self._made[key]
        response.handshake.CopyFrom(plugin.manifest())
        response.handshake.protocol = PROTOCOL
        return plugin, response

    @staticmethod
    def _ask(plugin, phase, request, cluster):
        method = getattr(plugin, phase, None)
        if method is None:
            raise NotImplementedError(f"this plugin does not serve {phase}")
        question = getattr(request, phase)
        arguments = [question.pod if hasattr(question, "pod") else question]
        if hasattr(question, "candidates"):
            arguments.append(nodes_of(question.candidates))
        arguments.append(cluster)
        if len(inspect.signature(method).parameters) > len(arguments):
            arguments.append(request)
        return method(*arguments)
