"""Follows a merchant's events over gRPC, and goes on where it was, however often it is cut off:

follow_events.py localhost:50051 sk_test_... calmonypay.binpb 0

The last argument is the sequence to go on from; 0 is the first event that is kept. `npx buf build -o calmonypay.binpb`
makes the descriptors, so that no code has to be generated. With code that is (`python3 -m grpc_tools.protoc`), `stream`
is `EventServiceStub(channel).StreamEvents`.
"""

import sys
import time

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

address, key, descriptors, after = sys.argv[1:]

pool = descriptor_pool.DescriptorPool()
with open(descriptors, "rb") as file:
    for described in descriptor_pb2.FileDescriptorSet.FromString(file.read()).file:
        pool.AddSerializedFile(described.SerializeToString())


def message_class(name):
    found = pool.FindMessageTypeByName(f"calmonypay.v1.{name}")
    if hasattr(message_factory, "GetMessageClass"):
        return message_factory.GetMessageClass(found)
    return message_factory.MessageFactory(pool).GetPrototype(found)  # protobuf before 4.22.


Request = message_class("StreamEventsRequest")
Response = message_class("StreamEventsResponse")

# A line that was cut, or a server that has too many streams just now. Everything else is told to whoever started this.
PASSING = {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.RESOURCE_EXHAUSTED}


def follow(channel, after):
    stream = channel.unary_stream(
        "/calmonypay.v1.EventService/StreamEvents",
        request_serializer=Request.SerializeToString,
        response_deserializer=Response.FromString,
    )
    metadata = [("authorization", f"Bearer {key}")]
    while True:
        try:
            for message in stream(Request(after=after), metadata=metadata, wait_for_ready=True):
                if message.HasField("event"):
                    yield message.event
                after = message.sequence  # A heartbeat has one, too: also of types that were not asked for.
        except grpc.RpcError as error:
            if error.code() not in PASSING:
                raise
            print("cut off behind", after, error.code().name, file=sys.stderr, flush=True)
        time.sleep(0.1)


# A service that comes back is found soon, and not asked more than once a second meanwhile.
BACKOFF = [("grpc.initial_reconnect_backoff_ms", 100), ("grpc.max_reconnect_backoff_ms", 1000)]

with grpc.insecure_channel(address, options=BACKOFF) as channel:
    for event in follow(channel, int(after)):
        print(event.sequence, event.type, event.id, flush=True)
