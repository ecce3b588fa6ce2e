import fc from 'fast-check';
import type { MessageName, Messages } from '../../../cluster/api/generated/messages';
import { planOf } from '../../../cluster/api/plan';
import { decodeProtobuf, encodeProtobuf } from '../../../cluster/api/protobuf';

/** What the library makes of the bytes, in our form; its own words for what is wrong stay out of it. */
function byLibrary(name: MessageName, bytes: Uint8Array): unknown {
  try {
    const { type } = planOf(name);
    return type.toObject(type.decode(bytes), { enums: String, bytes: String, longs: String });
  } catch {
    return 'unreadable';
  }
}

function byUs(name: MessageName, bytes: Uint8Array): unknown {
  try {
    return longsAsText(decodeProtobuf(name, bytes));
  } catch {
    return 'unreadable';
  }
}

const LONGS = new Set(['begin', 'end', 'nanoseconds']);

function longsAsText(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(longsAsText);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, LONGS.has(key) ? String(item) : longsAsText(item)]),
  );
}

/** The library's objects have prototypes of their own, and an empty list or map where we have nothing. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}

const resources: Messages['mesos.v1.Resource'][] = [
  { name: 'cpus', type: 'SCALAR', scalar: { value: 0.1 }, allocation_info: { role: '*' } },
  { name: 'ports', type: 'RANGES', ranges: { range: [{ begin: 31_000, end: 2 ** 52 }] } },
  { name: 'bugs', type: 'SET', set: { item: ['a', 'ä', ''] }, revocable: {}, shared: {} },
];

const samples: [MessageName, object][] = [
  [
    'mesos.v1.scheduler.Call',
    {
      type: 'SUBSCRIBE',
      subscribe: {
        framework_info: {
          user: 'root',
          name: 'web',
          failover_timeout: 604_800.5,
          roles: ['a', 'b'],
          checkpoint: true,
          capabilities: [{ type: 'MULTI_ROLE' }, { type: 'PARTITION_AWARE' }],
          offer_filters: {
            a: { min_allocatable_resources: { quantities: [{ quantities: { cpus: { value: 1 } } }] } },
          },
        },
        suppressed_roles: ['x'],
        offer_constraints: { role_constraints: { a: { groups: [] }, ['__proto__']: {} } },
      },
    },
  ],
  [
    'mesos.v1.scheduler.Call',
    {
      type: 'ACCEPT',
      framework_id: { value: 'f' },
      accept: {
        offer_ids: [{ value: 'o' }],
        filters: { refuse_seconds: 0 },
        operations: [
          {
            type: 'LAUNCH',
            launch: {
              task_infos: [
                {
                  name: 't',
                  task_id: { value: 't' },
                  agent_id: { value: 'a' },
                  resources,
                  data: 'AAEC',
                  limits: { cpus: { value: 2 }, mem: { value: Number.POSITIVE_INFINITY } },
                  kill_policy: { grace_period: { nanoseconds: -5 } },
                },
              ],
            },
          },
        ],
      },
    },
  ],
  [
    'mesos.v1.scheduler.Event',
    { type: 'UPDATE', update: { status: { task_id: { value: 't' }, state: 'TASK_LOST' } } },
  ],
];

test.each(samples)('%s: comes back as it was, and from the library, too', (name, value) => {
  const bytes = encodeProtobuf(name, value as never);
  expect(byUs(name, bytes)).toEqual(plain(byLibrary(name, bytes)));
  const { type } = planOf(name);
  expect(Buffer.from(bytes)).toEqual(Buffer.from(type.encode(type.decode(bytes)).finish()));
});

test('bytes that were damaged, cut or put together are read as the library reads them, or refused as it does', () => {
  const edit = fc.record({
    at: fc.nat(400),
    kind: fc.constantFrom('flip', 'cut', 'insert', 'repeat', 'swap'),
    byte: fc.nat(255),
  });
  fc.assert(
    fc.property(
      fc.nat(samples.length - 1),
      fc.nat(samples.length - 1),
      fc.array(edit, { maxLength: 4 }),
      (index, otherIndex, edits) => {
        const [name, value] = samples[index] ?? fail();
        let bytes = Buffer.from(encodeProtobuf(name, value as never));
        const [second, more] = samples[otherIndex] ?? fail();
        if (second === name) bytes = Buffer.concat([bytes, encodeProtobuf(second, more as never)]);
        for (const { at: position, kind, byte } of edits) {
          const place = position % (bytes.length + 1);
          const before = bytes.subarray(0, place);
          const after = bytes.subarray(place);
          if (kind === 'cut') bytes = Buffer.concat([before, after.subarray(1)]);
          else if (kind === 'insert') bytes = Buffer.concat([before, Buffer.from([byte]), after]);
          else if (kind === 'repeat') bytes = Buffer.concat([bytes, after]);
          else if (kind === 'swap') bytes = Buffer.concat([after, before]);
          else if (after.length > 0) bytes = Buffer.concat([before, Buffer.from([byte]), after.subarray(1)]);
        }
        expect(byUs(name, bytes)).toEqual(plain(byLibrary(name, bytes)));
      },
    ),
    { numRuns: Number(process.env['CODEC_FUZZ'] ?? 20_000) },
  );
});

function fail(): never {
  throw new Error('no sample');
}

test('lists of numbers may be packed', () => {
  const name = 'mesos.v1.HealthCheck';
  const http = (...bytes: number[]): Buffer => Buffer.from([0x0a, bytes.length + 2, 0x08, 0x50, ...bytes]);
  // The status 200 by itself, then 200 and 301 packed.
  const bytes = http(0x20, 0xc8, 0x01, 0x22, 0x04, 0xc8, 0x01, 0xad, 0x02);
  expect(decodeProtobuf(name, bytes)).toEqual({ http: { port: 80, statuses: [200, 200, 301] } });
  expect(byUs(name, bytes)).toEqual(plain(byLibrary(name, bytes)));
  expect(byUs(name, http(0x22, 0x03, 0xc8, 0x01, 0xad))).toBe('unreadable');
});
