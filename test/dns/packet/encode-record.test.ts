import fc from 'fast-check';
import { encodeByDns2, encodeRecordBody, type PacketRecord } from '../../../dns/packet/encode-record';

const common = fc.record({ ttl: fc.integer({ min: 0, max: 2 ** 31 - 1 }) });

test('patched records are what dns2 writes', () => {
  const port = fc.integer({ min: 0, max: 65_535 });
  const record: fc.Arbitrary<PacketRecord> = fc.oneof(
    fc
      .tuple(common, fc.ipV4())
      .map(([{ ttl }, address]) => ({ kind: 'A' as const, name: 'x', ttl, address })),
    fc
      .tuple(common, fc.domain(), port, fc.constantFrom(0, 1, 65_535))
      .map(([{ ttl }, target, number, weight]) => ({
        ...{ kind: 'SRV' as const, name: 'x', ttl, priority: 0, weight, port: number, target },
      })),
  );
  fc.assert(
    fc.property(record, (value) => {
      expect(encodeRecordBody(value).toString('hex')).toBe(encodeByDns2(value).toString('hex'));
    }),
    { numRuns: 1000 },
  );
});

test('a long text becomes several strings', () => {
  const recordBody = encodeRecordBody({ kind: 'TXT', name: 'x', ttl: 0, text: 'a'.repeat(300) });
  expect([recordBody.length, recordBody[10], recordBody[10 + 256]]).toEqual([10 + 302, 255, 45]);
});
