import { readCallBody } from '../../../cluster/api/call-body';
import { encodeProtobuf } from '../../../cluster/api/protobuf';

const JSON_TYPE = 'application/json';
const PROTOBUF = 'application/x-protobuf';
const read = (contentType: string | undefined, body: string | Uint8Array | undefined) =>
  readCallBody('mesos.v1.scheduler.Call', contentType, body === undefined ? undefined : Buffer.from(body));

describe('the body of a v1 call', () => {
  it('is read in both forms', () => {
    const call = { type: 'REVIVE' as const, framework_id: { value: 'F' } };
    expect(read(JSON_TYPE, JSON.stringify(call))).toEqual({ call });
    expect(read(PROTOBUF, encodeProtobuf('mesos.v1.scheduler.Call', call))).toEqual({ call });
  });

  it.each<[string, string | undefined, string | undefined, number, string]>([
    ['no type', undefined, '{}', 400, "Expecting 'Content-Type' to be present"],
    [
      'another type',
      'text/plain',
      '{}',
      415,
      "Expecting 'Content-Type' of application/json or application/x-protobuf",
    ],
    ['no protobuf', PROTOBUF, '\u0001\u0002', 400, 'Failed to parse body into Call protobuf'],
    ['no JSON', JSON_TYPE, '{', 400, 'Failed to parse body into JSON: '],
    ['nothing', JSON_TYPE, undefined, 400, 'Failed to parse body into JSON: '],
    [
      'a number for an enum',
      JSON_TYPE,
      '{"type":1}',
      400,
      "Failed to convert JSON into Call protobuf: Not expecting a JSON number for field 'type'",
    ],
    [
      'missing fields',
      JSON_TYPE,
      '{"kill":{}}',
      400,
      'Failed to convert JSON into Call protobuf: Missing required fields: kill.task_id',
    ],
  ])('with %s is refused', (_name, type, body, status, text) => {
    expect(read(type, body)).toEqual({ status, text: expect.stringContaining(text) });
  });
});
