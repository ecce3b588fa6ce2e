import { type OperatorMedia, readMedia } from '../../../../../cluster/agent/edge/http/operator-media';

const JSON_TYPE = 'application/json';
const PROTOBUF = 'application/x-protobuf';
const RECORDIO = 'application/recordio';
const plain: OperatorMedia = { content: JSON_TYPE, isStream: false, accept: JSON_TYPE, wantsStream: false };

test.each<[Record<string, string>, OperatorMedia | { status: number; text: unknown }]>([
  [{ 'content-type': JSON_TYPE }, plain],
  [
    { 'content-type': PROTOBUF, accept: PROTOBUF },
    { ...plain, content: PROTOBUF, accept: PROTOBUF },
  ],
  [{ 'content-type': JSON_TYPE, accept: '*/*' }, plain],
  [
    { 'content-type': RECORDIO, 'message-content-type': PROTOBUF },
    { ...plain, content: PROTOBUF, isStream: true },
  ],
  [
    { 'content-type': JSON_TYPE, accept: RECORDIO, 'message-accept': PROTOBUF },
    { ...plain, accept: PROTOBUF, wantsStream: true },
  ],
  [
    { 'content-type': JSON_TYPE, accept: RECORDIO },
    { ...plain, wantsStream: true },
  ],
  [{}, { status: 400, text: "Expecting 'Content-Type' to be present" }],
  [
    { 'content-type': 'text/plain' },
    { status: 415, text: `Expecting 'Content-Type' of ${JSON_TYPE} or ${PROTOBUF} or ${RECORDIO}` },
  ],
  [
    { 'content-type': RECORDIO },
    { status: 400, text: "Expecting 'Message-Content-Type' to be set for streaming requests" },
  ],
  [
    { 'content-type': RECORDIO, 'message-content-type': 'text/plain' },
    { status: 415, text: `Expecting 'Message-Content-Type' of ${JSON_TYPE} or ${PROTOBUF}` },
  ],
  [
    { 'content-type': JSON_TYPE, 'message-content-type': JSON_TYPE },
    {
      status: 415,
      text: "Expecting 'Message-Content-Type' to be not set for non-streaming requests",
    },
  ],
  [
    { 'content-type': JSON_TYPE, accept: 'text/html' },
    { status: 406, text: `Expecting 'Accept' to allow ${JSON_TYPE} or ${PROTOBUF} or ${RECORDIO}` },
  ],
  [
    { 'content-type': JSON_TYPE, accept: RECORDIO, 'message-accept': 'text/html' },
    { status: 406, text: `Expecting 'Message-Accept' to allow ${JSON_TYPE} or ${PROTOBUF}` },
  ],
  [
    { 'content-type': JSON_TYPE, 'message-accept': JSON_TYPE },
    { status: 406, text: "Expecting 'Message-Accept' to be not set for non-streaming responses" },
  ],
])('the headers %j', (headers, media) => {
  expect(readMedia(headers)).toEqual(media);
});
