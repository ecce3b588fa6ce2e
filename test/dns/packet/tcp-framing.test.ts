import fc from 'fast-check';
import { FrameDecoder, frame } from '../../../dns/packet/tcp-framing';

test('messages come out whole, whatever the borders of the chunks', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 5 }),
      fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }),
      (messages, sizes) => {
        const stream = Buffer.concat(messages.map((message) => frame(Buffer.from(message))));
        const decoder = new FrameDecoder();
        const found: Buffer[] = [];
        for (let at = 0, rotation = 0; at < stream.length; rotation++) {
          const size = sizes[rotation % sizes.length] ?? 1;
          found.push(...decoder.feed(stream.subarray(at, at + size)));
          at += size;
        }
        expect(found.map((message) => message.toString('hex'))).toEqual(
          messages.map((message) => Buffer.from(message).toString('hex')),
        );
      },
    ),
  );
});
