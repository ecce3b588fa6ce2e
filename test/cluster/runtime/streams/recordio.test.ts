import fc from 'fast-check';
import { encodeRecord, RecordDecoder, RecordError } from '../../../../cluster/runtime/streams/recordio';

const texts = (records: readonly Buffer[]): string[] => records.map((record) => record.toString());
const bytes = (text: string): Buffer => Buffer.from(text);

describe('RecordIO', () => {
  const stream = Buffer.concat(['hello', '', 'zwölf', '12345678901'].map(encodeRecord));

  it('counts bytes, not letters', () => {
    expect(encodeRecord('zwölf').toString()).toBe('6\nzwölf');
    expect(encodeRecord(Uint8Array.of(1, 2))).toEqual(Buffer.from([0x32, 0x0a, 1, 2]));
  });

  it('gives the same records at every split point', () => {
    for (let split = 0; split <= stream.length; split++) {
      const decoder = new RecordDecoder();
      const records = [...decoder.feed(stream.subarray(0, split)), ...decoder.feed(stream.subarray(split))];
      expect(texts(records)).toEqual(['hello', '', 'zwölf', '12345678901']);
    }
  });

  it('gives the same records one byte at a time, each as soon as it is whole', () => {
    const decoder = new RecordDecoder();
    const ends = Array.from(stream, (byte, index) => [index, ...texts(decoder.feed(Buffer.of(byte)))]);
    expect(ends.filter((entry) => entry.length > 1)).toEqual([
      [6, 'hello'],
      [8, ''],
      [16, 'zwölf'],
      [30, '12345678901'],
    ]);
  });

  it('gives back any records however they are cut', () => {
    const records = fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 10 });
    const cuts = fc.array(fc.nat({ max: 400 }), { maxLength: 10 });
    fc.assert(
      fc.property(records, cuts, (payloads, places) => {
        const whole = Buffer.concat(payloads.map(encodeRecord));
        const decoder = new RecordDecoder();
        const edges = [0, ...places.filter((place) => place < whole.length), whole.length].sort(
          (a, b) => a - b,
        );
        const decoded = edges
          .slice(1)
          .flatMap((end, index) => decoder.feed(whole.subarray(edges[index], end)));
        expect(decoded.map((record) => [...record])).toEqual(payloads.map((payload) => [...payload]));
      }),
    );
  });

  it.each(['\n', 'x\n', '-1\n', '1.5\n', ' 1\n', '1 \n', '0x1\n', '5\r\n', '+5\nhello'])(
    'refuses the length %j',
    (text) => {
      expect(() => new RecordDecoder().feed(bytes(text))).toThrow(RecordError);
    },
  );

  it('refuses what is no length before its line ends, and lengths without end', () => {
    expect(() => new RecordDecoder().feed(bytes('HTTP/1.1'))).toThrow('not a record length: "HTTP/1.1"');
    expect(() => new RecordDecoder().feed(bytes('1'.repeat(21)))).toThrow(RecordError);
    const slowly = new RecordDecoder();
    expect(() => {
      for (let digit = 0; digit < 30; digit++) slowly.feed(bytes('1'));
    }).toThrow(RecordError);
  });

  it('refuses a record over the limit before any of it is kept', () => {
    const decoder = new RecordDecoder(5);
    expect(texts(decoder.feed(bytes('5\nhello')))).toEqual(['hello']);
    expect(() => decoder.feed(bytes('6\n'))).toThrow('a record of 6 bytes is over the limit of 5');
  });

  it('either reads random bytes or refuses them', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        try {
          const records = new RecordDecoder().feed(bytes);
          expect(records.reduce((sum, record) => sum + record.length, 0)).toBeLessThan(
            Math.max(1, bytes.length),
          );
        } catch (error) {
          expect(error).toBeInstanceOf(RecordError);
        }
      }),
    );
  });
});
