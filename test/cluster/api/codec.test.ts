import fc from 'fast-check';
import { decodeJson, parseExact } from '../../../cluster/api/json-read';
import { encodeJson } from '../../../cluster/api/json-write';
import { readAccept, readContentType } from '../../../cluster/api/media-type';
import { decodeProtobuf, encodeProtobuf } from '../../../cluster/api/protobuf';

const SUBSCRIBE = {
  type: 'SUBSCRIBE',
  subscribe: { framework_info: { user: 'root', name: 'web', roles: ['*'], failover_timeout: 604800.5 } },
} as const;

describe('protobuf', () => {
  it('gives back what it was given', () => {
    const bytes = encodeProtobuf('mesos.v1.scheduler.Call', SUBSCRIBE);
    expect(decodeProtobuf('mesos.v1.scheduler.Call', bytes)).toEqual(SUBSCRIBE);
  });

  it('keeps 64-bit integers beyond 2^53 exact', () => {
    const duration = { nanoseconds: 1_700_000_000_123_456_789n };
    const bytes = encodeProtobuf('mesos.v1.TimeInfo', duration);
    expect(decodeProtobuf('mesos.v1.TimeInfo', bytes)).toEqual(duration);
  });

  it('names missing required fields with their path', () => {
    const call = { subscribe: { framework_info: { name: 'x' } } } as never;
    expect(() => encodeProtobuf('mesos.v1.scheduler.Call', call)).toThrow(
      'Missing required fields: subscribe.framework_info.user',
    );
  });

  it('refuses random bytes with a reason and never breaks', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          decodeProtobuf('mesos.v1.scheduler.Call', bytes);
        } catch (error) {
          expect((error as Error).message).toContain('not a mesos.v1.scheduler.Call');
        }
      }),
    );
  });

  it('reads every truncation of a message or refuses it', () => {
    const bytes = encodeProtobuf('mesos.v1.scheduler.Call', SUBSCRIBE);
    const outcomes = Array.from(bytes, (_byte, length) => {
      try {
        return typeof decodeProtobuf('mesos.v1.scheduler.Call', bytes.subarray(0, length));
      } catch (error) {
        return (error as Error).constructor.name;
      }
    });
    expect(new Set(outcomes)).toEqual(new Set(['object', 'CodecError']));
  });
});

describe('JSON in', () => {
  const read = (text: string) => decodeJson('mesos.v1.FrameworkInfo', text);
  const refusals: [string, string, string][] = [
    ['required fields missing', '{}', 'Missing required fields: user, name'],
    ['a number for text', '{"user":1,"name":"x"}', "Not expecting a JSON number for field 'user'"],
    ['a list for one value', '{"user":["a"],"name":"x"}', "Not expecting a JSON array for field 'user'"],
    [
      'an enum by number',
      '{"user":"a","name":"b","capabilities":[{"type":1}]}',
      "Not expecting a JSON number for field 'type'",
    ],
    ['broken JSON', '{"user"', 'Failed to parse JSON'],
    ['no object', '[]', 'Expecting a JSON object'],
  ];
  it.each(refusals)('refuses %s', (_name, text, message) => {
    expect(() => read(text)).toThrow(message);
  });

  it('takes null for unset, ignores unknown members and drops unknown enum names', () => {
    const text =
      '{"user":"a","name":"b","id":null,"colour":"red","capabilities":[{"type":"FLYING"},{"type":"MULTI_ROLE"}]}';
    expect(read(text)).toEqual({ user: 'a', name: 'b', capabilities: [{}, { type: 'MULTI_ROLE' }] });
  });

  it('takes numbers and switches in strings, and one value for a list', () => {
    const text = '{"user":"a","name":"b","roles":"web","failover_timeout":"1.5","checkpoint":"true"}';
    expect(read(text)).toEqual({
      user: 'a',
      name: 'b',
      roles: ['web'],
      failover_timeout: 1.5,
      checkpoint: true,
    });
  });

  it('keeps long integers exact, whether bare or in a string', () => {
    const expected = { nanoseconds: 1_700_000_000_123_456_789n };
    expect(decodeJson('mesos.v1.TimeInfo', '{"nanoseconds":1700000000123456789}')).toEqual(expected);
    expect(decodeJson('mesos.v1.TimeInfo', '{"nanoseconds":"1700000000123456789"}')).toEqual(expected);
  });

  it('leaves digits inside strings alone', () => {
    expect(parseExact('{"a":"12345678901234567890 \\" 123456789012345678","b":1.12345678901234567}')).toEqual(
      {
        a: '12345678901234567890 " 123456789012345678',
        b: 1.1234567890123457,
      },
    );
  });

  it('refuses bad base64 and numbers out of range by field', () => {
    expect(() => decodeJson('mesos.v1.UUID', '{"value":"*"}')).toThrow("base64 in field 'value'");
    expect(() => decodeJson('mesos.v1.Address', '{"port":9999999999}')).toThrow(
      "out of range for field 'port'",
    );
  });
});

describe('JSON out', () => {
  it('prints declared defaults, whole doubles with .0 and long integers bare', () => {
    expect(encodeJson('mesos.v1.FrameworkInfo', { user: 'a', name: 'b' })).toBe(
      '{"user":"a","name":"b","failover_timeout":0.0,"checkpoint":false}',
    );
    expect(encodeJson('mesos.v1.TimeInfo', { nanoseconds: 1_700_000_000_123_456_789n })).toBe(
      '{"nanoseconds":1700000000123456789}',
    );
  });

  it('leaves out empty lists and maps and prints bytes as base64', () => {
    expect(
      encodeJson('mesos.v1.Offer', {
        id: { value: 'o' },
        framework_id: { value: 'f' },
        agent_id: { value: 'a' },
        hostname: 'h',
        resources: [],
      }),
    ).toBe('{"id":{"value":"o"},"framework_id":{"value":"f"},"agent_id":{"value":"a"},"hostname":"h"}');
    expect(encodeJson('mesos.v1.UUID', { value: 'AAEC' })).toBe('{"value":"AAEC"}');
  });
});

describe('media types', () => {
  it.each([
    [undefined, 'application/json'],
    ['*/*', 'application/json'],
    ['application/x-protobuf', 'application/x-protobuf'],
    ['application/json;q=0, application/*', 'application/x-protobuf'],
    ['text/html', undefined],
  ])('answers Accept %s with %s', (header, expected) => {
    expect(readAccept(header)).toBe(expected);
  });

  it('reads content types with parameters and refuses others', () => {
    expect(readContentType('application/json; charset=utf-8')).toBe('application/json');
    expect(readContentType('text/plain')).toBeUndefined();
  });
});
